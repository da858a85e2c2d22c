# shellcheck shell=bash disable=SC2164 # dev ends where cd fails (set -e)
# What is checked without a test.

# lint_with PROGRAM ARGS...: goes on after a complaint, for all of them to be told.
lint_with() {
  say "$*"
  "$@" || FAILED+=("$1")
}

# OCA's checks want a folder of the addon's name, inside a repository.
copy_addon() {
  mkdir -p "$1/.git" "$1/$ADDON"
  tar -C "$CHECKOUT" --exclude=./.git -cf - . | tar -C "$1/$ADDON" -xf -
}

cmd_lint() {
  local FAILED=() terms repository
  setup lint
  start_postgres
  terms=$TMPDIR/$ADDON.pot
  begin terms "exporting the addon's texts" export_terms "$terms"
  repository=$TMPDIR/lint
  copy_addon "$repository"
  cd "$CHECKOUT"
  lint_with ruff format --check .
  lint_with ruff check .
  lint_with python devtools/check_structure.py
  lint_with python devtools/readme.py --check
  lint_with python devtools/handbook.py --check
  lint_with pylint --rcfile "$CHECKOUT/pyproject.toml" "$LINK"
  lint_with shellcheck --external-sources dev .ci/run
  cd "$repository"
  lint_with oca-checks-odoo-module "$ADDON"
  lint_with oca-checks-po "$ADDON"/i18n/*.po*
  finish terms "exporting the addon's texts"
  lint_with python "$CHECKOUT/devtools/translations.py" check "$terms"
  ((${#FAILED[@]} == 0)) || die "lint found something: ${FAILED[*]}"
  say "lint found nothing"
}
