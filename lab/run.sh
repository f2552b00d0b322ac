#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Keeps a small Kubernetes-like network on this machine to look around in. See lab/README.md.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")

usage() {
  cat <<'END'
Usage: lab/run.sh COMMAND

  up [--layout routed|bridge|vxlan] [--id X] [--tun] [--nginx]
     [--no-servers]     bring a lab up and leave it running
  list                  the labs of this machine
  status [--id X]       the hosts of a lab, their addresses and processes
  shell [--id X] HOST [-- COMMAND...]
                        a shell, or a command, in the network namespace and
                        cgroup of a pod, node or client
  down [--id X|--all]   remove a lab, and those whose process has died

Needs root. HOST is pod-a, pod-b (on node-1), pod-c, pod-d (on node-2), node-1,
node-2, client or tun-client.
END
}

fail() {
  echo "lab: $*" >&2
  exit 1
}

# shellcheck source=scripts/jdk.sh
source "$root/scripts/jdk.sh"

# Compiles the module unless that is done; Maven writes its class path to target/class-path.
build() {
  local classes=$here/target/classes/dev/sluice/lab/LabCommand.class
  if [[ -f $classes && -f $here/target/class-path && -z $(find "$here/src/main" -newer "$here/target/class-path" -print -quit) ]]; then
    return
  fi
  echo "lab: building" >&2
  local maven=mvn
  [[ -x $root/mvnw ]] && maven=$root/mvnw
  (cd "$root" && JAVA_HOME=$jdk "$maven" --quiet --batch-mode --projects lab --also-make process-classes >&2)
  touch "$here/target/class-path"
}

java_command() {
  jdk=$(find_jdk 25)
  build
  exec "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -XX:TieredStopAtLevel=1 \
    -cp "$here/target/classes:$(cat "$here/target/class-path")" dev.sluice.lab.LabCommand "$@"
}

shell() {
  local id="" labs host
  if [[ ${1:-} == --id ]]; then
    id=${2:?an id}
    shift 2
  fi
  host=${1:-}
  [[ -n $host ]] || fail "shell in which host? See lab/run.sh --help"
  shift
  [[ ${1:-} == -- ]] && shift
  if [[ -z $id ]]; then
    labs=(/run/sluice-lab-*/lab.json)
    [[ -e ${labs[0]} ]] || fail "no lab is up: lab/run.sh up"
    ((${#labs[@]} == 1)) || fail "several labs are up: choose one of lab/run.sh list with --id"
    id=$(dirname "${labs[0]}")
    id=${id#/run/sluice-lab-}
  fi
  local enter=/run/sluice-lab-$id/$host/enter
  [[ -f $enter ]] || fail "no host '$host' in lab '$id'"
  if (($# == 0)); then
    set -- env PS1="$host:\\w# " bash --norc -i
  fi
  exec sh "$enter" "$@"
}

case ${1:-} in
  up | list | status | down)
    [[ $(id -u) == 0 ]] || fail "needs root"
    java_command "$@"
    ;;
  shell)
    [[ $(id -u) == 0 ]] || fail "needs root"
    shift
    shell "$@"
    ;;
  -h | --help | help)
    usage
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
