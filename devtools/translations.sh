# shellcheck shell=bash
# The texts of the addon in i18n/, for which Odoo itself has to read the addon.

# export_terms FILE: every text of the addon, as a gettext template. In a subshell,
# which drops its database at the end.
export_terms() (
  set -e
  clean_up_on_exit
  JD_TEST_WITH=
  make_test_database
  "$PY" -m odoo i18n export -d "$TEST_DB" -l pot -o "$1" "$ADDON"
)

# After a text changed: what is new is untranslated until somebody translates it.
cmd_translations() {
  setup lint
  start_postgres
  step terms "exporting the addon's texts" export_terms "$TMPDIR/$ADDON.pot"
  "$PY" "$CHECKOUT/devtools/translations.py" update "$TMPDIR/$ADDON.pot"
}
