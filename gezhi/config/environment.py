"""Read the few environment variables; a wrong value stops the boot and names the variable."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def switch(name: str, *, default: bool) -> bool:
    """An on/off variable."""
    value = os.environ.get(name, "").strip().lower()
    if value in {"on", "1", "true", "yes"}:
        return True
    if value in {"off", "0", "false", "no"}:
        return False
    if value:
        raise ImproperlyConfigured(f"{name} is {value!r}: write on or off")
    return default


def hosts(name: str) -> list[str]:
    """Host names this office answers to, separated by commas; by default the local machine only."""
    value = os.environ.get(name, "")
    return [host.strip() for host in value.split(",") if host.strip()] or ["localhost", "127.0.0.1", "[::1]"]


def database(name: str, data: Path) -> dict[str, Any]:
    """Django's database settings from a URL: sqlite:///FILE or postgres://user:password@host:port/name; default a file in the data folder."""
    value = os.environ.get(name, "")
    parts = urlsplit(value or f"sqlite:///{data}/gezhi.sqlite3")
    if parts.scheme == "sqlite":
        return _sqlite(parts.path[1:] if value else str(data / "gezhi.sqlite3"))
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql(
            parts.hostname, parts.port, parts.username, parts.password, parts.path, parts.query
        )
    raise ImproperlyConfigured(f"{name} begins with {parts.scheme!r}: write sqlite:///FILE or postgres://…")


def _sqlite(file: str) -> dict[str, Any]:
    return {
        "ENGINE": "gezhi.tenancy.engines.sqlite",
        "NAME": file,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY",
        },
    }


def _postgresql(
    host: str | None, port: int | None, user: str | None, password: str | None, path: str, query: str
) -> dict[str, Any]:
    options = dict(pair.split("=", 1) for pair in query.split("&") if "=" in pair)
    return {
        "ENGINE": "gezhi.tenancy.engines.postgresql",
        "NAME": unquote(path.lstrip("/")),
        "HOST": unquote(options.get("host", host or "")),
        "PORT": str(port or ""),
        "USER": unquote(user or ""),
        "PASSWORD": unquote(password or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5},
    }
