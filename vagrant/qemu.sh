#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a command as root under another kernel, in a virtual machine that sees this machine's files. See vagrant/README.md.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname "$here")
# shellcheck source=vagrant/kernel.sh
source "$here/kernel.sh"

usage() {
  cat <<'END'
Usage: vagrant/qemu.sh [OPTION...] [--] COMMAND [ARGUMENT...]
       vagrant/qemu.sh [--kernel ...] --prepare

Boots a Debian kernel in QEMU and runs COMMAND there as root, in the checkout.
The virtual machine has this machine's files, programs and JDK; what it writes
stays in its memory and is gone at the end, but for the folder of --share. It
has no network but its own loopback. Output, exit status and Ctrl-C are as if
the command ran here.

  --kernel 5.10|6.1|6.12  the newest Debian kernel of that series (default 6.12),
                          fetched with apt into ~/.cache/sluice/kernels once;
                          remove its folder there to have a newer one
  --kernel FILE.deb       that of a Debian linux-image package
  --prepare               only fetches the kernel and says what is missing
  --share FOLDER          what the command writes there is kept
  --clock instructions    one emulated processor whose clock counts instructions,
                          1 ns each, and goes on while it waits: the same ratios
                          run after run, whatever else this machine does; a time
                          means nothing by itself (default)
  --clock real            the machine's clock and KVM if there is one, else
                          emulated, which is quicker than with the other clock
  --processors N          with --clock real (default 1)
  --memory MIB            default 4096
  --time-limit SECONDS    gives up then, with status 124 (default 3600)

Status 125: the virtual machine did not come up, or died. Needs root, and on
Debian the packages qemu-system-x86, busybox-static and, from Debian 13 on, virtiofsd.
END
}

fail() {
  echo "qemu.sh: $*" >&2
  exit 125
}

wrong() {
  echo "qemu.sh: $*; see vagrant/qemu.sh --help" >&2
  exit 2
}

is_number() {
  [[ $1 =~ ^[1-9][0-9]{0,6}$ ]]
}

kernel=6.12 share="" clock=instructions processors=1 memory=4096 time_limit=3600 prepare=""
arguments=("$@")
while (($#)); do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --kernel | --share | --clock | --processors | --memory | --time-limit)
      (($# > 1)) || wrong "$1 needs a value"
      case $1 in
        --kernel) kernel=$2 ;;
        --share) share=$2 ;;
        --clock) clock=$2 ;;
        --processors) processors=$2 ;;
        --memory) memory=$2 ;;
        --time-limit) time_limit=$2 ;;
      esac
      shift 2
      ;;
    --prepare)
      prepare=yes
      shift
      ;;
    --)
      shift
      break
      ;;
    -*) wrong "no option '$1'" ;;
    *) break ;;
  esac
done
[[ -n $prepare ]] || (($#)) || wrong "which command?"
[[ $clock == instructions || $clock == real ]] || wrong "no clock '$clock': instructions or real"
is_number "$processors" || wrong "--processors is not a number: '$processors'"
is_number "$memory" || wrong "--memory is not a number: '$memory'"
is_number "$time_limit" || wrong "--time-limit is not a number: '$time_limit'"
if [[ $clock == instructions && $processors != 1 ]]; then
  wrong "only one processor can count instructions: --clock real"
fi
case $kernel in
  *.deb)
    [[ -f $kernel ]] || wrong "no file $kernel"
    kernel=$(readlink -f "$kernel")
    ;;
  *) suites_of "$kernel" >/dev/null || wrong "no kernel '$kernel': 5.10, 6.1, 6.12 or a .deb file" ;;
esac
if [[ -n $share ]]; then
  [[ -d $share ]] || wrong "no folder $share"
  share=$(readlink -f "$share")
fi
[[ $(uname -m) == x86_64 ]] || fail "knows x86-64 machines only, this is $(uname -m)"
if [[ $(id -u) != 0 ]]; then
  echo "qemu.sh: the virtual machine reads this machine's files, which needs root" >&2
  exec sudo --preserve-env=JAVA_HOME,XDG_CACHE_HOME -- "$0" "${arguments[@]}"
fi

