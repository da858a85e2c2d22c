# shellcheck shell=bash disable=SC2164 # dev ends where cd fails (set -e)
# The pictures of README.rst, docs/ and the page in the Apps store.

# As whoever runs the server should.
encrypt_secrets() {
  cp "$ODOO_RC" "$TMPDIR/odoo.conf"
  export ODOO_RC=$TMPDIR/odoo.conf
  "$PY" -c 'from cryptography.fernet import Fernet
print("jd_encryption_key =", Fernet.generate_key().decode())' >>"$ODOO_RC"
}

# In a database and with a sandbox of their own, both of which are gone afterwards.
cmd_pictures() {
  SERVERS=()
  setup test
  locked setup fetch_missing_fonts
  only_one_up
  start_postgres
  UP_DB=jd_pictures_$CHECKOUT_ID
  ON_EXIT+=("drop_database $UP_DB")
  drop_database "$UP_DB"
  encrypt_secrets
  step database "creating the database, with demo data (a minute or two)" \
    make_database "$UP_DB" "" -i "$ADDON" --with-demo
  choose_ports
  start_sandbox
  start_odoo
  export XDG_DATA_HOME=$STATE/fonts/usr/share XDG_CONFIG_HOME=$TMPDIR/config
  in_front "$PY" "$CHECKOUT/devtools/pictures.py" "$ODOO_URL" "$UP_DB" "$SANDBOX_URL"
  say "the pictures are made: look at each of them before you commit it"
}
