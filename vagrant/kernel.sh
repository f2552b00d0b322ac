# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by qemu.sh: a Debian kernel from the package repositories that this machine's apt uses. Nothing is
# installed: the package is unpacked into a folder, with an apt state of its own beside it.

kernel_cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/sluice/kernels

# The suites that have a series, the one with the shortest list first.
suites_of() {
  case $1 in
    5.10) echo bullseye-security bullseye ;;
    6.1) echo bookworm-security bookworm ;;
    6.12) echo trixie-security trixie ;;
    *) return 1 ;;
  esac
}

# The address of the machine's Debian repository for a suite; those for security updates are another's.
repository_of() {
  local label=Debian
  [[ $1 == *-security ]] && label=Debian-Security
  # apt-get fills these in, not the shell.
  # shellcheck disable=SC2016
  apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
    awk -v label="$label" '$1 == label { print $2; exit }'
}

# apt-get and apt-cache with lists and packages below a folder, for one repository.
private_apt() {
  local command=$1 folder=$2
  shift 2
  # As root throughout: apt's own user may not enter the folder.
  "$command" -q -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$folder/sources.list" \
    -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" \
    -o Acquire::Retries=2 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@"
}

# Downloads the newest kernel package of a suite into a folder; fails if the suite has none of the series.
download_from() {
  local suite=$1 series=$2 folder=$3 repository package
  repository=$(repository_of "$suite")
  if [[ -z $repository ]]; then
    echo "qemu.sh: no Debian repository for $suite in this machine's apt sources" >&2
    return 1
  fi
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $repository $suite main" >"$folder/sources.list"
  private_apt apt-get "$folder" update -o APT::Update::Error-Mode=any >&2 || return 1
  package=$(private_apt apt-cache "$folder" depends linux-image-cloud-amd64 |
    awk -v series="linux-image-$series." '$1 == "Depends:" && index($2, series) == 1 { print $2; exit }')
  if [[ -z $package ]]; then
    echo "qemu.sh: $suite has no cloud kernel $series" >&2
    return 1
  fi
  (cd "$folder" && private_apt apt-get "$folder" download "$package") >&2
}

# Unpacks a kernel package into a folder as "vmlinuz" and "modules", the latter with the tables of modprobe.
unpack_kernel() {
  local package=$1 folder=$2 release modules
  rm -rf "$folder.partial"
  mkdir -p "$folder.partial"
  dpkg-deb --extract "$package" "$folder.partial/package"
  modules=$(find "$folder.partial/package" -type d -path '*/lib/modules/*' -prune -print -quit)
  if [[ -z $modules || ! -f $folder.partial/package/boot/vmlinuz-${modules##*/} ]]; then
    echo "qemu.sh: $package holds no kernel with modules" >&2
    return 1
  fi
  release=${modules##*/}
  mkdir -p "$folder.partial/lib/modules"
  mv "$modules" "$folder.partial/lib/modules/"
  mv "$folder.partial/package/boot/vmlinuz-$release" "$folder.partial/vmlinuz"
  rm -rf "$folder.partial/package"
  # Compressed modules (since 6.9) would be unpacked by the emulated processor, each time.
  find "$folder.partial/lib" -name '*.ko.xz' -exec xz --decompress {} +
  busybox depmod -b "$folder.partial" "$release"
  echo "$release" >"$folder.partial/release"
  rm -rf "$folder"
  mv "$folder.partial" "$folder"
}

# Prints the folder of an unpacked kernel: of a series, fetched unless it is there, or of a package file.
find_kernel() {
  local wanted=$1 folder download suite
  if [[ $wanted == *.deb ]]; then
    folder=$kernel_cache/$(basename "$wanted" .deb)
    if [[ ! -f $folder/release || $wanted -nt $folder/release ]]; then
      mkdir -p "$kernel_cache"
      unpack_kernel "$wanted" "$folder" || return 1
    fi
    echo "$folder"
    return
  fi
  folder=$kernel_cache/$wanted
  if [[ ! -f $folder/release ]]; then
    download=$folder.download
    for suite in $(suites_of "$wanted"); do
      rm -rf "$download"
      echo "qemu.sh: fetching kernel $wanted from $suite" >&2
      download_from "$suite" "$wanted" "$download" && break
    done
    set -- "$download"/*.deb
    if [[ ! -f $1 ]]; then
      echo "qemu.sh: cannot fetch kernel $wanted; give the file of a Debian linux-image package instead: --kernel FILE.deb" >&2
      return 1
    fi
    unpack_kernel "$1" "$folder" || return 1
    rm -rf "$download"
  fi
  echo "$folder"
}
