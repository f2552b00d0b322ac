#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the comparison (bench/run.sh compare) under another kernel than this machine's; the figures come out as
# docs/benchmarks/compare-*.json.
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname "$here")
cd "$root"

usage() {
  cat <<'END'
Usage: vagrant/bench.sh 5.10|6.1|6.12 [OPTION...]
       vagrant/bench.sh machine [OPTION...]

The first runs the comparison in QEMU with that Debian kernel and a clock that
counts instructions (vagrant/qemu.sh), into compare-qemu-6.12.json and so on.
Only its ratios mean something. The second runs it in the machine of the
Vagrantfile (VirtualBox or libvirt), which it brings up and leaves running, into
compare-vagrant.json. Both files are written to docs/benchmarks.

OPTIONs are those of bench/run.sh compare, --json FILE among them, in docs/benchmarks.
Without any, with QEMU: all modes with 1, 100 and 1,000 Services, an hour or so
on an otherwise idle machine. 10,000 take the programs of iptables an hour and more
to load there, and nftables' one transaction, too; with that in parts, without
iptables, some 25 minutes:

  vagrant/bench.sh 6.12 --json docs/benchmarks/compare-qemu-6.12-10000.json \
    --services 10000 --nftables-part 1000 --paths pod-to-pod --rounds 5 \
    --modes direct,sluice-sockets,sluice-tc,nftables,ipvs-rr,ipvs-mh \
    --connections 1000 --requests 500 --datagrams 500 --stream 0 --cold 1 --changes 1
END
}

# Small rounds: the clock makes them alike.
# shellcheck disable=SC2054
quick=(--services 1,100,1000 --rounds 5 --connections 1000 --requests 500 --datagrams 500 --stream 8
  --cold 1 --changes 3)

in_qemu() {
  local kernel=$1 json=docs/benchmarks/compare-qemu-$1.json
  shift
  (($#)) || set -- "${quick[@]}"
  [[ " $* " == *" --json"[\ =]* ]] || set -- --json "$json" "$@"
  # Builds; in the virtual machine it would take an hour.
  bench/run.sh compare --help >/dev/null
  "$here/qemu.sh" --kernel "$kernel" --memory 6144 --time-limit 7200 --share docs/benchmarks -- \
    bench/run.sh compare --clock instructions "$@"
}

in_vagrant() {
  local json=docs/benchmarks/compare-vagrant.json command
  if ! command -v vagrant >/dev/null; then
    echo "bench.sh: no vagrant: install it with VirtualBox or libvirt, or take the QEMU runner: vagrant/bench.sh 6.12" >&2
    exit 1
  fi
  cd "$here"
  vagrant up
  vagrant rsync
  printf -v command ' %q' bench/run.sh compare --json "$json" "$@"
  vagrant ssh --no-tty --command "cd /sluice && sudo $command"
  vagrant ssh --no-tty --command "sudo cat /sluice/$json" >"$root/$json.partial"
  mv "$root/$json.partial" "$root/$json"
  echo "bench.sh: wrote $json; vagrant halt stops the machine, vagrant destroy removes it" >&2
}

case ${1-} in
  5.10 | 6.1 | 6.12) in_qemu "$@" ;;
  machine)
    shift
    in_vagrant "$@"
    ;;
  -h | --help) usage ;;
  *)
    usage >&2
    exit 2
    ;;
esac
