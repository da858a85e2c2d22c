# shellcheck shell=bash
# The system's own packages, and Debian's archive apart from them.

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# update_lists APT-GET...: the lists of packages. An old copy of a mirror says that its
# time is over, but is signed all the same: apt still refuses what Debian did not sign.
update_lists() {
  local said=$TMPDIR/apt-update
  "$@" update 2>&1 | tee "$said" && return
  grep -q "is expired (invalid since" "$said" || return
  tell "the package mirror's copy is old ($(grep -om1 'invalid since [^)]*' "$said")):" \
    "its signature holds, going on with it"
  "$@" -o Acquire::Check-Valid-Until=false update
}

# --- System packages ---------------------------------------------------------

python_fits() {
  "$1" -c 'import sys, venv, ensurepip
sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

find_python() {
  local candidate
  if [[ -n ${PYTHON:-} ]]; then
    python_fits "$PYTHON" || die "PYTHON=$PYTHON is not Python 3.10 to 3.13 with venv."
    command -v "$PYTHON"
    return
  fi
  for candidate in python3 python3.13 python3.12 python3.11 python3.10; do
    if python_fits "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# Ubuntu's chromium is a snap, which neither a container nor a private temporary
# folder can use; fetch_browser has an answer.
on_ubuntu() { grep -qE '^ID(_LIKE)?=.*ubuntu' /etc/os-release; }

have_browser() {
  command -v google-chrome || command -v chromium || [[ -e $STATE/browser/fonts.conf ]]
} >/dev/null

missing_packages() {
  [[ -s /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
  find_python >/dev/null || echo python3 python3-venv
  [[ $1 == test ]] || return 0
  have_browser || on_ubuntu || echo chromium
  # Playwright's driver wants it.
  compgen -G "/usr/lib/*/libatomic.so.1" >/dev/null || echo libatomic1
}

apt_install() {
  update_lists "$@" env LC_ALL=C apt-get -q ||
    echo "Going on with the lists that are there."
  "$@" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${packages[@]}"
}

install_system_packages() {
  local packages
  read -ra packages <<<"$(missing_packages "$1" | tr '\n' ' ')"
  ((${#packages[@]})) || return 0
  if ((EUID == 0)); then
    step apt "installing system packages: ${packages[*]}" apt_install
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    sudo -v
    step apt "installing system packages: ${packages[*]}" apt_install sudo -n
  else
    die "these system packages are missing and this user may not install them:" \
      "${packages[*]} (an administrator can: apt-get install ${packages[*]})."
  fi
  read -ra packages <<<"$(missing_packages "$1" | tr '\n' ' ')"
  ((${#packages[@]} == 0)) ||
    die "this system's own packages give no usable ${packages[*]} (Odoo needs" \
      "Python 3.10 to 3.13; the browser tests need Chromium or Google Chrome)."
}

# --- Debian's archive ----------------------------------------------------------

# The machine's own apt, reading only, with lists of ours: its own may be empty.
machine_apt() {
  LC_ALL=C apt-get -q -o Dir::State::Lists="$STATE/apt/machine/lists" \
    -o Dir::Cache="$STATE/apt/machine/cache" "$@"
}

open_machine() {
  [[ ! -d $STATE/apt/machine ]] || return 0
  mkdir -p "$STATE"/apt/machine/{lists/partial,cache/archives/partial}
  update_lists machine_apt >&2
}

# A package of this machine's own archive, unpacked; prints where.
unpack_from_machine() {
  local folder=$STATE/apt/$1
  if [[ ! -d $folder ]]; then
    open_machine
    mkdir -p "$folder.deb"
    (cd "$folder.deb" && machine_apt download "$1" >&2)
    dpkg -x "$folder.deb"/*.deb "$folder"
  fi
  echo "$folder"
}

mirror_of() {
  # shellcheck disable=SC2016 # apt's own placeholders
  "$@" indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' |
    sed -n 's/^Debian|Debian|//p' | sort -u | sed -n 1p
}

debian_mirror() {
  local mirror=${DEBIAN_MIRROR:-} debootstrap
  [[ $mirror ]] || mirror=$(mirror_of apt-get)
  if [[ ! $mirror ]]; then
    open_machine
    mirror=$(mirror_of machine_apt)
  fi
  if [[ ! $mirror ]]; then
    # Not a Debian machine: debootstrap knows Debian's usual mirror.
    debootstrap=$(unpack_from_machine debootstrap)/usr/sbin/debootstrap
    mirror=$(sed -n 's/^DEF_MIRROR="\(.*\)"/\1/p' "$debootstrap")
  fi
  [[ $mirror ]] || die "no Debian mirror found: set DEBIAN_MIRROR."
  echo "$mirror"
}

debian_keyring() {
  local unpacked=""
  [[ -e $DEBIAN_KEYRING ]] || unpacked=$(unpack_from_machine debian-archive-keyring)
  echo "$unpacked$DEBIAN_KEYRING"
}

# Debian's archive, apart from the machine's own sources: nothing is installed, no
# list of the machine changes. What is not signed by Debian is refused.
debian_apt() {
  LC_ALL=C apt-get -q -o Dir::Etc::SourceList=/dev/null \
    -o Dir::Etc::SourceParts="$STATE/apt/sources" \
    -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null \
    -o Dir::State::Lists="$STATE/apt/lists" -o Dir::Cache="$STATE/apt/cache" \
    -o Acquire::AllowInsecureRepositories=false -o APT::Update::Error-Mode=any \
    -o APT::Get::AllowUnauthenticated=false -o Acquire::Languages=none "$@"
}

# open_debian SUITE...: for debian_apt.
open_debian() {
  local mirror keyring
  rm -rf "$STATE/apt"
  mkdir -p "$STATE"/apt/{sources,debs,lists/partial,cache/archives/partial}
  mirror=$(debian_mirror)
  keyring=$(debian_keyring)
  printf '%s\n' "Types: deb" "URIs: $mirror" "Suites: $*" "Components: main" \
    "Signed-By: $keyring" >"$STATE/apt/sources/debian.sources"
  update_lists debian_apt
}
