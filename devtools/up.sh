# shellcheck shell=bash disable=SC2164 # dev ends where cd fails (set -e)
# Odoo and the sandbox side by side, with demo data.

# The first free port from the given one on.
free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    ((port += 1))
  done
  [[ $port == "$1" ]] || warn "port $1 is taken, using $port"
  echo "$port"
}

addon_hash() {
  cd "$CHECKOUT"
  find . \( -name .git -o -path ./tests -o -path ./sandbox -o -path ./bench \) -prune -o \
    -type f \( -name '*.py' -o -name '*.xml' -o -name '*.csv' -o -name '*.po' \
    -o -path './static/*' -o -name '*.sql' \) -print0 | sort -z |
    xargs -0 sha256sum | hash_of
}

# The database of "up", made or brought up to date with the addon's files.
ensure_up_database() {
  local hash
  hash=$(addon_hash)
  if ! database_exists "$UP_DB"; then
    step database "creating the database, with demo data (a minute or two)" \
      make_database "$UP_DB" "" -i "$ADDON" --with-demo
  elif [[ $(cat "$OURS/installed" 2>/dev/null) != "$hash" ]]; then
    check_space
    step database "updating $ADDON in the database" \
      "$PY" -m odoo -d "$UP_DB" -u "$ADDON" --stop-after-init --no-http
  fi
  echo "$hash" >"$OURS/installed"
}

up_setup() {
  setup up
  UP_DB=jd_up_$CHECKOUT_ID
  start_postgres
}

# The kernel stops the servers even if this script is killed.
serve() {
  launch setpriv --pdeathsig TERM -- "${@:2}" </dev/null >"$OURS/$1.log" 2>&1
  SERVERS+=("$JOB")
}

# await NAME TITLE CHECK...: until the check passes; the end of the log if the
# server dies before, or the check never passes.
await() {
  local job=$JOB log=$OURS/$1.log until=$((SECONDS + 300))
  say "$2 ..."
  while kill -0 "$job" 2>/dev/null && ((SECONDS < until)); do
    ! "${@:3}" || return 0
    sleep 0.3
  done
  tail -n 30 "$log" >&2
  die "$1 does not start; the whole log is $log"
}

choose_ports() {
  ODOO_PORT=$(free_port "${JD_ODOO_PORT:-8069}")
  ODOO_URL=http://localhost:$ODOO_PORT
  SANDBOX_PORT=$(free_port "${JD_SANDBOX_PORT:-$((ODOO_PORT + 1))}")
  SANDBOX_URL=http://127.0.0.1:$SANDBOX_PORT
}

start_sandbox() {
  cd "$CHECKOUT"
  serve sandbox "$PY" -m sandbox --port "$SANDBOX_PORT" --demo "$@" \
    --message-url "http://127.0.0.1:$ODOO_PORT/$ADDON/message"
  await sandbox "starting the JD sandbox" grep -q "listening on" "$OURS/sandbox.log"
}

odoo_answers() {
  "$PY" -c 'import sys, urllib.request
urllib.request.urlopen(sys.argv[1], timeout=120)' \
    "http://127.0.0.1:$ODOO_PORT/web/login" 2>/dev/null
}

start_odoo() {
  set_parameter "$UP_DB" jd_fulfillment.sandbox_url "$SANDBOX_URL"
  set_parameter "$UP_DB" web.base.url "$ODOO_URL"
  cd "$OURS"
  serve odoo "$PY" -m odoo -d "$UP_DB" --db-filter "^$UP_DB\$" --http-port "$ODOO_PORT"
  await odoo "starting Odoo" odoo_answers
}

only_one_up() {
  exec 7>"$OURS/up.lock"
  flock -n 7 || die "./dev up already runs for this checkout; stop that one first."
}

welcome() {
  cat <<TEXT

  Odoo         $ODOO_URL/odoo/jd-overview   (login admin, password admin)
  JD sandbox   $SANDBOX_URL
  Logs         $OURS

  What to click first: Connect, on the page above. It is Inventory > JD
  Fulfillment > Overview. The sandbox's own page has the accounts to sign in with,
  and buttons for what JD's staff do. docs/demo.md leads in twelve clicks to a
  delivery that JD has closed; ./dev month fills Odoo with a month of business.

  Ctrl-C stops everything.

TEXT
}

cmd_up() {
  SERVERS=()
  up_setup
  only_one_up
  ensure_up_database
  choose_ports
  # JD's orders move by themselves, slowly enough to watch.
  start_sandbox --speed 5 --keep "$OURS/sandbox.kept"
  start_odoo
  welcome
  wait -n "${SERVERS[@]}" || true
  tail -n 20 "$OURS/sandbox.log" "$OURS/odoo.log" >&2
  die "a server has ended by itself; its log is in $OURS"
}

cmd_shell() {
  up_setup
  ensure_up_database
  in_front "$PY" -m odoo shell -d "$UP_DB" --no-http "$@"
}

# The database of "up" knows where both servers are.
cmd_month() {
  up_setup
  exec 7>"$OURS/up.lock"
  ! flock -n 7 || die "start ./dev up first, and leave it running."
  in_front "$PY" "$CHECKOUT/devtools/demo_month.py" \
    "$(get_parameter "$UP_DB" web.base.url)" "$UP_DB" \
    "$(get_parameter "$UP_DB" jd_fulfillment.sandbox_url)"
  say "a month is played, and orders wait for you: the sandbox's clock stands still"
}

cmd_reset() {
  up_setup
  only_one_up
  drop_database "$UP_DB"
  rm -f "$OURS/sandbox.kept"
  say "the next ./dev up starts afresh"
}
