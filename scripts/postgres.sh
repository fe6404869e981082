#!/usr/bin/env bash
# Usage: scripts/postgres.sh COMMAND [ARGUMENT…]
# Runs COMMAND with GEZHI_DATABASE_URL naming a PostgreSQL server that exists for it alone: own folder,
# own port on 127.0.0.1, own password, own unprivileged user. Nothing is left when COMMAND ends.
# scripts/postgres.sh --find prints the folder of the server's programs, or fails.
set -euo pipefail

oldest=15

find_binaries() { # the newest server of at least $oldest; packages keep it off PATH
    local found folder version best='' best_version=0
    for found in /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb "$(command -v initdb || true)"; do
        [ -x "$found" ] || continue
        folder=$(dirname "$(readlink -f "$found")")
        [ -x "$folder/postgres" ] || continue
        version=$("$folder/postgres" --version | sed -E 's/[^0-9]*([0-9]+).*/\1/')
        if [ "$version" -ge "$oldest" ] && [ "$version" -gt "$best_version" ]; then
            best=$folder best_version=$version
        fi
    done
    [ -n "$best" ] && echo "$best"
}

if ! binaries=$(find_binaries); then
    echo "postgres: no PostgreSQL server of version $oldest or newer found" >&2
    exit 1
fi
if [ "${1:-}" = --find ]; then
    echo "$binaries"
    exit
fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/gezhi-postgres.XXXXXX")
as_owner=()
if [ "$(id -u)" = 0 ]; then # the server refuses to run as root
    owner=$(id -un postgres 2>/dev/null || echo nobody)
    chown "$owner" "$folder"
    as_owner=(setpriv --reuid "$owner" --regid "$(id -gn "$owner")" --clear-groups)
fi

server=
clean_up() {
    trap '' INT TERM HUP
    if [ -n "$server" ] && kill -INT "$server" 2>/dev/null; then # INT: close connections, stop at once
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "$password" >"$folder/password"
[ ${#as_owner[@]} = 0 ] || chown "$owner" "$folder/password"
port=$("$(dirname "$0")/../.venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')

run() { (cd "$folder" && exec "${as_owner[@]}" "$@"); }

run "$binaries/initdb" --pgdata="$folder/data" --username=gezhi --pwfile="$folder/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    exit 1
}

# A server nobody keeps needs no disk guarantees.
(
    cd "$folder"
    [ ${#as_owner[@]} = 0 ] || as_owner+=(--pdeathsig INT) # dies with this script, even by kill -9
    exec "${as_owner[@]}" "$binaries/postgres" -D "$folder/data" -p "$port" -k "$folder" \
        -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
        -c max_connections=60 -c timezone=UTC
) >"$folder/server.log" 2>&1 &
server=$!

ready=
for _ in $(seq 150); do
    if "$binaries/pg_isready" --quiet --host=127.0.0.1 --port="$port" --dbname=postgres; then
        ready=yes
        break
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
done
if [ -z "$ready" ]; then
    echo "postgres: the server did not start:" >&2
    cat "$folder/server.log" >&2
    exit 1
fi

GEZHI_DATABASE_URL="postgres://gezhi:$password@127.0.0.1:$port/postgres" "$@"
