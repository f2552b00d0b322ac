#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs in the machine of the Vagrantfile: installs what the comparison needs, and loads the kernel's modules.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/setup.sh
source scripts/setup.sh
# shellcheck source=vagrant/kernel.sh
source vagrant/kernel.sh

# Debian 12 has no JDK 25, Debian 13 does. Its libraries come with it; of the rest nothing is upgraded.
use_jdk_of_next_release() {
  local repository
  repository=$(repository_of bookworm)
  [[ -n $repository ]] || return 1
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $repository trixie main" \
    >/etc/apt/sources.list.d/next-release.list
  printf 'Package: *\nPin: release n=trixie\nPin-Priority: 100\n' >/etc/apt/preferences.d/next-release
  install_packages --target-release trixie openjdk-25-jdk-headless
}

install_packages rsync git ipvsadm
if ! find_jdk 25 >/dev/null 2>&1 && grep -q '^VERSION_CODENAME=bookworm' /etc/os-release; then
  use_jdk_of_next_release
fi
set_up_machine

for module in ip_vs ip_vs_rr ip_vs_mh nf_tables nft_chain_nat ip_tables iptable_nat veth vxlan; do
  modprobe "$module" || echo "provision.sh: no $module in $(uname -r); what needs it will be left out" >&2
done
