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

read -r -a packages <<<"$(missing | tr '\n' ' ')"
[ ${#packages[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "test: this machine lacks what the tests need; as root: apt-get install ${packages[*]}" >&2
    exit 1
fi

echo "needs: installing ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && apt-get install --yes --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
fi

read -r -a packages <<<"$(missing | tr '\n' ' ')"
if [ ${#packages[@]} -gt 0 ]; then
    echo "test: still missing after apt-get: ${packages[*]} (any Chromium or Chrome will do: CHROMIUM=/its/path)" >&2
    exit 1
fi
