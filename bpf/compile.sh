#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles every program of a directory: compile.sh SOURCE_DIRECTORY OUTPUT_DIRECTORY
# CLANG names the compiler (default: clang).
set -eu
source=$1
output=$2
mkdir -p "$output"
if ! command -v "${CLANG:-clang}" >/dev/null; then
	echo "compile.sh: ${CLANG:-clang} not found; on Debian or Ubuntu: apt-get install clang libbpf-dev" >&2
	exit 1
fi
for program in "$source"/*.bpf.c; do
	# Debian keeps asm/types.h in the architecture's own directory.
	"${CLANG:-clang}" -O2 -g -target bpf -mcpu=v3 -std=gnu11 -Wall -Wextra -Werror \
		-I "/usr/include/$(uname -m)-linux-gnu" \
		-c "$program" -o "$output/$(basename "$program" .c).o"
done
