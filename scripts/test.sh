#!/usr/bin/env bash
# Usage: scripts/test.sh [PART…]    (no part named = all; `quick` is SQLite without a browser)
# `postgresql` leaves out the tests that cannot reach a database and the long walks above it (tests/engines.py): `sqlite` has them.
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
scratch=$(mktemp -d "${TMPDIR:-/tmp}/gezhi-test.XXXXXX")
said=$scratch/said # what went on beside, and the names of what failed
mkdir "$said"

do_part() {
    export GEZHI_DATA=$scratch/$1
    mkdir "$GEZHI_DATA"
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

timed() { # $1: its name; the rest: the command
    local name=$1 from=$SECONDS status
    shift
    echo "── $name"
    "$@"
    status=$?
    echo "── $name: $([ $status = 0 ] && echo passed || echo "FAILED ($status)") in $((SECONDS - from)) s"
    [ $status = 0 ] || echo "$name" >>"$said/failed"
    return $status
}

one_by_one() { # each part in turn, whatever became of the one before
    local part
    for part in "$@"; do timed "$part" do_part "$part"; done
}

beside() { # $1: a name; the rest: the command. It goes on in the background, in a process group of its own, until it is heard.
    set -m
    "${@:2}" >"$said/$1" 2>&1 </dev/null &
    set +m
    echo $! >"$said/$1.pid"
}

heard() { # $1: the name of what went on beside; its end is waited for
    [ -e "$said/$1.pid" ] || return 0
    wait "$(cat "$said/$1.pid")"
    cat "$said/$1"
    rm "$said/$1.pid"
}

left() { # who is interrupted takes along what goes on beside
    local pid
    for pid in "$said"/*.pid; do [ ! -e "$pid" ] || kill -TERM -- "-$(cat "$pid")" 2>/dev/null; done
    rm -rf "$scratch"
}
trap left EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

checks=() suites=()
for part in "${parts[@]}"; do
    case $part in sqlite | postgresql | quick) suites+=("$part") ;; *) checks+=("$part") ;; esac
done

# Packages of two kinds come from two places: they are fetched at once.
needs=
case " ${suites[*]} " in *" sqlite "* | *" postgresql "*) needs=yes ;; esac
[ -z "$needs" ] || beside needs timed needs scripts/needs.sh
timed environment scripts/environment.sh test
heard needs
[ ! -e "$said/failed" ] || exit 1
[ -z "$needs" ] || { CHROMIUM=$(scripts/chromium.sh) && export CHROMIUM; }

# A check keeps one core busy at most, and the tests of both engines wait now and then, for a disk, a browser, a server that was killed: they
# share the time. Each suite has a folder, processes and a database of its own.
for part in "${suites[@]:1}"; do beside "$part" one_by_one "$part"; done
[ ${#checks[@]} = 0 ] || beside checks one_by_one "${checks[@]}"
[ ${#suites[@]} = 0 ] || one_by_one "${suites[0]}" # the one whose way can be watched
for part in checks "${suites[@]:1}"; do heard "$part"; done

if [ -e "$said/failed" ]; then
    failed=() # in the order in which they are named, whichever ended first
    for part in "${parts[@]}"; do ! grep -qx "$part" "$said/failed" || failed+=("$part"); done
    echo "make test: FAILED: ${failed[*]} (of ${parts[*]}) after $((SECONDS - started)) s"
    exit 1
fi
echo "make test: all passed: ${parts[*]} in $((SECONDS - started)) s"
