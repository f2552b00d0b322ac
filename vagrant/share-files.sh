#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Started by qemu.sh in a mount namespace of its own: serves this machine's files to the virtual machine, all read-only
# but the folders that are for results.
#   share-files.sh VIRTIOFSD SOCKET TREE KERNEL EXCHANGE [SHARE]
set -euo pipefail

virtiofsd=$1 socket=$2 tree=$3 kernel=$4 exchange=$5 share=${6-}

bind() {
  mount --bind "$1" "$2"
}
bind_read_only() {
  bind "$1" "$2"
  mount -o remount,bind,ro "$2"
}

mount -t tmpfs tree "$tree"
mkdir "$tree/root" "$tree/kernel" "$tree/exchange" "$tree/share"
bind_read_only / "$tree/root"
# Other file systems on disks; those of the kernel (/proc, /run, ...) the virtual machine has itself.
findmnt --real --list --noheadings --output TARGET | while read -r mounted; do
  if [[ $mounted != / && -d $mounted && -d $tree/root$mounted && $mounted != /run/* ]]; then
    bind_read_only "$mounted" "$tree/root$mounted"
  fi
done
bind_read_only "$kernel" "$tree/kernel"
bind "$exchange" "$tree/exchange"
[[ -z $share ]] || bind "$share" "$tree/share"
exec "$virtiofsd" --socket-path="$socket" -o source="$tree" -o cache=always
