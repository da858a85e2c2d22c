# shellcheck shell=bash
# Talking to the person, jobs in the background, and steps with a log.

say() { printf '==> %s\n' "$*"; }
warn() { printf '==> %s\n' "$*" >&2; }
die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

hash_of() { sha256sum | cut -c1-12; }

# --- Jobs, and leaving nothing behind -----------------------------------------

# launch COMMAND...: in the background, in a process group of its own, so that
# Ctrl-C reaches only this script and stopping the job stops all it started.
launch() {
  set -m
  "$@" &
  set +m
  JOB=$!
  JOBS[$JOB]=1
}

join() {
  local code=0
  wait "$1" || code=$?
  unset "JOBS[$1]"
  return "$code"
}

# Keeps the keyboard where there is one, otherwise stays ready to be stopped.
in_front() {
  if [[ -t 0 ]]; then
    "$@"
  else
    launch "$@"
    join "$JOB"
  fi
}

stop_jobs() {
  local job
  for job in "${!JOBS[@]}"; do kill -TERM -- "-$job" 2>/dev/null; done
  for _ in {1..100}; do
    for job in "${!JOBS[@]}"; do
      kill -0 -- "-$job" 2>/dev/null || unset "JOBS[$job]"
    done
    ((${#JOBS[@]})) || return
    sleep 0.1
  done
  for job in "${!JOBS[@]}"; do kill -KILL -- "-$job" 2>/dev/null; done
}

on_exit() {
  local code=$? i
  trap '' INT TERM HUP PIPE
  set +e
  stop_jobs
  for ((i = ${#ON_EXIT[@]} - 1; i >= 0; i--)); do ${ON_EXIT[i]}; done
  exit "$code"
}

# For the script, and for each subshell that has something of its own to clean up.
clean_up_on_exit() {
  declare -gA JOBS=()
  ON_EXIT=()
  trap on_exit EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# --- Steps ---------------------------------------------------------------------

declare -A STEPS=()

# begin NAME TITLE COMMAND... starts a long step, finish NAME TITLE waits for it:
# its output goes to a log, the title to the person, with a sign of life every 15
# seconds and the log's end on a failure. A line that fails ends the step.
begin() {
  say "$2 ..."
  launch "${@:3}" 3>&1 </dev/null >"$OURS/$1.log" 2>&1
  STEPS[$1]=$JOB
}

finish() {
  local job=${STEPS[$1]} told=$SECONDS
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.2
    ((SECONDS - told < 15)) || { told=$SECONDS && say "$2 ... still at it"; }
  done
  join "$job" && return
  tail -n 30 "$OURS/$1.log" >&2
  (($(free_space) >= 100)) ||
    warn "only $(free_space) MB are left on the disk of $STATE"
  die "$2: failed; the whole log is $OURS/$1.log"
}

step() {
  begin "$@"
  finish "$1" "$2"
}

# tell TEXT: from inside a step to the person.
tell() {
  say "$@"
  say "$@" >&3
}

# locked NAME COMMAND...: one at a time, over all checkouts.
locked() {
  exec 9>"$STATE/$1.lock"
  if ! flock -n 9; then
    say "waiting for another ./dev to finish the same step ..."
    flock 9
  fi
  "${@:2}"
  exec 9>&-
}

# --- Space ---------------------------------------------------------------------

# What everything fetched, and one database, take at most.
SPACE_NEEDED=2500 # MB

free_space() { df -Pk "$STATE" | awk 'NR == 2 {print int($4 / 1000)}'; }

# Before something large is fetched or made.
check_space() {
  local free
  free=$(free_space)
  ((free >= SPACE_NEEDED)) ||
    die "only $free MB are free in $STATE, and $SPACE_NEEDED MB are needed: make" \
      "room, or set JD_STATE_DIR to a folder on another disk."
}
