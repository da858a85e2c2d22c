# shellcheck shell=bash
# What a command needs: the folder outside the checkout, Odoo, a browser, Python packages.

LOCK=$CHECKOUT/devtools/requirements-dev.txt

# Odoo 19 is packaged in Debian's sid. Its JavaScript libraries and fonts are
# links into the other packages; Odoo's style sheets want Font Awesome 4.7, which
# sid has left behind.
ODOO_PACKAGES=(
  odoo-19/sid fonts-font-awesome/trixie fonts-inconsolata/sid fonts-montserrat/sid
  fonts-ocr-b/sid fonts-roboto-unhinted/sid libjs-jquery/sid libjs-jquery-form/sid
  libjs-underscore/sid
)
# For when that package cannot be had.
ODOO_ARCHIVE=${ODOO_ARCHIVE:-https://nightly.odoo.com/19.0/nightly/src/odoo_19.0.latest.tar.gz}

# --- The folder outside the checkout -----------------------------------------

prepare_state() {
  local default=${XDG_CACHE_HOME:-${HOME:-}/.cache}/$ADDON
  ((EUID)) || default=/var/tmp/$ADDON
  STATE=${JD_STATE_DIR:-$default}
  mkdir -p "$STATE"
  [[ -O $STATE && ! -L $STATE ]] || die "$STATE belongs to somebody else: set JD_STATE_DIR."
  # As root, PostgreSQL runs as another user and must get through.
  ((EUID == 0)) || chmod 700 "$STATE"
  STATE=$(cd "$STATE" && pwd -P)
  CHECKOUT_ID=$(hash_of <<<"$CHECKOUT")
  OURS=$STATE/checkouts/$CHECKOUT_ID
  LINK=$OURS/addons/$ADDON
  mkdir -p "$OURS/addons"
  ln -sfn "$CHECKOUT" "$LINK"
}

# --- Odoo --------------------------------------------------------------------

# In the background, a line that fails ends the attempt and not the step.
fetch_odoo() {
  unpack_odoo_package &
  if ! wait $!; then
    tell "Debian's package of Odoo 19 cannot be had, trying $ODOO_ARCHIVE ..."
    unpack_odoo_archive &
    wait $! || die "Odoo 19 cannot be had: tried the package odoo-19 of Debian sid, then" \
      "the archive $ODOO_ARCHIVE (ODOO_ARCHIVE may name another address, or a file)."
  fi
  rm -rf "$STATE/odoo" "$STATE/apt" "$STATE/odoo.tar.gz"
  mv "$STATE/odoo.new" "$STATE/odoo"
}

# Where Odoo is inside $STATE/odoo, as in Debian.
ODOO_FOLDER=usr/lib/python3/dist-packages

new_odoo() {
  rm -rf "$STATE/odoo.new"
  mkdir -p "$STATE/odoo.new/$ODOO_FOLDER"
}

unpack_odoo_package() {
  local deb
  open_debian sid trixie
  (cd "$STATE/apt/debs" && debian_apt download "${ODOO_PACKAGES[@]}")
  new_odoo
  for deb in "$STATE"/apt/debs/*.deb; do
    dpkg -x "$deb" "$STATE/odoo.new"
  done
  fill_gaps "$STATE/odoo.new/$ODOO_FOLDER/odoo/addons"
  dpkg-deb -f "$STATE"/apt/debs/odoo-19_*.deb Version >"$STATE/odoo.new/version"
}

# Debian removed a library that the mail module's asset bundle still names; Odoo
# reports the missing file as an error in every browser page.
fill_gaps() {
  local file=$1/mail/static/lib/selfie_segmentation/selfie_segmentation.js
  mkdir -p "$(dirname "$file")"
  [[ -e $file ]] || : >"$file"
}

unpack_odoo_archive() {
  local archive=$ODOO_ARCHIVE folder=$STATE/odoo.new/$ODOO_FOLDER
  if [[ $archive == *://* ]]; then
    archive=$STATE/odoo.tar.gz
    download "$ODOO_ARCHIVE" "$archive"
  fi
  new_odoo
  tar -xf "$archive" --no-same-owner --strip-components=1 -C "$folder"
  grep -q '^version_info = (19, 0' "$folder/odoo/release.py" ||
    die "$ODOO_ARCHIVE is not an archive of Odoo 19's sources."
  sha256sum <"$archive" >"$STATE/odoo.new/version"
}

# download ADDRESS FILE
download() {
  "$BASE_PYTHON" -c 'import shutil, sys, urllib.request
try:
    with urllib.request.urlopen(sys.argv[1], timeout=60) as answer:
        with open(sys.argv[2], "wb") as file:
            shutil.copyfileobj(answer, file)
except OSError as error:
    sys.exit(f"{sys.argv[1]}: {error}")' "$@"
}

have_odoo() { [[ ${ODOO_PATH:-} || -e $STATE/odoo/version ]]; }

odoo_version() {
  if [[ -n ${ODOO_PATH:-} ]]; then
    git -C "$ODOO_PATH" rev-parse HEAD 2>/dev/null || cat "$ODOO_PATH/odoo/release.py"
  else
    cat "$STATE/odoo/version"
  fi
}

# --- Chromium, where the system has none -----------------------------------------

# Debian's Chromium with all the libraries it wants but the C library, which this
# machine's own is newer than.
fetch_browser() {
  local root=$STATE/browser.new deb
  open_debian bookworm
  : >"$STATE/apt/status"
  debian_apt -o Dir::State::status="$STATE/apt/status" -o Debug::NoLocking=true \
    --no-install-recommends --download-only --yes install chromium libatomic1
  rm -rf "$root" "$STATE/apt"/cache/archives/{libc6,dpkg,perl,systemd}*.deb
  mkdir -p "$root/bin"
  for deb in "$STATE"/apt/cache/archives/*.deb; do
    dpkg -x "$deb" "$root"
  done
  # With FONTCONFIG_SYSROOT, fonts are found only where the machine has the same folders.
  cat >"$root/fonts.conf" <<'XML'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">usr/share/fonts</dir>
  <dir prefix="xdg">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
XML
  cat >"$root/bin/chromium" <<'SH'
#!/bin/sh
root=$(dirname "$(dirname "$(readlink -f "$0")")")
for folder in "$root"/lib/*-linux-gnu "$root"/usr/lib/*-linux-gnu/pulseaudio \
  "$root"/usr/lib/*-linux-gnu; do
  LD_LIBRARY_PATH=$folder:$LD_LIBRARY_PATH
done
export LD_LIBRARY_PATH FONTCONFIG_FILE="$root/fonts.conf" XDG_CACHE_HOME="$root/var/cache"
exec "$root/usr/lib/chromium/chromium" "$@"
SH
  chmod +x "$root/bin/chromium"
  "$root/bin/chromium" --version
  rm -rf "$STATE/browser" "$STATE/apt"
  mv "$root" "$STATE/browser"
}

# Latin as Odoo's screens want it, Thai and Chinese: machines without a screen may have
# none of them.
FONT_PACKAGES=(fonts-roboto-unhinted fonts-tlwg-loma-ttf fonts-wqy-microhei)

fetch_fonts() {
  local deb
  open_debian trixie
  (cd "$STATE/apt/debs" && debian_apt download "${FONT_PACKAGES[@]}")
  rm -rf "$STATE/fonts.new"
  mkdir "$STATE/fonts.new"
  for deb in "$STATE"/apt/debs/*.deb; do
    dpkg -x "$deb" "$STATE/fonts.new"
  done
  rm -rf "$STATE/fonts" "$STATE/apt"
  mv "$STATE/fonts.new" "$STATE/fonts"
}

fetch_missing_fonts() {
  [[ -d $STATE/fonts ]] || step fonts "fetching fonts" fetch_fonts
}

# --- Python ------------------------------------------------------------------

choose_venv() {
  local odoo=$STATE/odoo/$ODOO_FOLDER
  if [[ ${ODOO_PATH:-} ]]; then
    [[ -e $ODOO_PATH/odoo/release.py ]] ||
      die "ODOO_PATH=$ODOO_PATH is not an Odoo 19 checkout (no odoo/release.py there)."
    odoo=$(cd "$ODOO_PATH" && pwd -P)
  fi
  ODOO_SITE=$odoo
  BASE_PYTHON=$(find_python)
  VENV_ID=$({
    "$BASE_PYTHON" -c 'import sys; print(sys.version, sys.base_prefix)'
    echo "$ODOO_SITE"
    cat "$LOCK"
  } | hash_of)
  VENV=$STATE/venv/$VENV_ID
  PY=$VENV/bin/python
}

# uv installs the lock in seconds where pip takes a minute. It is itself locked.
install_uv() {
  awk '/^[^ ]/ {wanted = /^uv==/} wanted' "$LOCK" >"$VENV/uv.txt"
  "$PY" -m pip install -q --require-hashes -r "$VENV/uv.txt"
}

# uv does not read pip's configuration.
install_with_uv() {
  local index
  index=${PIP_INDEX_URL:-$("$PY" -m pip config get global.index-url 2>/dev/null || true)}
  [[ -z $index ]] || export UV_DEFAULT_INDEX=$index
  UV_SYSTEM_CERTS=true "$VENV/bin/uv" pip install --python "$PY" --require-hashes -r "$LOCK"
}

build_venv() {
  rm -rf "$VENV"
  "$BASE_PYTHON" -m venv "$VENV"
  install_uv
  install_with_uv || "$PY" -m pip install --require-hashes -r "$LOCK"
  "$PY" -c 'import sys, sysconfig, pathlib
pathlib.Path(sysconfig.get_path("purelib"), "odoo.pth").write_text(sys.argv[1] + "\n")' \
    "$ODOO_SITE"
  touch "$VENV/complete"
}

have_venv() { [[ -e $VENV/complete ]]; }

# --- Everything above, once --------------------------------------------------

fetch_missing() {
  local odoo="fetching Odoo 19 (130 MB, unpacks to 1.3 GB)"
  local venv="installing Python packages"
  # Another ./dev may have done it meanwhile.
  { have_odoo && have_venv; } || check_space
  have_odoo || begin odoo "$odoo" fetch_odoo
  have_venv || begin python "$venv" build_venv
  have_venv || finish python "$venv"
  have_odoo || finish odoo "$odoo"
}

fetch_missing_browser() {
  ! have_browser || return 0
  check_space
  step browser "fetching Chromium (220 MB)" fetch_browser
}

# setup COMMAND: all that the command needs, except PostgreSQL.
setup() {
  prepare_state
  # Whatever a tool remembers, it remembers there.
  export PYTHONPYCACHEPREFIX=$STATE/pycache UV_CACHE_DIR=$STATE/uv PIP_CACHE_DIR=$STATE/pip
  export RUFF_CACHE_DIR=$STATE/ruff PYLINTHOME=$STATE/pylint
  TMPDIR=$(mktemp -d /tmp/jd.XXXXXX) && export TMPDIR
  ON_EXIT+=("rm -rf $TMPDIR")
  install_system_packages "$1"
  choose_venv
  { have_odoo && have_venv; } || locked setup fetch_missing
  [[ $1 != test ]] || have_browser || locked setup fetch_missing_browser
  unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
  export PYTHONUNBUFFERED=1
  PATH=$VENV/bin:$PATH:$STATE/browser/bin
  configure_odoo
}

# One configuration for every way Odoo is started, apart from the user's ~/.odoorc.
# Browsers that tests start inherit the limit on memory, and die of it.
configure_odoo() {
  export ODOO_RC=$OURS/odoo.conf
  cat >"$ODOO_RC" <<CONF
[options]
addons_path = $OURS/addons
data_dir = $STATE/data
http_interface = 127.0.0.1
limit_memory_hard = 0
list_db = False
max_cron_threads = 2
workers = 0
CONF
}
