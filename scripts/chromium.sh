#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome that starts, CHROMIUM first; fails when there is none.
set -euo pipefail

for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    path=$(command -v "$candidate" 2>/dev/null) || continue
    # --version also sorts out the stub that only asks for a snap to be installed
    if "$path" --version >/dev/null 2>&1; then
        echo "$path"
        exit
    fi
done
echo "chromium: none found; name one by CHROMIUM=/its/path" >&2
exit 1
