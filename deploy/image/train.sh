#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The training run of the image's AOT cache: train.sh ROOTFS
# Starts the agent of ROOTFS once against an API server of one Service, in network and mount
# namespaces of its own, and ends it when it is ready; Java then writes ROOTFS/opt/sluice/sluice.aot.
# Without the right to do that it runs 'sluice check' in its place, which changes nothing and knows
# less of the classes that a start needs.
set -euo pipefail

rootfs=$(realpath "$1")
java=$rootfs/opt/sluice/java/bin/java
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
: "${JAVA_HOME:?the JDK that the runtime was made of}"

work=$(mktemp -d)
api="" agent="" cgroup=""

clean_up() {
  local status=$?
  set +e
  trap - EXIT
  for process in $agent $api; do
    kill -TERM "$process" 2>/dev/null
    wait "$process" 2>/dev/null
  done
  [[ -z $cgroup ]] || rmdir "$cgroup"
  umount "$work/bpf" 2>/dev/null
  rm -rf "$work"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Those of the image, with the paths they have here.
options() {
  sed -e '/-XX:AOTCache=/d' -e "s#/opt/sluice#$rootfs/opt/sluice#g" "$rootfs/opt/sluice/java.options"
  # Profiles are for the optimising compiler, which is off.
  printf '%s\n' -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining
  echo "-XX:AOTCacheOutput=$rootfs/opt/sluice/sluice.aot"
}

sluice() {
  exec "$java" "@$work/options" dev.sluice.cli.Sluice "$@"
}

await() {
  local what=$1 tries
  shift
  for ((tries = 0; tries < 600; tries++)); do
    "$@" && return
    sleep 0.1
  done
  echo "train.sh: no $what after a minute" >&2
  cat "$work"/*.log >&2
  exit 1
}

ready() {
  grep -q 'ready:' "$work/agent.log" || { ! kill -0 "$agent" 2>/dev/null && cat "$work/agent.log" >&2 && exit 1; }
}

train_agent() {
  local cgroups
  ip link set lo up
  ip link add eth0 type veth peer name outside
  ip address add 172.31.0.11/24 dev eth0
  ip link set eth0 up
  ip link set outside up
  ip route add default via 172.31.0.1
  mkdir "$work/bpf"
  mount -t bpf none "$work/bpf"
  cgroups=$(awk '$(NF - 2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
  cgroup=$cgroups/sluice-image-$$
  mkdir "$cgroup"

  "$JAVA_HOME/bin/java" "$here/TrainingApi.java" "$work/port" >"$work/api.log" 2>&1 &
  api=$!
  await "API server" test -s "$work/port"
  sluice run --api-server "http://127.0.0.1:$(<"$work/port")" --node-name training \
    --pin-dir "$work/bpf/sluice" --run-dir "$work/run" --cgroup "$cgroup" --detach-on-exit \
    >"$work/agent.log" 2>&1 &
  agent=$!
  await "agent" ready
  # Java writes the cache when it ends.
  kill -TERM "$agent"
  wait "$agent" || true
  agent=""
}

options >"$work/options"
if [[ ${2:-} == apart ]]; then
  train_agent
elif unshare --mount --net true 2>/dev/null; then
  rm -rf "$work"
  exec unshare --mount --net "$0" "$rootfs" apart
else
  echo "train.sh: network namespaces need root: trained with 'sluice check' only, the agent will start slower" >&2
  (sluice check --api-server http://127.0.0.1:1 --run-dir "$work/run") >"$work/agent.log" 2>&1 || true
fi
[[ -s $rootfs/opt/sluice/sluice.aot ]] || {
  echo "train.sh: Java wrote no AOT cache" >&2
  cat "$work/agent.log" >&2
  exit 1
}
