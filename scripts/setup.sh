# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by demo.sh and test.sh: everything they need on a fresh Debian or Ubuntu machine.

# shellcheck source=scripts/jdk.sh
source "$(dirname "${BASH_SOURCE[0]}")/jdk.sh"

# What is used, as COMMAND:PACKAGE or FILE:PACKAGE.
needs=(
  clang:clang
  /usr/include/bpf/bpf_helpers.h:libbpf-dev
  ip:iproute2
  nsenter:util-linux
  iptables:iptables
  nft:nftables
  strip:binutils
  fc-list:fontconfig # brings a font, without which the JDK draws no plot
  dnsmasq:dnsmasq-base
  nginx:nginx-light
  curl:curl
  mvn:maven
)

# Runs the calling script again as root, asking once.
become_root() {
  if [[ $(id -u) != 0 ]]; then
    echo "${0##*/}: eBPF programs and network namespaces need root" >&2
    exec sudo --preserve-env=JAVA_HOME -- "$0" "$@"
  fi
}

# apt-get, without starting the services of the packages (nginx would take port 80).
install_packages() {
  local guard=/usr/sbin/policy-rc.d made=""
  if ! command -v apt-get >/dev/null; then
    echo "${0##*/}: missing packages: $*; install them (this script knows only apt-get)" >&2
    return 1
  fi
  echo "${0##*/}: installing $*" >&2
  if [[ ! -e $guard ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$guard"
    chmod +x "$guard"
    made=$guard
  fi
  local status=0
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >&2 ||
    status=$?
  [[ -z $made ]] || rm -f "$made"
  return "$status"
}

# For programs under other kernels (vagrant/qemu.sh). Tests that need them are skipped where they cannot be had.
set_up_other_kernels() {
  local missing=()
  [[ $(uname -m) == x86_64 ]] || return 0
  command -v qemu-system-x86_64 >/dev/null || missing+=(qemu-system-x86)
  command -v busybox >/dev/null || missing+=(busybox-static)
  if [[ ! -x /usr/lib/qemu/virtiofsd && ! -x /usr/libexec/virtiofsd && -n $(apt-cache search --names-only '^virtiofsd$' 2>/dev/null) ]]; then
    missing+=(virtiofsd) # Debian 12 has it with QEMU
  fi
  if ((${#missing[@]})); then
    install_packages "${missing[@]}" || echo "${0##*/}: going on without ${missing[*]}" >&2
  fi
}

# Installs what is missing and sets JAVA_HOME to a JDK 25.
set_up_machine() {
  local need missing=()
  for need in "${needs[@]}"; do
    local probe=${need%%:*} package=${need##*:}
    if [[ $probe == /* ]]; then
      [[ -e $probe ]] || missing+=("$package")
    else
      PATH=$PATH:/usr/sbin:/sbin command -v "$probe" >/dev/null || missing+=("$package")
    fi
  done
  if ((${#missing[@]})); then
    install_packages "${missing[@]}"
  fi
  if ! find_jdk 25 >/dev/null 2>&1 && [[ -n $(apt-cache policy openjdk-25-jdk-headless 2>/dev/null | grep 'Candidate: [0-9]') ]]; then
    install_packages openjdk-25-jdk-headless
  fi
  JAVA_HOME=$(find_jdk 25)
  export JAVA_HOME PATH=$PATH:/usr/sbin:/sbin
}

# Whether a built file is missing or older than a source it is made from.
is_stale() {
  [[ ! -e $1 || -n $(find pom.xml bpf loader controller lab -path '*/target' -prune -o -type f -newer "$1" -path '*/src/main/*' -print -quit) ]]
}
