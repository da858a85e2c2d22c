# shellcheck shell=bash
# The tests, and the benchmarks, in databases of their own.

# Odoo installs what it knows of and says little about the rest.
check_modules() {
  local module
  for module in ${JD_TEST_WITH//,/ }; do
    [[ -d $ODOO_SITE/odoo/addons/$module || -d $ODOO_SITE/addons/$module ]] ||
      die "JD_TEST_WITH: Odoo has no module $module."
  done
}

name_template() {
  echo "jd_template_$({ odoo_version; echo "$VENV_ID $1"; } | hash_of)"
}

# ensure_template MODULES: the one with stock alone first, as all others begin as its
# copies: what they have in common is installed once.
ensure_template() {
  local modules=stock${1:+,$1} template origin=""
  template=$(name_template "$modules")
  ! database_exists "$template" || return 0
  if [[ $1 ]]; then
    ensure_template ""
    origin=$(name_template stock)
  fi
  step "$template" "preparing a database with $modules" \
    make_database "$template" "$origin" -i "$modules"
}

# prepare_template MODULES: in a subshell, as tests may run meanwhile.
prepare_template() (
  set -e
  clean_up_on_exit
  locked template ensure_template "$1"
)

# Runs that were killed leave their database behind.
drop_dead_databases() {
  local name pid
  for name in $(sql postgres -c "SELECT datname FROM pg_database
      WHERE datname LIKE 'jd\_test\_$CHECKOUT_ID\_%'"); do
    # A core's own copy has "-gw" and a number after its name.
    pid=${name%-gw*}
    kill -0 "${pid##*_}" 2>/dev/null || drop_database "$name"
  done
}

prepare_templates() {
  local modules
  for modules; do prepare_template "$modules"; done
}

# make_test_database [COMMAND...]: the command completes it, before it is copied.
make_test_database() {
  local log=install-$BASHPID template
  JD_TEST_WITH=${JD_TEST_WITH:-}
  check_space
  check_modules
  template=$(name_template "stock${JD_TEST_WITH:+,$JD_TEST_WITH}")
  # Two may run side by side, each in a subshell.
  TEST_DB=jd_test_${CHECKOUT_ID}_$BASHPID
  # Nobody connects to this one, so that tests can have copies of it.
  export JD_TEST_BASE=jd_test_${CHECKOUT_ID}_base_$BASHPID
  # Without waiting for another one that is being prepared.
  database_exists "$template" || locked template ensure_template "$JD_TEST_WITH"
  drop_dead_databases
  ON_EXIT+=("drop_database $TEST_DB" "drop_database $JD_TEST_BASE")
  copy_database "$template" "$JD_TEST_BASE"
  step "$log" "installing $ADDON" \
    "$PY" -m odoo -d "$JD_TEST_BASE" -i "$ADDON" --stop-after-init --no-http
  # Tests on several cores share the filestore, and would delete each other's files.
  set_parameter "$JD_TEST_BASE" ir_attachment.location db
  "${@:-true}"
  copy_database "$JD_TEST_BASE" "$TEST_DB"
  report_problems "$OURS/$log.log"
  rm "$OURS/$log.log"
}

# The pages' scripts and styles, once for all databases that are copies of this one:
# each test with a browser would build them anew.
build_bundles() {
  local log=bundles-$BASHPID
  step "$log" "building the pages' bundles" \
    "$PY" "$CHECKOUT/devtools/build_bundles.py" "$JD_TEST_BASE"
  rm "$OURS/$log.log"
}

have_browser_tests() {
  grep -qrsE 'BrowserCase|browser_js' -- "${PYTEST_ARGS[@]%%::*}"
}

# Odoo goes on after much that is wrong with a module, and only logs it.
report_problems() {
  ! grep -E '^[0-9-]+ [0-9:,]+ [0-9]+ (WARNING|ERROR|CRITICAL) ' "$1" |
    grep -v ' py.warnings: ' >&2 || die "$ADDON does not install cleanly: see $1"
}

# to_link ARGS...: pytest's arguments, with paths of the checkout replaced by the
# same ones below the link, which is what makes them part of odoo.addons.
to_link() {
  local argument previous="" paths=0
  PYTEST_ARGS=()
  for argument in "$@"; do
    argument=${argument#./}
    argument=${argument#"$ADDON"/}
    if [[ $previous != -[kmcpoWn] && $argument != -* &&
      -e $CHECKOUT/${argument%%::*} ]]; then
      PYTEST_ARGS+=("$LINK/$argument")
      paths=1
    else
      PYTEST_ARGS+=("$argument")
    fi
    previous=$argument
  done
  ((paths)) || PYTEST_ARGS+=("$LINK/tests")
}

# Without arguments all tests run, and once more those of what differs where other
# modules are installed. Two sets: next to purchases and batches, Odoo itself asks more
# rights of whoever cancels a sale.
SALES=sale_stock,stock_delivery
SALES_TESTS=(tests/test_order_sale.py)
# Whatever touches transfers and moves. Their tests need it, and are left out elsewhere.
EVERYTHING=stock_picking_batch,sale_stock,purchase_stock,mrp,stock_account
EVERYTHING+=,stock_landed_costs,product_expiry,stock_delivery,stock_sms
EVERYTHING_TESTS=("$CHECKOUT"/tests/test_next_to_*.py)
# Each with a database of its own; the tests of one file stay together. Two more than
# there are cores: tests wait for JD, the browser and other processes.
ALL_CORES=(-n "$(($(nproc) + 2))" --dist loadfile --no-loadscope-reorder)

cmd_test() {
  local failed=() preparing sales
  setup test
  start_postgres
  if (($#)); then
    in_front run_tests "${JD_TEST_WITH:-}" "$@"
    return
  fi
  if [[ -n ${JD_TEST_WITH:-} ]]; then
    run_part "all tests next to $JD_TEST_WITH" "$JD_TEST_WITH" "${ALL_CORES[@]}"
  else
    # Odoo installs modules on one core, and the tests do not always need both.
    prepare_template ""
    launch prepare_templates "$SALES" "$EVERYTHING" >"$OURS/prepare.log" 2>&1
    preparing=$JOB
    run_part "all tests" "" "${ALL_CORES[@]}" --ignore-glob='*/test_next_to_*.py'
    join "$preparing" || warn "preparing the next parts failed: $OURS/prepare.log"
    # Installing takes one core, and the first has few tests: side by side.
    launch run_tests "$SALES" "${SALES_TESTS[@]}" >"$OURS/sales.log" 2>&1
    sales=$JOB
    run_part "tests next to $EVERYTHING" "$EVERYTHING" \
      "${EVERYTHING_TESTS[@]#"$CHECKOUT/"}" "${ALL_CORES[@]}"
    say "tests next to $SALES"
    join "$sales" || failed+=("tests next to $SALES (exit code $?)")
    cat "$OURS/sales.log"
  fi
  ((${#failed[@]} == 0)) || die "failed:$(printf '\n  %s' "${failed[@]}")"
}

# run_part TITLE MODULES PYTEST-ARGS...: a failure does not keep the next part from
# running, and is told again at the end.
run_part() {
  local code
  say "$1"
  # Not in an ||, where a failed line inside would not end the part.
  set +e
  in_front run_tests "${@:2}"
  code=$?
  set -e
  ((code == 0)) || failed+=("$1 (exit code $code)")
}

# run_tests MODULES PYTEST-ARGS...: in a subshell, which drops its databases at the end.
run_tests() (
  set -e
  clean_up_on_exit
  JD_TEST_WITH=$1
  to_link "${@:2}"
  if have_browser_tests; then make_test_database build_bundles; else make_test_database; fi
  cd "$OURS/addons"
  # The browser's traces go with it.
  export XDG_CONFIG_HOME=$TMPDIR/config
  "$PY" -m pytest -c "$LINK/pyproject.toml" --rootdir "$LINK" \
    -o cache_dir="$OURS/pytest" --odoo-database="$TEST_DB" --odoo-http \
    --odoo-log-level=info "${PYTEST_ARGS[@]}"
)

# The sequences of tests/sequence_steps.py, or stock checks while goods move, many more
# than in the suite.
cmd_campaign() {
  local count=500 steps=30 seed=1 checks=0 failed=()
  while (($#)); do
    [[ $1 =~ ^--(count|steps|seed|checks)$ && ${2:-} =~ ^[0-9]+$ ]] ||
      die "campaign takes --count, --steps, --seed and --checks, each with a number."
    printf -v "${1#--}" %s "$2"
    shift 2
  done
  setup test
  start_postgres
  if ((checks)); then
    export JD_STOCK_RUNS=$checks JD_STOCK_SEED=$seed
    in_front run_tests "" tests/test_stock_check_at_once.py -k posted
    return
  fi
  export JD_SEQUENCES=$count JD_SEQUENCE_STEPS=$steps JD_SEQUENCE_SEED=$seed
  export JD_SEQUENCE_LOG=$OURS/campaign-$seed.log
  : >"$JD_SEQUENCE_LOG"
  say "each sequence is told in $JD_SEQUENCE_LOG as it ends"
  run_part "$count sequences of $steps steps, from seed $seed on" "$EVERYTHING" \
    tests/test_next_to_sequences.py -n logical --dist load --show-capture=no
  ((${#failed[@]} == 0)) || die "failed:$(printf '\n  %s' "${failed[@]}")"
}

cmd_bench() {
  [[ -d $CHECKOUT/bench ]] || die "there are no benchmarks yet."
  setup bench
  start_postgres
  make_test_database
  cd "$CHECKOUT"
  in_front "$PY" -m bench "$@"
}