find_program() {
  local package=$1 candidate
  shift
  for candidate; do
    if candidate=$(PATH=$PATH:/usr/sbin:/sbin command -v "$candidate"); then
      echo "$candidate"
      return
    fi
  done
  fail "no $1: install $package"
}

qemu=$(find_program qemu-system-x86 qemu-system-x86_64)
virtiofsd=$(find_program "qemu-system-common (Debian 12) or virtiofsd" /usr/libexec/virtiofsd /usr/lib/qemu/virtiofsd virtiofsd)
busybox=$(find_program busybox-static busybox)
if ldd "$busybox" >/dev/null 2>&1; then
  fail "$busybox is not linked statically: install busybox-static"
fi

run="" machine=0 files=0 probe=0 readers=()
# shellcheck disable=SC2317
await_end() {
  local tries
  for ((tries = 0; tries < 20; tries++)); do
    kill -0 "$1" 2>/dev/null || return
    sleep 0.05
  done
}
# shellcheck disable=SC2317
clean_up() {
  local status=$? process
  trap - EXIT
  set +e
  # virtiofsd ends by itself when the machine has gone.
  for process in "$probe" "$machine" "$files"; do
    if ((process)); then
      ((process == files)) && await_end "$process"
      kill -KILL "$process" 2>/dev/null
      wait "$process" 2>/dev/null
    fi
  done
  for process in "${readers[@]}"; do
    kill "$process" 2>/dev/null
    wait "$process" 2>/dev/null
  done
  [[ -z $run ]] || rm -rf "$run"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

kernel_folder=$(find_kernel "$kernel") || exit 125
[[ -z $prepare ]] || exit 0
release=$(<"$kernel_folder/release")
run=$(mktemp -d /tmp/sluice-vm.XXXXXX)
chmod 700 "$run"
mkdir "$run/tree" "$run/exchange"

# What the initramfs needs to reach the machine's files, in the order of loading, each once.
boot_modules() {
  local name line
  for name in virtio_pci virtio_console virtiofs overlay; do
    if grep -q "/$name\.ko" "$kernel_folder/lib/modules/$release/modules.builtin"; then
      continue
    fi
    line=$(grep "/$name\.ko:" "$kernel_folder/lib/modules/$release/modules.dep") ||
      fail "kernel $release has no module $name"
    # A module is behind the ones that need it.
    tr ' ' '\n' <<<"${line/:/}" | tac
  done | awk 'NF && !seen[$0]++'
}

make_initramfs() {
  local tree=$run/initramfs module
  mkdir -p "$tree"/{bin,proc,sys,dev,machine,above,new,modules}
  cp "$busybox" "$tree/bin/busybox"
  cp "$here/guest-init.sh" "$tree/init"
  chmod +x "$tree/init"
  boot_modules >"$run/modules"
  while read -r module; do
    cp "$kernel_folder/lib/modules/$release/$module" "$tree/modules/"
    basename "$module" >>"$tree/modules/order"
  done <"$run/modules"
  (cd "$tree" && find . | "$busybox" cpio -o -H newc 2>/dev/null | gzip -1) >"$run/initramfs.gz"
}

# What the benches and the lab need, so that none is loaded while something is measured.
modules="veth dummy bridge vxlan tun ip_vs ip_vs_rr ip_vs_mh nf_tables nft_chain_nat nft_nat nft_masq nft_numgen
  nft_compat nft_fib_inet nf_conntrack nf_nat ip_tables iptable_nat iptable_filter xt_conntrack xt_statistic
  xt_MASQUERADE xt_mark xt_comment xt_addrtype xt_recent cls_bpf sch_ingress"
{
  printf 'share=%q\n' "$share"
  printf 'modules=%q\n' "$(tr -s '\n ' ' ' <<<"$modules")"
} >"$run/exchange/settings"
{
  printf 'export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n'
  printf 'export LANG=C.UTF-8\n'
  [[ -z ${JAVA_HOME-} ]] || printf 'export JAVA_HOME=%q\n' "$JAVA_HOME"
  printf 'cd %q && exec' "$root"
  printf ' %q' "$@"
  echo
} >"$run/exchange/command"

start_files() {
  local waited
  unshare --mount --propagation private -- "$here/share-files.sh" "$virtiofsd" "$run/files.sock" "$run/tree" \
    "$kernel_folder" "$run/exchange" "$share" >"$run/files.log" 2>&1 </dev/null &
  files=$!
  for ((waited = 0; waited < 100; waited++)); do
    [[ -S $run/files.sock ]] && return
    kill -0 "$files" 2>/dev/null || break
    sleep 0.1
  done
  cat "$run/files.log" >&2
  fail "virtiofsd does not serve this machine's files"
}

kernel_options=(-nodefaults -no-user-config -display none -no-reboot -kernel "$kernel_folder/vmlinuz"
  -initrd "$run/initramfs.gz")
kernel_command_line="console=ttyS0 quiet panic=-1 rdinit=/init random.trust_cpu=on"

# Whether KVM runs this kernel: there are machines where it starts, and then meets an instruction that it cannot.
kvm_works() {
  local waited
  [[ -w /dev/kvm ]] || return 1
  : >"$run/kvm.log"
  "$qemu" -machine q35,accel=kvm -cpu host -m 1024 "${kernel_options[@]}" \
    -append "$kernel_command_line probe" -serial file:"$run/probe" >"$run/kvm.log" 2>&1 </dev/null &
  probe=$!
  for ((waited = 0; waited < 200; waited++)); do
    if ! kill -0 "$probe" 2>/dev/null || grep -q 'KVM internal error' "$run/kvm.log"; then
      break
    fi
    sleep 0.1
  done
  kill -KILL "$probe" 2>/dev/null || true
  wait "$probe" 2>/dev/null || true
  probe=0
  grep -q 'probe: booted' "$run/probe" 2>/dev/null
}

start_machine() {
  # shellcheck disable=SC2054
  local options=(-machine q35 "${kernel_options[@]}" -append "$kernel_command_line" -m "$memory"
    -object "memory-backend-memfd,id=memory,size=${memory}M,share=on" -numa node,memdev=memory
    -chardev "socket,id=files,path=$run/files.sock" -device vhost-user-fs-pci,chardev=files,tag=machine,queue-size=1024
    -chardev "file,id=console,path=$run/console" -serial chardev:console
    -device virtio-serial-pci)
  local stream
  for stream in stdout stderr; do
    mkfifo "$run/$stream"
    options+=(-chardev "file,id=$stream,path=$run/$stream" -device "virtserialport,chardev=$stream,name=$stream")
  done
  cat "$run/stdout" &
  readers+=($!)
  cat "$run/stderr" >&2 &
  readers+=($!)
  # shellcheck disable=SC2054
  # With cx16 the emulated processor double-faults now and then in kernel 6.12.
  # With sleep=off time would leap to the next timer whenever a file is waited for, and every time-out with it.
  if [[ $clock == instructions ]]; then
    options+=(-accel tcg,thread=single -icount shift=0,sleep=on -rtc base=utc,clock=vm -cpu max,cx16=off)
  elif kvm_works; then
    options+=(-accel kvm -cpu host -smp "$processors")
  else
    options+=(-accel tcg,thread=multi -cpu max,cx16=off -smp "$processors")
  fi
  "$qemu" "${options[@]}" >"$run/qemu.log" 2>&1 </dev/null &
  machine=$!
}

say_what_died() {
  tail -n 20 "$run/console" 2>/dev/null | tr -d '\r' >&2
  cat "$run/qemu.log" "$run/files.log" >&2
}

make_initramfs
start_files
echo "qemu.sh: booting $release, clock: $clock, time limit: $time_limit s" >&2
start_machine
boot_limit=180
begun=$SECONDS
while kill -0 "$machine" 2>/dev/null; do
  if ((SECONDS - begun > time_limit)); then
    echo "qemu.sh: not done after $time_limit s, stopped (--time-limit)" >&2
    exit 124
  fi
  if ((SECONDS - begun > boot_limit)) && [[ ! -e $run/exchange/started ]]; then
    say_what_died
    fail "$release has not booted within $boot_limit s"
  fi
  # In the background, for a signal to be met at once.
  sleep 0.2 &
  wait $! || true
done
wait "$machine" || true
machine=0
wait "${readers[@]}" || true
readers=()
if [[ ! -f $run/exchange/status ]]; then
  say_what_died
  fail "the virtual machine died"
fi
exit "$(<"$run/exchange/status")"
