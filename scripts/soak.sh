#!/usr/bin/env bash
# Usage: scripts/soak.sh [PYTEST ARGUMENT…]    (as `make soak ARGS="-k backup"`)
# Runs for hours what no change waits for: every test marked `soak`, one after the other, first on SQLite, then on PostgreSQL.
# Names the databases on which something failed and exits non-zero. A new part is a test with `@pytest.mark.soak`; nothing is listed here.
set -uo pipefail
cd "$(dirname "$0")/.."

suite=(.venv/bin/pytest -m soak --durations=0 --durations-min=1 "$@")

# What a developer has set for trying things out must not steer the tests. What Python compiled once it need not compile in every process.
while read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(GEZHI_|DJANGO_|PYTEST_|PYTHONDONTWRITEBYTECODE$)')
GEZHI_DATA=$(mktemp -d "${TMPDIR:-/tmp}/gezhi-soak.XXXXXX") && export GEZHI_DATA
trap 'rm -rf "$GEZHI_DATA"' EXIT

scripts/environment.sh test || exit 1
scripts/needs.sh || exit 1
CHROMIUM=$(scripts/chromium.sh) && export CHROMIUM

started=$SECONDS
failed=()
echo "── SQLite"
"${suite[@]}" || failed+=(SQLite)
echo "── PostgreSQL"
scripts/postgres.sh "${suite[@]}" -m "soak or one_engine" --ignore=tests/browser --database-only || failed+=(PostgreSQL)

if [ ${#failed[@]} -gt 0 ]; then
    echo "make soak: FAILED on ${failed[*]} after $((SECONDS - started)) s"
    exit 1
fi
echo "make soak: all passed in $((SECONDS - started)) s"
