#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sets the machine up, builds everything and runs all checks and tests. Needs root, as the tests load
# programs into the kernel and make network namespaces. Arguments go to Maven:
#   ./test.sh                         everything
#   ./test.sh -pl controller -am      one module and what it needs
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
# shellcheck source=scripts/setup.sh
source scripts/setup.sh

become_root "$@"
set_up_machine
set_up_other_kernels
for script in sluice demo.sh test.sh mvnw docs/update-compatibility.sh lab/run.sh scripts/*.sh vagrant/*.sh bpf/compile.sh deploy/image/*.sh; do
  bash -n "$script"
done
exec ./mvnw --batch-mode --no-transfer-progress verify "$@"
