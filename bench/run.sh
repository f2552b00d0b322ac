#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Benchmarks. Needs a JDK 25 and, for datapath, root.
#   bench/run.sh datapath [OPTION...]   what one packet costs in the programs; --help tells more
#   bench/run.sh [JMH ARGUMENT...]      the controller's: bench/run.sh Maglev -p backends=20
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=scripts/jdk.sh
source scripts/jdk.sh
JAVA_HOME=$(find_jdk 25)
export JAVA_HOME
./mvnw -q -B -pl bench -am -Dmaven.test.skip=true package
main=org.openjdk.jmh.Main
if [[ ${1-} == datapath ]]; then
  main=dev.sluice.bench.datapath.DatapathBenchmark
  shift
fi
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED \
  -cp "bench/target/classes:controller/target/sluice-controller.jar:controller/target/lib/*:bench/target/lib/*" \
  "$main" "$@"
