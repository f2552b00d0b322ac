#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the JMH benchmarks of the controller. Arguments go to JMH: bench/run.sh Maglev -p backends=20
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=scripts/jdk.sh
source scripts/jdk.sh
JAVA_HOME=$(find_jdk 25)
export JAVA_HOME
./mvnw -q -B -pl bench -am -Dmaven.test.skip=true package
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED \
  -cp "bench/target/classes:controller/target/sluice-controller.jar:controller/target/lib/*:bench/target/lib/*" \
  org.openjdk.jmh.Main "$@"
