#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the container image without a container engine, a registry or a base image:
#   deploy/image/build.sh [--output DIR]     default: deploy/target/image
#     DIR/rootfs        the root file system
#     DIR/sluice.tar    the same as an OCI image layout, which docker load takes, too
# It holds a Java runtime of the modules that are used, the jars, libbpf and the C library of this
# machine, and no shell. As root it also runs the agent once in namespaces of its own, for the AOT
# cache (train.sh). Does nothing if what it is made of has not changed.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=scripts/jdk.sh
source "$root/scripts/jdk.sh"

output=$root/deploy/target/image
case ${1:-} in
  "") ;;
  --output) output=${2:?a directory} ;;
  *)
    sed -n '3,10s/^# \{0,1\}//p' "$0"
    exit 2
    ;;
esac

# Found by jdeps. Without java.desktop, java.sql and java.compiler, which Jackson and Vert.x can use
# and the agent does not.
modules=java.base,java.logging,java.management,java.naming,jdk.management,jdk.unsupported
# Kinds of objects that neither the agent nor its client library's own start looks at: half of the
# classes, which would be loaded at every start.
unused_models='admissionregistration|apiextensions|flowcontrol|gatewayapi|metrics|rbac|resource|scheduling|storageclass'
limit=$((120 * 1000 * 1000))
# Same content, same image: nothing in it is younger than this.
epoch=${SOURCE_DATE_EPOCH:-1767225600}

JAVA_HOME=$(find_jdk 25)
export JAVA_HOME
jars=$root/controller/target
case $(uname -m) in
  x86_64) architecture=amd64 machine=x86_64 ;;
  aarch64) architecture=arm64 machine=aarch_64 ;;
  *)
    echo "build.sh: no image for $(uname -m): x86_64 and aarch64 only" >&2
    exit 1
    ;;
esac
if [[ ! -f $jars/sluice-controller.jar || ! -d $jars/lib ]]; then
  echo "build.sh: not built yet, building (this takes a minute)" >&2
  "$root/mvnw" -q -B -f "$root/pom.xml" -pl controller -am -DskipTests package >&2
fi
libbpf=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk '$1 == "libbpf.so.1" { print $NF; exit }')
[[ -n $libbpf ]] || {
  echo "build.sh: libbpf.so.1 not found; on Debian or Ubuntu: apt-get install libbpf1" >&2
  exit 1
}

inputs() {
  echo "$modules $epoch $(id -u)"
  (cd "$jars" && sha256sum sluice-controller.jar lib/*.jar)
  sha256sum "$here"/* "$JAVA_HOME/release" "$libbpf" | awk '{ print $1 }'
}

if [[ -f $output/inputs && -f $output/sluice.tar ]] && inputs | cmp -s - "$output/inputs"; then
  echo "up to date: $output/sluice.tar, root file system of $(<"$output/size") bytes"
  exit 0
fi

rootfs=$output/rootfs
home=$rootfs/opt/sluice
rm -rf "$output"
mkdir -p "$home/lib" "$home/native" "$rootfs"/{dev,etc,proc,run,sys,tmp,usr/bin,usr/share/doc/sluice,var}
chmod 1777 "$rootfs/tmp"
ln -s ../run "$rootfs/var/run"

# The Java runtime.
"$JAVA_HOME/bin/jlink" --add-modules "$modules" --output "$home/java" --vm server \
  --strip-debug --no-man-pages --no-header-files --compress zip-6
rm "$home/java/bin/keytool" "$home/java/lib/classlist" "$home/java/lib/jrt-fs.jar"
strip --strip-unneeded "$home/java/lib/server/libjvm.so"

# The jars. A native library is taken out of its jar, so that it need not be unpacked to /tmp at every
# start.
cp "$jars/sluice-controller.jar" "$home/lib"
for jar in "$jars"/lib/*.jar; do
  name=${jar##*/}
  if [[ $name == netty-transport-native-epoll-*-linux-"$machine".jar ]]; then
    (cd "$home/native" && "$JAVA_HOME/bin/jar" --extract --file "$jar" META-INF/native &&
      mv META-INF/native/*.so . && rm -r META-INF)
  elif [[ $name != netty-transport-native-epoll-* && ! $name =~ ^kubernetes-model-($unused_models)- ]]; then
    cp "$jar" "$home/lib"
  fi
done
"$JAVA_HOME/bin/java" -cp "$home/lib/*" "$here/SlimJars.java" "$home"/lib/*.jar
class_path=/opt/sluice/lib/sluice-controller.jar
for jar in "$home"/lib/*.jar; do
  [[ $jar == */sluice-controller.jar ]] || class_path+=":/opt/sluice/lib/${jar##*/}"
done
sed "s#@CLASS_PATH@#$class_path#" "$here/java.options" >"$home/java.options"

# The launcher, and every shared library that is needed, under the name by which it is looked for.
clang -O2 -Wall -Wextra -Werror -s -o "$rootfs/usr/bin/sluice" "$here/launcher.c"
needed=("$libbpf" "$rootfs/usr/bin/sluice" "$home/java/bin/java" "$home"/native/*.so "$home"/java/lib/*.so "$home"/java/lib/server/*.so)
{
  echo "$libbpf"
  # Those of the runtime find each other by themselves.
  ldd "${needed[@]}" | awk '$1 ~ /^\// && /\(0x/ { print $1 } $2 == "=>" && $3 ~ /^\// { print $3 }'
} | grep -v "^$output" | sort -u |
  while read -r library; do
    mkdir -p "$rootfs${library%/*}"
    cp -L "$library" "$rootfs$library"
  done

cp "$root/LICENSE" "$rootfs/usr/share/doc/sluice"
if command -v dpkg-query >/dev/null; then
  for package in libbpf1 libc6 libelf1 libelf1t64 libzstd1 zlib1g; do
    [[ -f /usr/share/doc/$package/copyright ]] || continue
    mkdir -p "$rootfs/usr/share/doc/$package"
    cp -L "/usr/share/doc/$package/copyright" "$rootfs/usr/share/doc/$package"
  done
fi
echo 'root:x:0:0:root:/:/usr/bin/sluice' >"$rootfs/etc/passwd"
echo 'root:x:0:' >"$rootfs/etc/group"
echo 'hosts: files dns' >"$rootfs/etc/nsswitch.conf"

# Java compares the time stamps of the jars with those that the cache was made with.
find "$rootfs" -exec touch --no-dereference --date="@$epoch" {} +
"$here/train.sh" "$rootfs"
find "$rootfs" -exec touch --no-dereference --date="@$epoch" {} +

size=$(find "$rootfs" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
echo "root file system: $size bytes"
du -sb "$home/java" "$home/lib" "$home/sluice.aot" | sed "s#$rootfs##"
((size < limit)) || {
  echo "build.sh: more than $limit bytes" >&2
  exit 1
}
"$here/pack.sh" "$rootfs" "$architecture" "$epoch" "$output/sluice.tar"
echo "image: $output/sluice.tar ($(stat -c %s "$output/sluice.tar") bytes)"
echo "$size" >"$output/size"
inputs >"$output/inputs"
