#!/usr/bin/env bash
# Usage: scripts/test.sh [PART…]    (no part named = all)
# `quick`, when named: the tests on SQLite without a browser.
# `postgresql` leaves out the tests that cannot reach a database (tests/engines.py): `sqlite` has them.
# Runs every part even when an earlier one failed, then names those that failed and exits non-zero.
set -uo pipefail
cd "$(dirname "$0")/.."

all_parts=(lint format types imports templates sqlite postgresql)
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=("${all_parts[@]}")
for part in "${parts[@]}"; do
    case " ${all_parts[*]} quick " in *" $part "*) ;; *)
        echo "test: no part is called $part; there are: ${all_parts[*]} quick" >&2
        exit 2
        ;;
    esac
done

bin=.venv/bin
sources=()
for folder in gezhi tests scripts bench; do
    [ -z "$(find "$folder" -name '*.py' -print -quit 2>/dev/null)" ] || sources+=("$folder")
done
suite=("$bin/pytest" -n 2 --dist loadfile --no-loadscope-reorder --durations=10 --durations-min=2)

# What a developer has set for trying things out must not steer the tests. What Python compiled once it need not compile in every process.
while read -r name; do unset "$name"; done < <(compgen -e | grep -E '^(GEZHI_|DJANGO_|PYTEST_|PYTHONDONTWRITEBYTECODE$)')
GEZHI_DATA=$(mktemp -d "${TMPDIR:-/tmp}/gezhi-test.XXXXXX") && export GEZHI_DATA
trap 'rm -rf "$GEZHI_DATA"' EXIT

do_part() {
    case $1 in
        lint) "$bin/ruff" check "${sources[@]}" ;;
        format) "$bin/ruff" format --check "${sources[@]}" ;;
        types) "$bin/mypy" "${sources[@]}" ;;
        imports) "$bin/lint-imports" --no-logo ;;
        templates) "$bin/djlint" --lint --quiet gezhi ;;
        sqlite) "${suite[@]}" ;;
        postgresql) scripts/postgres.sh "${suite[@]}" --ignore=tests/browser --database-only ;;
        quick) "${suite[@]}" --ignore=tests/browser ;;
    esac
}

started=$SECONDS
failed=()

timed() { # $1: its name; the rest: the command
    local name=$1 from=$SECONDS status
    shift
    echo "── $name"
    "$@"
    status=$?
    echo "── $name: $([ $status = 0 ] && echo passed || echo "FAILED ($status)") in $((SECONDS - from)) s"
    [ $status = 0 ] || failed+=("$name")
    return $status
}

timed environment scripts/environment.sh test || exit 1
case " ${parts[*]} " in *" sqlite "* | *" postgresql "*)
    timed needs scripts/needs.sh || exit 1
    CHROMIUM=$(scripts/chromium.sh) && export CHROMIUM
    ;;
esac
for part in "${parts[@]}"; do
    timed "$part" do_part "$part"
done

if [ ${#failed[@]} -gt 0 ]; then
    echo "make test: FAILED: ${failed[*]} (of ${parts[*]}) after $((SECONDS - started)) s"
    exit 1
fi
echo "make test: all passed: ${parts[*]} in $((SECONDS - started)) s"
