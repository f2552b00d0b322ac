#!/bin/busybox sh
# shellcheck shell=dash disable=SC1091
# SPDX-License-Identifier: Apache-2.0
# The first process of the virtual machine that qemu.sh starts. In the initramfs it brings up the machine's files,
# read-only, with a memory file system above them; then it goes on in there, runs /exchange/command with
# its output on the virtio ports "stdout" and "stderr", and leaves its exit status in /exchange/status.
set -eu
b=/bin/busybox

from_initramfs() {
  $b mount -t proc proc /proc
  $b mount -t sysfs sysfs /sys
  $b mount -t devtmpfs devtmpfs /dev
  if $b grep -qw probe /proc/cmdline; then
    echo "probe: booted" >/dev/ttyS0
    $b poweroff -f
  fi
  while read -r module; do
    $b insmod "/modules/$module"
  done </modules/order
  $b mount -t virtiofs machine /machine
  $b mount -t tmpfs -o mode=0755 tmpfs /above
  $b mkdir /above/files /above/work
  $b mount -t overlay -o lowerdir=/machine/root,upperdir=/above/files,workdir=/above/work overlay /new
  $b mkdir -p /new/proc /new/sys /new/dev /new/run
  $b mount -t tmpfs -o mode=0755 tmpfs /new/run
  $b mkdir -p /new/run/vm/exchange
  $b cp /bin/busybox /init /new/run/vm/
  $b mount --bind /machine/exchange /new/run/vm/exchange
  release=$($b uname -r)
  $b mkdir -p "/new/lib/modules/$release"
  $b mount --bind "/machine/kernel/lib/modules/$release" "/new/lib/modules/$release"
  . /machine/exchange/settings
  if [ -n "$share" ]; then
    $b mount --bind /machine/share "/new$share"
  fi
  for moved in proc sys dev; do
    $b mount --move /$moved /new/$moved
  done
  exec $b switch_root /new /run/vm/busybox sh /run/vm/init in-root
}

# The device of a virtio port, which is named by the other side.
port() {
  for name in /sys/class/virtio-ports/*/name; do
    if [ "$($b cat "$name")" = "$1" ]; then
      name=${name%/name}
      echo "/dev/${name##*/}"
    fi
  done
}

in_root() {
  b=/run/vm/busybox
  $b mkdir -p /dev/pts /dev/shm
  $b mount -t devpts devpts /dev/pts
  $b mount -t tmpfs tmpfs /dev/shm
  $b mount -t cgroup2 cgroup2 /sys/fs/cgroup
  $b mount -t bpf bpf /sys/fs/bpf
  $b mount -t tracefs tracefs /sys/kernel/tracing
  $b ln -sf /proc/self/fd /dev/fd
  $b ln -sf fd/0 /dev/stdin
  $b ln -sf fd/1 /dev/stdout
  $b ln -sf fd/2 /dev/stderr
  $b hostname sluice-vm
  $b ip link set lo up
  # The kernel asks for what it lacks by this program; a small machine has none.
  if [ ! -x /sbin/modprobe ]; then
    printf '#!/run/vm/busybox sh\nexec /run/vm/busybox modprobe "$@"\n' >/run/vm/modprobe
    $b chmod +x /run/vm/modprobe
    echo /run/vm/modprobe >/proc/sys/kernel/modprobe
  fi
  . /run/vm/exchange/settings
  # Absent ones are the command's matter.
  # shellcheck disable=SC2154,SC2086
  $b modprobe -a $modules 2>/run/vm/modules.log || true

  $b mkfifo /run/vm/stdout /run/vm/stderr
  # By way of pipes, because a port can be opened only once, and programs open /dev/stderr.
  $b cat /run/vm/stdout >"$(port stdout)" &
  out=$!
  $b cat /run/vm/stderr >"$(port stderr)" &
  err=$!
  : >/run/vm/exchange/started
  status=0
  $b setsid /bin/bash /run/vm/exchange/command </dev/null >/run/vm/stdout 2>/run/vm/stderr || status=$?
  # What the command left behind must not hold the pipes open.
  tries=10
  while [ $tries -gt 0 ] && { [ -d /proc/$out ] || [ -d /proc/$err ]; }; do
    $b sleep 0.2
    tries=$((tries - 1))
  done
  echo $status >/run/vm/exchange/status.partial
  $b mv /run/vm/exchange/status.partial /run/vm/exchange/status
  $b sync
  $b poweroff -f
}

if [ "${1-}" = in-root ]; then
  in_root
else
  from_initramfs
fi
