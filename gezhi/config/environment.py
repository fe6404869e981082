"""Read the few environment variables; a wrong value stops the boot and names the variable."""

import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

HERE = ("localhost", "127.0.0.1", "[::1]")
# What a postgres:// URL may ask of the connection: libpq's own words, handed on as they are.
CONNECTION = frozenset(
    {
        "sslmode", "sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl", "sslnegotiation", "ssl_min_protocol_version",
        "channel_binding", "require_auth", "gssencmode", "krbsrvname", "passfile", "service", "options", "application_name",
        "connect_timeout", "tcp_user_timeout", "target_session_attrs", "load_balance_hosts",
        "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
    }
)  # fmt: skip
# A line that was cut without a word is noticed within half a minute, not in the two hours that Linux waits by itself.
LINE = {
    "connect_timeout": "5",
    "tcp_user_timeout": "20000",  # milliseconds
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}


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
    return [host.strip() for host in value.split(",") if host.strip()] or [*HERE]


class Mailer(NamedTuple):
    """The server that takes our mails, and whom they are from. security: "" (plain), "starttls" or "tls"."""

    host: str
    port: int
    user: str
    password: str
    security: str
    sender: str


MAIL_PORTS = {"smtp": 25, "smtps": 465}


def mailer(name: str, from_name: str) -> Mailer | None:
    """smtp://user:password@host:port, smtps://… or smtp://…?starttls, with the sender's address beside it; None where mail is off."""
    value, sender = os.environ.get(name, "").strip(), os.environ.get(from_name, "").strip()
    if not value:
        return None
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as wrong:
        raise ImproperlyConfigured(f"{name}: {wrong}") from wrong
    if parts.scheme not in MAIL_PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise ImproperlyConfigured(
            f"{name} is no mail server: write smtp://user:password@host:port or smtps://…"
        )
    if parts.query not in {"", "starttls"} or (parts.query and parts.scheme == "smtps"):
        raise ImproperlyConfigured(
            f"{name} asks for {parts.query!r}: smtp:// knows ?starttls and nothing else"
        )
    local, _, domain = sender.rpartition("@")
    if not (local and domain and sender.isascii() and sender.isprintable()) or set(sender) & set(' <>,;"'):
        raise ImproperlyConfigured(f"{from_name} is {sender!r}: write the address that mails are from")
    security = "tls" if parts.scheme == "smtps" else parts.query
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Mailer(parts.hostname, port or MAIL_PORTS[parts.scheme], user, password, security, sender)


EXAMPLE = "https://wecom.example.gov"


def base_address(name: str, default: str = "") -> str:
    """The address that a service's own paths are added to, without a slash at its end; "" where none is set and there is no default."""
    value = os.environ.get(name, "").strip() or default
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        is_one = parts.scheme in {"https", "http"} and bool(parts.hostname) and "@" not in parts.netloc
        is_one = is_one and not (parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or not value.isascii() or not value.isprintable() or " " in value:
        raise ImproperlyConfigured(f"{name} is {value!r}: write an address such as {default or EXAMPLE}")
    return value.rstrip("/")


class Texter(NamedTuple):
    """The gateway that takes our short messages. secret: signs each; is_bearer: it is shown to the gateway instead."""

    url: str
    secret: str
    is_bearer: bool


LEAST_SECRET = 16


def texter(name: str, secret_name: str) -> Texter | None:
    """https://gateway/path with its secret beside it ("bearer:…" = sent as a token); None where short messages are off."""
    value, secret = os.environ.get(name, "").strip(), os.environ.get(secret_name, "").strip()
    if not value:
        return None
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ImproperlyConfigured(f"{name} is no address of a gateway: write https://host/path")
    is_bearer = secret.startswith("bearer:")
    plain = secret.removeprefix("bearer:")
    if len(plain) < LEAST_SECRET or not plain.isascii() or not plain.isprintable() or " " in plain:
        raise ImproperlyConfigured(
            f"{secret_name}: write a secret of at least {LEAST_SECRET} ASCII characters without spaces"
        )
    return Texter(value, plain, is_bearer)


def networks(name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks, separated by commas: 10.0.0.0/8, 192.168.7.9."""
    said = [one.strip() for one in os.environ.get(name, "").split(",") if one.strip()]
    try:
        return tuple(ip_network(one) for one in said)
    except ValueError as wrong:
        raise ImproperlyConfigured(f"{name}: {wrong}") from wrong


def database(name: str, data: Path) -> dict[str, Any]:
    """Django's database settings from a URL: sqlite:///FILE or postgres://user:password@host:port/name; default a file in the data folder."""
    value = os.environ.get(name, "")
    parts = urlsplit(value or f"sqlite:///{data}/gezhi.sqlite3")
    if parts.scheme == "sqlite":
        _asked(name, parts.query, frozenset())
        return _sqlite(parts.path[1:] if value else str(data / "gezhi.sqlite3"))
    if parts.scheme in {"postgres", "postgresql"}:
        return _postgresql(name, parts)
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
            "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY; "
            # pages, 16 MB: after 1,000 a page that each report writes anew would go to its place every twelve reports
            "PRAGMA wal_autocheckpoint=4000",
        },
    }


def _postgresql(name: str, url: SplitResult) -> dict[str, Any]:
    asked = _asked(name, url.query, CONNECTION | {"host", "port"})
    try:
        port = asked.pop("port", str(url.port or ""))
    except ValueError as wrong:
        raise ImproperlyConfigured(f"{name}: {wrong}") from wrong
    return {
        "ENGINE": "gezhi.tenancy.engines.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "HOST": asked.pop("host", unquote(url.hostname or "")),
        "PORT": port,
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": LINE | asked,
    }


def _asked(name: str, query: str, known: frozenset[str]) -> dict[str, str]:
    """What stands behind the question mark, each word once; one that is not known would be lost in silence."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as wrong:
        raise ImproperlyConfigured(f"{name}: {query!r} cannot be read: {wrong}") from wrong
    asked = dict(pairs)
    if strange := sorted(asked.keys() - known):
        raise ImproperlyConfigured(f"{name} asks for {', '.join(strange)}: not known here")
    if len(asked) != len(pairs):
        raise ImproperlyConfigured(f"{name} says one thing twice: {query!r}")
    return asked
