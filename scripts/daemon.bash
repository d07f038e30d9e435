# shellcheck shell=bash
# Sourced by the scripts that run a server for tests: starts it once, in the background, and ends it when nobody
# holds it any more. It does not know what the server is.
#
# The caller sets `daemon_dir` (process, holders and log of this server, one directory for each port), calls `lock`,
# and then daemon_running, daemon_start, daemon_hold, daemon_wait or daemon_stop.

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

daemon_running() {
  [[ -s $daemon_dir/process ]] && alive "$(<"$daemon_dir/process")"
}

daemon_pid() {
  local process
  process=$(<"$daemon_dir/process")
  printf '%s' "${process%% *}"
}

# daemon_status URL: one line for a person, and the status of `systemctl status` for scripts.
daemon_status() {
  if daemon_running; then
    printf 'running at %s, process %s, log %s\n' "$1" "$(daemon_pid)" "$daemon_dir/log"
  else
    printf 'stopped\n'
    exit 3
  fi
}

# daemon_free_port PORT VARIABLE: a test must never write into a server that is not its own and has its port by chance.
daemon_free_port() {
  if daemon_listens "$1"; then
    die "port $1 is taken by something that this script did not start: stop that, or set $2 to a free port"
  fi
}

daemon_listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

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

# daemon_holder PID: what daemon_hold takes for that process.
daemon_holder() { identity "$1" || die "--exit-with '$1': there is no such process"; }

# daemon_hold HOLDER: the server lives as long as one of its holders; `stay` is one that never goes.
daemon_hold() {
  printf '%s\n' "$1" >>"$daemon_dir/holders"
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
      lock "$daemon_dir/lock"
      # Somebody may have taken hold while this waited for the lock.
      daemon_held || daemon_stop
      unlock
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
