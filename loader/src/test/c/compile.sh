#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles every *.bpf.c of a folder: compile-bpf.sh CLANG SOURCE_FOLDER OUTPUT_FOLDER
# Debian and Ubuntu keep asm/types.h in a folder named after the machine; Fedora does not have it.
set -eu
clang=$1
sources=$2
output=$3
mkdir -p "$output"
for source in "$sources"/*.bpf.c; do
  object=$output/$(basename "$source" .c).o
  "$clang" -O2 -g -target bpf -mcpu=v3 -Wall -Werror \
    -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$source" -o "$object"
done
