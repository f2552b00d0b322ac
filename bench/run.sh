#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Benchmarks. Needs a JDK 25 and, for all that touches the kernel, root.
set -euo pipefail

usage() {
  cat <<'END'
Usage: bench/run.sh COMMAND [ARGUMENT...]

  datapath [OPTION...]     what one packet costs in the programs, and connect() under the hooks
  jmh [JMH ARGUMENT...]    what the controller's own work costs, held against its targets:
                           bench/run.sh jmh                  all, about eight minutes
                           bench/run.sh jmh Maglev -p backends=20
                           bench/run.sh jmh -rff docs/benchmarks/jmh.json

Each has a --help of its own.
END
}

case ${1-} in
  datapath) main=dev.sluice.bench.datapath.DatapathBenchmark ;;
  jmh) main=dev.sluice.bench.controller.ControllerBenchmarks ;;
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
./mvnw -q -B -pl bench -am -Dmaven.test.skip=true package
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED \
  -cp "bench/target/classes:controller/target/sluice-controller.jar:controller/target/lib/*:bench/target/lib/*" \
  "$main" "$@"
