# shellcheck shell=bash
# Sourced by the scripts beside it: where downloads are kept, how a script speaks, and how it gets what it lacks.

# shellcheck disable=SC2034 # The scripts that source this file use it.
cache=${ES_LOADER_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set: set ES_LOADER_CACHE to a directory for downloads}/.cache}/es-loader}

say() { printf 'scripts/%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# need COMMAND PACKAGE: installs the Debian package that brings COMMAND, where that is possible.
need() {
  command -v "$1" >/dev/null && return
  need_package "$2" "$1 is missing"
  command -v "$1" >/dev/null || die "$1 is still missing after the installation of $2"
}

# need_package PACKAGE REASON: installs a Debian package, or says how to.
need_package() {
  local as_root=()
  if [[ $(id -u) != 0 ]]; then
    as_root=(sudo -n)
    sudo -n true 2>/dev/null || die "$2: install it yourself, on Debian and Ubuntu with 'sudo apt-get install $1'"
  fi
  command -v apt-get >/dev/null || die "$2: install what Debian calls $1"
  say "$2: installing $1"
  {
    ${as_root[@]+"${as_root[@]}"} apt-get update -qq &&
      ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"
  } >&2 || die "apt-get could not install $1: see its message above"
}

# lock FILE: waits until no other script holds it; held until unlock or the end of this script.
lock() {
  mkdir -p "${1%/*}"
  # Where there is no flock (macOS), callers at the same moment are on their own.
  if command -v flock >/dev/null; then
    exec 9>"$1"
    flock -w 600 9 || die "another script has held $1 for ten minutes: end it and try again"
  fi
}

unlock() { exec 9>&-; }
