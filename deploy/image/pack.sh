#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Packs a root file system as an OCI image layout with one layer, in a tar:
#   pack.sh ROOTFS ARCHITECTURE EPOCH FILE
# The same input gives the same bytes. manifest.json is for docker load before it knew the layout.
set -euo pipefail

rootfs=$1
architecture=$2
epoch=$3
file=$4
work=$(mktemp -d "$file.XXXXXX")
trap 'rm -rf "$work"' EXIT
blobs=$work/layout/blobs/sha256
mkdir -p "$blobs"

tar_of() {
  tar --create --sort=name --format=posix --pax-option=delete=atime,delete=ctime \
    --owner=0 --group=0 --numeric-owner --mtime="@$epoch" --directory="$1" "${@:2}"
}

# Moves a file to where its digest says, and prints the digest.
blob() {
  local digest
  digest=$(sha256sum "$1" | awk '{ print $1 }')
  mv "$1" "$blobs/$digest"
  echo "$digest"
}

size_of() {
  stat -c %s "$blobs/$1"
}

tar_of "$rootfs" . >"$work/layer.tar"
layer_content=$(sha256sum "$work/layer.tar" | awk '{ print $1 }')
gzip -n -6 "$work/layer.tar"
layer=$(blob "$work/layer.tar.gz")
created=$(date --utc --date="@$epoch" +%Y-%m-%dT%H:%M:%SZ)

cat >"$work/config.json" <<JSON
{"created":"$created","architecture":"$architecture","os":"linux",
 "config":{"Env":["PATH=/usr/bin"],"Entrypoint":["/usr/bin/sluice"],"Cmd":["run"],"WorkingDir":"/",
  "Labels":{"org.opencontainers.image.title":"sluice","org.opencontainers.image.licenses":"Apache-2.0"}},
 "rootfs":{"type":"layers","diff_ids":["sha256:$layer_content"]},
 "history":[{"created":"$created","created_by":"deploy/image/build.sh"}]}
JSON
config=$(blob "$work/config.json")

cat >"$work/manifest" <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
 "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:$config","size":$(size_of "$config")},
 "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:$layer","size":$(size_of "$layer")}]}
JSON
manifest=$(blob "$work/manifest")

cat >"$work/layout/index.json" <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json",
 "manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:$manifest","size":$(size_of "$manifest"),
  "platform":{"architecture":"$architecture","os":"linux"},
  "annotations":{"io.containerd.image.name":"docker.io/library/sluice:latest","org.opencontainers.image.ref.name":"latest"}}]}
JSON
cat >"$work/layout/manifest.json" <<JSON
[{"Config":"blobs/sha256/$config","RepoTags":["sluice:latest"],"Layers":["blobs/sha256/$layer"]}]
JSON
echo '{"imageLayoutVersion":"1.0.0"}' >"$work/layout/oci-layout"
tar_of "$work/layout" blobs index.json manifest.json oci-layout >"$work/image.tar"
mv "$work/image.tar" "$file"
