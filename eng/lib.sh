# Shared by ./run and ./test: what a fresh machine needs before the first build. Sourced, not run.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build servers would outlive the script; a run must leave no process behind.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

need_dotnet() {
  command -v dotnet >/dev/null || fail "The .NET 10 SDK is missing: install it, then run this again."
  local version
  version=$(dotnet --version 2>/dev/null) || fail "No SDK fits global.json: install the .NET 10 SDK, then run this again."
  case $version in
    10.*) ;;
    *) fail "The .NET SDK here is $version; Millrace needs version 10." ;;
  esac
}

# Which package set restores here; asked once and remembered in .packageset.
choose_package_set() {
  if [ -s .packageset ]; then
    say "packages: the $(cat .packageset) set (remembered; delete .packageset to probe again)"
    return
  fi
  local set=mirror
  if timeout 120 dotnet restore eng/probe/Probe.csproj -p:PackageSet=full -p:ArtifactsPath="$PWD/artifacts/probe" \
    --ignore-failed-sources -v q >/dev/null 2>&1; then
    set=full
  fi
  printf '%s\n' "$set" >.packageset
  say "packages: the $set set restores here"
}

# Somebody's own libraries need no fetching; the services check them.
fetch_native() {
  [ -z "${MILLRACE_LLAMA_DIR:-}" ] || { say "native: llama.cpp in $MILLRACE_LLAMA_DIR (MILLRACE_LLAMA_DIR)" && return; }
  ./eng/native.sh || exit 1
}

# $1: what to build. One line for each project as it is done, so that no minute is silent.
build() {
  local log=.millrace/logs/build.log started=$SECONDS
  mkdir -p .millrace/logs
  say "build: $1 (Release)"
  if ! dotnet build "$1" -c Release -v m -nologo -consoleloggerparameters:NoSummary 2>&1 | tee "$log" |
    sed -n -u -E -e 's|^ *([A-Za-z0-9._-]+) -> .*/([^/]+)\.dll$|  \1|p' -e '/(error|warning) [A-Z]+[0-9]+/p'; then
    fail "The build failed; the whole log is in $log."
  fi
  say "build: done in $((SECONDS - started)) s"
}

# Debian keeps the server's programs in a folder of its own, outside PATH.
need_postgres() {
  compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || need_package initdb postgresql
}

# $1: command, $2: Debian package. Installs what a test needs when that is possible, else says how.
need_package() {
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "install: $2"
    { apt-get install -y -q "$2" || { apt-get update -q && apt-get install -y -q "$2"; }; } >/dev/null 2>&1 && return
  fi
  say "missing: $1; the tests that need it are skipped. Install it with: apt-get install $2"
}
