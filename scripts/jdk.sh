# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts of this repository.

# Prints the directory of a JDK of at least the given version: JAVA_HOME, then the PATH's, then the
# usual directories.
find_jdk() {
  local wanted=$1 candidate version on_path=""
  if command -v javac >/dev/null; then
    on_path=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
  fi
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
    [[ -n $candidate && -x $candidate/bin/javac && -f $candidate/release ]] || continue
    version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release")
    if ((${version:-0} >= wanted)); then
      echo "$candidate"
      return 0
    fi
  done
  echo "${0##*/}: no JDK $wanted or later in JAVA_HOME, PATH or /usr/lib/jvm: install one, for example Eclipse Temurin's temurin-$wanted-jdk (https://adoptium.net) or openjdk-$wanted-jdk-headless where the distribution has it" >&2
  return 1
}
