#!/usr/bin/env bash
# Writes requirements/*.txt from requirements/*.in: exact versions and hashes for every system and
# Python that pyproject.toml allows, and no index address. UPGRADE=1 takes newer releases.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-.venv/bin/uv}
newer=()
[ -z "${UPGRADE:-}" ] || newer=(--upgrade)

for lock in base build postgresql dev; do # dev and postgresql read base.txt, so base comes first
    echo "lock: requirements/$lock.txt"
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "${newer[@]}" \
        "requirements/$lock.in" -o "requirements/$lock.txt"
done
