#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Benchmarks. Needs a JDK 25 and, for all that touches the kernel, root.
set -euo pipefail

usage() {
  cat <<'END'
Usage: bench/run.sh COMMAND [ARGUMENT...]

  compare [OPTION...]      Sluice, iptables, nftables, IPVS and no proxy, side by side
  datapath [OPTION...]     what one packet costs in the programs, and connect() under the hooks
  jmh [JMH ARGUMENT...]    what the controller's own work costs, held against its targets:
                           bench/run.sh jmh                  all, about eight minutes
                           bench/run.sh jmh Maglev -p backends=20
                           bench/run.sh jmh -rff docs/benchmarks/jmh.json
  report [OPTION...]       docs/benchmarks.md and its plots from the results of all others

Each has a --help of its own.
END
}

case ${1-} in
  compare) main=dev.sluice.bench.compare.CompareBenchmark ;;
  datapath) main=dev.sluice.bench.datapath.DatapathBenchmark ;;
  jmh) main=dev.sluice.bench.controller.ControllerBenchmarks ;;
  report) main=dev.sluice.bench.report.ReportCommand ;;
  -h | --help | help)
    usage
    exit 0
    ;;
  *)
    usage >&2
    exit 2
    ;;
esac
shift

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=scripts/jdk.sh
source scripts/jdk.sh
JAVA_HOME=$(find_jdk 25)
export JAVA_HOME

# Maven takes a minute here and an hour in an emulated machine, so it runs only when a source is newer.
built=bench/target/built
jar=controller/target/sluice-controller.jar
if [[ ! -e $built || ! -e $jar || -n $(find ./pom.xml ./*/pom.xml ./*/src/main ./bpf/compile.sh -newer $built -print -quit) ]]; then
  ./mvnw -q -B -pl bench -am -Dmaven.test.skip=true package
  touch $built
fi

commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED "-Dsluice.commit=$commit" \
  -cp "bench/target/classes:$jar:controller/target/lib/*:bench/target/lib/*" \
  "$main" "$@"
