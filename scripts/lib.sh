# Shared by the scripts: places, messages, and how the two compilers are called. Sourced, not run.

KIOSK_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Builds go to the user's cache, so that a second clone builds in a minute. Without one they go into the clone.
KIOSK_CACHE=${KIOSK_CACHE:-${XDG_CACHE_HOME:-${HOME:-$KIOSK_ROOT}/.cache}/kiosk}
mkdir -p "$KIOSK_CACHE" 2>/dev/null || { KIOSK_CACHE=$KIOSK_ROOT/.kiosk/cache; mkdir -p "$KIOSK_CACHE"; }
KIOSK_TOOLS=$KIOSK_CACHE/tools
# Guests and host programs are built by different compilers at times: one target directory each.
NATIVE_TARGET=$KIOSK_CACHE/host
GUEST_TARGET=$KIOSK_CACHE/guest
export PATH="$KIOSK_TOOLS/bin:$PATH"

if [ -t 2 ]; then bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' plain=$'\e[0m'; else bold='' dim='' red='' plain=''; fi
step() { printf '%s==>%s %s\n' "$bold" "$plain" "$*" >&2; }
note() { printf '    %s%s%s\n' "$dim" "$*" "$plain" >&2; }
fail() { printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2; exit 1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "needs root or sudo: $*"
  fi
}

# apt_install PACKAGE...: installs what is missing; refreshes the package lists once if that is needed.
apt_install() {
  command -v apt-get >/dev/null || fail "install $* with your system's package manager, then run this again"
  note "installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 || {
    as_root apt-get update -q >/dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null
  }
}

# guest_rustc: the compiler that has the WASM targets; fails when none has.
guest_rustc() {
  local rustc
  for rustc in rustc /usr/bin/rustc; do
    command -v "$rustc" >/dev/null || continue
    local lib; lib=$("$rustc" --print sysroot)/lib/rustlib
    if compgen -G "$lib/wasm32-wasip2/lib/libstd-*.rlib" >/dev/null && compgen -G "$lib/wasm32-unknown-unknown/lib/libstd-*.rlib" >/dev/null; then
      command -v "$rustc"
      return
    fi
  done
  return 1
}

# in_target DIR ARGS...: cargo with a target directory that clones share, one clone at a time.
in_target() {
  local dir=$1; shift
  KIOSK_CACHE=$KIOSK_CACHE CARGO_TARGET_DIR=$dir flock -o "$KIOSK_CACHE/lock" "$KIOSK_ROOT/scripts/cargo-in-target" "$@"
}

# guest_env COMMAND...: a command that calls cargo itself, with the guests' compiler and target directory.
guest_env() {
  RUSTC=$(guest_rustc) CARGO_TARGET_DIR=$GUEST_TARGET "$@"
}
# guest_cargo ARGS...: cargo with the guests' compiler and target directory.
guest_cargo() {
  RUSTC=$(guest_rustc) in_target "$GUEST_TARGET" "$@"
}

# native_cargo ARGS...: cargo with the host's compiler and target directory.
native_cargo() {
  in_target "$NATIVE_TARGET" "$@"
}

# locked_version CRATE: its version in Cargo.lock.
locked_version() {
  awk -v name="\"$1\"" '$1 == "name" && $3 == name { getline; gsub(/"/, "", $3); print $3; exit }' "$KIOSK_ROOT/Cargo.lock"
}

# npm_tools FOLDER [install]: node_modules beside a package.json, made anew when its lock file changed. `install` takes a lock
# file that does not name every platform's optional packages, which `npm ci` refuses.
npm_tools() {
  local dir=$KIOSK_ROOT/$1 how=${2:-ci} stamp
  stamp=$(sha256sum "$dir/package-lock.json" | cut -c1-16)
  [ -e "$dir/node_modules/.kiosk-$stamp" ] && return
  step "npm packages of $1"
  (cd "$dir" && npm "$how" --silent --no-audit --no-fund --no-save)
  touch "$dir/node_modules/.kiosk-$stamp"
}

# What rustc emits and every browser of the last years takes, and Workers too; later proposals would not load everywhere.
WASM_FEATURES=(--enable-bulk-memory --enable-bulk-memory-opt --enable-call-indirect-overlong --enable-multivalue
  --enable-mutable-globals --enable-nontrapping-float-to-int --enable-reference-types --enable-sign-ext)
