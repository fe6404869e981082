"""What an administrator writes into the environment is kept whole; what cannot be kept stops the boot and names the variable."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from gezhi.config import environment

NAME = "GEZHI_DATABASE_URL"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The database settings that a URL gives."""

    def of(url: str) -> dict[str, Any]:
        monkeypatch.setenv(NAME, url)
        return environment.database(NAME, tmp_path)

    return of


def test_a_server_is_reached_as_its_url_says(read: Any) -> None:
    found = read("postgres://gezhi:p%40ss@db.example:5433/office%201")
    named = {key: found[key] for key in ("NAME", "HOST", "PORT", "USER", "PASSWORD", "OPTIONS")}
    assert named == {
        "NAME": "office 1",
        "HOST": "db.example",
        "PORT": "5433",
        "USER": "gezhi",
        "PASSWORD": "p@ss",
        "OPTIONS": environment.LINE,
    }


def test_what_the_url_asks_of_the_connection_reaches_it(read: Any) -> None:
    found = read("postgres://u@db/x?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&connect_timeout=9")
    assert found["OPTIONS"] == environment.LINE | {
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ca.pem",
        "connect_timeout": "9",
    }


def test_a_socket_is_named_by_its_folder(read: Any) -> None:
    found = read("postgres:///office?host=%2Frun%2Fpostgresql&port=5433")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == (
        "/run/postgresql",
        "5433",
        environment.LINE,
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("postgres://u@db/x?sslmod=require", "sslmod"),
        ("postgres://u@db/x?sslmode", "sslmode"),
        ("postgres://u@db/x?sslmode=require&sslmode=disable", "sslmode"),
        ("postgres://u@db:port/x", "port"),
        ("sqlite:////srv/gezhi.sqlite3?mode=ro", "mode"),
        ("mysql://u@db/x", "mysql"),
    ],
)
def test_what_would_be_lost_stops_the_boot(read: Any, url: str, why: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{NAME}.*{why}"):
        read(url)


def test_a_file_is_named_whole(read: Any, tmp_path: Path) -> None:
    assert read("sqlite:////srv/gezhi.sqlite3")["NAME"] == "/srv/gezhi.sqlite3"
    assert read("")["NAME"] == str(tmp_path / "gezhi.sqlite3")


def test_what_a_file_is_told_holds_on_the_connection(read: Any, tmp_path: Path) -> None:
    """What was said is on the disk, and the log goes back to its place after 16 MB; the twin was told nothing."""
    told = read("")["OPTIONS"]["init_command"].split(";")
    asked = ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
    with closing(sqlite3.connect(tmp_path / "a.sqlite3")) as plain:
        assert [plain.execute(f"PRAGMA {one}").fetchone()[0] for one in asked] == ["delete", 2, 0, 1000]
        for one in told:
            plain.execute(one)
        assert [plain.execute(f"PRAGMA {one}").fetchone()[0] for one in asked] == ["wal", 2, 1, 4000]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("", ""),
        ("https://wecom.example.gov/", "https://wecom.example.gov"),
        ("http://10.1.0.9:8080/in", "http://10.1.0.9:8080/in"),
    ],
)
def test_a_wecom_of_ones_own_is_named_by_its_base(
    monkeypatch: pytest.MonkeyPatch, said: str, kept: str
) -> None:
    monkeypatch.setenv("GEZHI_WECOM_LOGIN_URL", said)
    assert environment.base_address("GEZHI_WECOM_LOGIN_URL") == kept


@pytest.mark.parametrize(
    "said", ["wecom.example.gov", "ftp://x", "https://a@b", "https://x/?y", "https://x y", "https://x:0"]
)
def test_a_wrong_base_stops_the_start_and_is_named(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setenv("GEZHI_WECOM_LOGIN_URL", said)
    with pytest.raises(
        ImproperlyConfigured, match=r"GEZHI_WECOM_LOGIN_URL is .*write an address such as https://"
    ):
        environment.base_address("GEZHI_WECOM_LOGIN_URL")
