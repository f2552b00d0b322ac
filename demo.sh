#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Shows Sluice at work: two nodes, four pods with nginx and a client in network namespaces of this
# machine, an agent on each node, real HTTP requests. Everything is removed at the end.
#   ./demo.sh [routed|bridge|vxlan]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

layout=${1:-routed}
case $layout in
  routed | bridge | vxlan) ;;
  -h | --help)
    sed -n '3,5s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
  *)
    echo "demo.sh: no layout '$layout': routed, bridge or vxlan" >&2
    exit 2
    ;;
esac
become_root "$@"
set_up_machine

id=d$$
cgroups=$(awk '$(NF - 2) == "cgroup2" { print $5; exit }' /proc/self/mountinfo)
run=/run/sluice-lab-$id
manifests=$(mktemp -d)
agents=()

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
in_host() { lab/run.sh shell --id "$id" "$@"; }
# For background processes: the process that is waited for and killed is the command itself.
exec_in_host() { exec lab/run.sh shell --id "$id" "$@"; }

clean_up() {
  local status=$? agent node
  set +e
  for agent in "${agents[@]}"; do
    kill -TERM "$agent" 2>/dev/null
    wait "$agent" 2>/dev/null
  done
  if [[ -d $run ]]; then
    for node in node-1 node-2; do
      in_host "$node" -- ./sluice detach --instance "$id-$node" --pin-dir "$run/$node/bpf/sluice"
    done
    lab/run.sh down --id "$id"
  fi
  rm -rf "$manifests"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# Requests a URL so many times from a host and draws which pod answered how often.
chart() {
  local host=$1 url=$2 count=$3
  echo "$count requests from $host to $url"
  # shellcheck disable=SC2016
  in_host "$host" -- bash -c \
    'for ((i = 0; i < $2; i++)); do curl -s --max-time 3 "$1" || echo failed; done' - "$url" "$count" |
    sort | uniq -c |
    while read -r answers pod; do
      printf '  %-8s %3d %s\n' "$pod" "$answers" "$(printf '%*s' "$answers" '' | tr ' ' '#')"
    done
}

# Writes the Service and its endpoints, all pods or those named.
write_manifests() {
  local pod node address
  {
    cat <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: web, namespace: demo}
spec:
  type: NodePort
  clusterIP: 10.96.0.80
  clusterIPs: [10.96.0.80]
  ports: [{name: http, port: 80, protocol: TCP, targetPort: 8080, nodePort: 30080}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: demo, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
ports: [{name: http, port: 8080, protocol: TCP}]
endpoints:
YAML
    for pod in "$@"; do
      case $pod in
        pod-a) node=node-1 address=10.1.1.2 ;;
        pod-b) node=node-1 address=10.1.1.3 ;;
        pod-c) node=node-2 address=10.1.2.2 ;;
        pod-d) node=node-2 address=10.1.2.3 ;;
      esac
      echo "- {addresses: [$address], nodeName: $node, conditions: {ready: true}}"
    done
  } >"$manifests/.web"
  mv "$manifests/.web" "$manifests/web.yaml"
}

if is_stale controller/target/sluice-controller.jar || is_stale lab/target/class-path; then
  say "Building"
  ./mvnw --quiet --batch-mode --no-transfer-progress -pl lab,controller -am -Dmaven.test.skip=true package
  touch controller/target/sluice-controller.jar lab/target/class-path
fi

say "A lab: two nodes, four pods with nginx, a client outside; layout $layout"
lab/run.sh up --layout "$layout" --id "$id" --nginx
write_manifests pod-a pod-b pod-c pod-d

say "An agent on each node, from the manifests in a directory"
for node in node-1 node-2; do
  exec_in_host "$node" -- ./sluice run --manifests "$manifests" --node-name "$node" --instance "$id-$node" \
    --pin-dir "$run/$node/bpf/sluice" --cgroup "$cgroups/sluice-$id/$node" \
    >"$run/$node/agent.log" 2>&1 &
  agents+=($!)
done
for node in node-1 node-2; do
  # Two seconds; in an emulated machine the verifier takes a quarter of a minute.
  for ((tries = 0; tries < 600; tries++)); do
    grep -q ready "$run/$node/agent.log" && break
    sleep 0.1
  done
  grep ready "$run/$node/agent.log" || {
    cat "$run/$node/agent.log"
    exit 1
  }
done

say "By ClusterIP, from a pod: every pod answers, on this node and the other"
chart pod-a http://10.96.0.80/ 60
say "By NodePort, from outside"
chart client http://172.31.0.11:30080/ 60

say "pod-d leaves the Service: the manifest is rewritten, nothing is restarted"
write_manifests pod-a pod-b pod-c
sleep 0.3
chart client http://172.31.0.11:30080/ 60

say "sluice status on node-1"
in_host node-1 -- ./sluice status --instance "$id-node-1" --pin-dir "$run/node-1/bpf/sluice"

say "Cleaning up"
