#!/usr/bin/env bash
# Usage: scripts/environment.sh run|test
# Makes .venv ready: the locked requirements, hashes checked, and gezhi itself. Does nothing when
# nothing changed since last time; a second one waits for the first. PYTHON=… chooses the interpreter that makes a new .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

locks=(requirements/build.txt)
case ${1:-} in
    run)
        locks+=(requirements/base.txt)
        case ${GEZHI_DATABASE_URL:-} in postgres*) locks+=(requirements/postgresql.txt) ;; esac
        ;;
    test) locks+=(requirements/dev.txt) ;;
    *)
        echo "usage: scripts/environment.sh run|test" >&2
        exit 2
        ;;
esac
stamp=.venv/gezhi-$1.stamp
made_in=.venv/gezhi-made-in
candidates=${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}

die() {
    echo "environment: $1" >&2
    exit 1
}

is_new_enough() { # $1: a command
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() { # the first candidate that can make an environment
    local candidate old_enough=
    for candidate in $candidates; do
        is_new_enough "$candidate" || continue
        old_enough=$candidate
        if "$candidate" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
    [ -z "$old_enough" ] ||
        die "$old_enough lacks its venv module; install it with: apt-get install python3-venv"
    die "no Python 3.11 or newer among: $candidates; install one with: apt-get install python3 python3-venv"
}

stands() { # .venv starts, has pip, and was not moved here from another folder
    is_new_enough .venv/bin/python && .venv/bin/python -c 'import pip' >/dev/null 2>&1 &&
        { [ ! -e "$made_in" ] || [ "$(cat "$made_in")" = "$PWD" ]; }
}

not_installed() { # $1: what; pip's own words are in $said
    grep -q "THESE PACKAGES DO NOT MATCH THE HASHES" "$said" &&
        die "what the package index gave for $1 is not what the lock names; nothing of it was taken ($PWD/$said)"
    tail -n 3 "$said" >&2
    die "pip could not install $1 ($PWD/$said). If no package index is reachable, set PIP_INDEX_URL to a mirror you trust; the hashes are checked"
}

if command -v flock >/dev/null; then # two at once would pull .venv from under one another
    mkdir -p .make
    exec 9>.make/environment.lock
    flock --nonblock 9 || {
        echo "environment: somebody else is making .venv here; waiting for it"
        flock 9
    }
fi

if ! stands; then
    python=$(find_python)
    echo "environment: making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv || die "$python could not make .venv; try: apt-get install python3-venv"
    echo "$PWD" >"$made_in"
fi

wanted=$(cat "${locks[@]}" requirements/base.in pyproject.toml | sha256sum)
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$wanted" ]; then
    echo "environment: installing the locked requirements"
    said=.venv/gezhi-pip.log
    pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input install -qq --no-deps --no-compile)
    # The build backend comes first and from the lock, so that nothing unlocked is fetched to build with.
    for lock in "${locks[@]}"; do
        "${pip[@]}" --require-hashes --use-pep517 --no-build-isolation -r "$lock" >"$said" 2>&1 || not_installed "$lock"
    done
    "${pip[@]}" --no-build-isolation --editable . >"$said" 2>&1 || not_installed "gezhi itself"
    # On every core at once; a file of a library that is not Python of this version stays as it is.
    .venv/bin/python -m compileall -q -j 0 .venv/lib gezhi >"$said" 2>&1 || true
    echo "$wanted" >"$stamp"
fi
