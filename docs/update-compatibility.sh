#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Writes docs/kube-proxy-compatibility.md anew, from the tests' @ShowsRules and from
# compatibility/src/main/resources.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=scripts/jdk.sh
source scripts/jdk.sh
JAVA_HOME=$(find_jdk 25)
export JAVA_HOME
./mvnw --quiet --no-transfer-progress package -DskipTests -pl lab -am
"$JAVA_HOME/bin/java" -cp compatibility/target/classes dev.sluice.compatibility.CompatibilityPage .
