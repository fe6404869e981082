#!/usr/bin/env bash
# Makes sure of what the tests need from the system: a Chromium, a CJK font, PostgreSQL 15 or newer.
# Root gets what is missing by apt; anybody else is told what to install, and the run fails: a test
# that cannot run is not a test that passed.
set -euo pipefail
cd "$(dirname "$0")/.."

has_chromium() { scripts/chromium.sh >/dev/null 2>&1; }
has_cjk_font() { fc-list :lang=zh-cn family 2>/dev/null | grep -q .; }
has_postgresql() { scripts/postgres.sh --find >/dev/null 2>&1; }

missing() { # prints the Debian packages that are still to install
    has_chromium || echo chromium
    has_cjk_font || echo fontconfig fonts-noto-cjk
    has_postgresql || echo postgresql
}

may_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
# The same browser without all that stands around a page: it starts for an eighth of the processor time (tests/browser/people.py).
lacks_shell() { ! command -v chromium-headless-shell >/dev/null; }
has_lists() { compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; }
offers_shell() { apt-cache show chromium-headless-shell >/dev/null 2>&1; }

apt() { DEBIAN_FRONTEND=noninteractive apt-get "$@" >>"$log" 2>&1; }
get() { echo "needs: installing $*" && apt install --yes --no-install-recommends "$@"; }

read -r -a packages <<<"$(missing | tr '\n' ' ')"
if ! may_install; then
    [ ${#packages[@]} -gt 0 ] || exit 0
    echo "test: this machine lacks what the tests need; as root: apt-get install ${packages[*]}" >&2
    exit 1
fi
[ ${#packages[@]} -gt 0 ] || lacks_shell || exit 0

log=$(mktemp)
trap 'rm -f "$log"' EXIT
[ ${#packages[@]} = 0 ] && has_lists || apt update || cat "$log" >&2
# not every system has the shell, and the tests can do without
if ! { lacks_shell && offers_shell && get "${packages[@]}" chromium-headless-shell; } && [ ${#packages[@]} -gt 0 ]; then
    get "${packages[@]}" || cat "$log" >&2
fi

read -r -a packages <<<"$(missing | tr '\n' ' ')"
if [ ${#packages[@]} -gt 0 ]; then
    echo "test: still missing after apt-get: ${packages[*]} (any Chromium or Chrome will do: CHROMIUM=/its/path)" >&2
    exit 1
fi
