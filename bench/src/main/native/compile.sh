#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the load program: compile.sh OUTPUT_FILE
# CLANG names the compiler (default: clang).
set -eu
mkdir -p "$(dirname "$1")"
exec "${CLANG:-clang}" -O2 -std=gnu11 -Wall -Wextra -Werror -o "$1" "$(dirname "$0")/load.c"
