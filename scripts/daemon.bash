# shellcheck shell=bash
# Sourced by the scripts that run a server for tests: starts it once, in the background, and ends it when nobody
# holds it any more. It does not know what the server is.
#
# The caller sets `daemon_dir` (pid, holders and log of this server, one directory for each port) and calls
# daemon_lock, then daemon_running, daemon_start, daemon_hold, daemon_wait or daemon_stop.

cache=${ES_LOADER_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set: set ES_LOADER_CACHE to a directory for downloads}/.cache}/es-loader}

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

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

# A process id alone can be handed out again: together with its start time it names one process.
identity() {
  [[ $1 =~ ^[1-9][0-9]*$ ]] || return 1
  local stat fields
  if [[ -r /proc/$1/stat ]]; then
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} != Z ]] || return 1
    printf '%s %s' "$1" "${fields[19]}"
  else
    local began
    began=$(ps -o lstart= -p "$1" 2>/dev/null) || return 1
    printf '%s %s' "$1" "$began"
  fi
}

alive() { # "PID START": whether that very process still runs
  [[ $(identity "${1%% *}") == "$1" ]]
}

# Two callers that start the same server at the same moment must get one server.
daemon_lock() {
  mkdir -p "$daemon_dir"
  # Where there is no flock (macOS) such callers are on their own.
  if command -v flock >/dev/null; then
    exec 9>"$daemon_dir/lock"
    flock -w 300 9 || die "another start or stop holds $daemon_dir/lock for five minutes: end it and try again"
  fi
}

daemon_unlock() { exec 9>&-; }

daemon_running() {
  [[ -s $daemon_dir/process ]] && alive "$(<"$daemon_dir/process")"
}

daemon_pid() {
  local process
  process=$(<"$daemon_dir/process")
  printf '%s' "${process%% *}"
}

# daemon_start COMMAND...: runs it in a process group of its own, away from this terminal.
daemon_start() {
  : >"$daemon_dir/holders"
  set -m
  "$@" </dev/null >"$daemon_dir/log" 2>&1 9>&- &
  local pid=$!
  set +m
  disown "$pid"
  identity "$pid" >"$daemon_dir/process" || die "${1##*/} ended at once: $(tail -n 3 "$daemon_dir/log")"
}

# daemon_hold PID|stay: the server lives as long as one of its holders; `stay` is one that never goes.
daemon_hold() {
  if [[ $1 == stay ]]; then
    printf 'stay\n' >>"$daemon_dir/holders"
  else
    printf '%s\n' "$(identity "$1")" >>"$daemon_dir/holders"
  fi
  if [[ ! -s $daemon_dir/watchdog ]] || ! alive "$(<"$daemon_dir/watchdog")"; then
    set -m
    daemon_watch </dev/null >/dev/null 2>&1 9>&- &
    local pid=$!
    set +m
    disown "$pid"
    identity "$pid" >"$daemon_dir/watchdog"
  fi
}

daemon_watch() {
  while sleep 1 && daemon_running; do
    daemon_held || {
      daemon_lock
      # Somebody may have taken hold while this waited for the lock.
      daemon_held || daemon_stop
      daemon_unlock
    }
  done
}

daemon_held() {
  local holder
  while read -r holder; do
    if [[ $holder == stay ]] || { [[ $holder ]] && alive "$holder"; }; then
      return 0
    fi
  done <"$daemon_dir/holders"
  return 1
}

# daemon_wait SECONDS COMMAND...: until COMMAND succeeds; the server's last words when it does not.
daemon_wait() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    daemon_running || die "it ended while starting; the end of $daemon_dir/log: $(tail -n 5 "$daemon_dir/log")"
    if ((SECONDS >= until)); then
      daemon_stop
      die "it did not answer in time; the end of $daemon_dir/log: $(tail -n 5 "$daemon_dir/log")"
    fi
    sleep 0.2
  done
}

daemon_stop() {
  daemon_running || return 0
  local pid tries
  pid=$(daemon_pid)
  kill -- "-$pid" 2>/dev/null || true
  for ((tries = 0; tries < 100; tries++)); do
    daemon_running || break
    sleep 0.1
  done
  kill -KILL -- "-$pid" 2>/dev/null || true
  rm -f "$daemon_dir/process"
}
