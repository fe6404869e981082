"""Bring the data folder to what this version wants: tables, static files, and the demonstration where nothing stands yet."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from gezhi.config import showroom
from gezhi.config.progress import Progress, bar
from gezhi.config.upgrade import bring_offices_up_to_date, bring_tables_up_to_date
from gezhi.config.worker import keep_books
from gezhi.flows.demonstration.build import MONTHS, build
from gezhi.tenancy.current import scope
from gezhi.tenancy.keys import make_key_file, read_key_file
from gezhi.tenancy.queries import all_jurisdictions, forget

# This file stands there as long as the demonstration is only half made.
UNFINISHED = "demonstration.unfinished"
RESTORING = "restoring"  # this folder stands in the data folder as long as a restore is not finished


def ask_whole() -> None:
    """Raises ImproperlyConfigured where a restore or a demonstration was broken off: half an office must not begin to work."""
    if (settings.GEZHI_DATA / RESTORING).exists():
        raise ImproperlyConfigured(
            f"a restore into {settings.GEZHI_DATA} is under way or was broken off: "
            "empty this folder (and its PostgreSQL database) and restore again"
        )
    if (settings.GEZHI_DATA / UNFINISHED).exists():
        raise ImproperlyConfigured(
            f"the demonstration in {settings.GEZHI_DATA} is being made, or was broken off: "
            "`gezhi up` or `gezhi demo` makes it anew"
        )


def ask_for_an_office() -> None:
    """Raises ImproperlyConfigured where nothing whole was ever installed, or the key is gone. Makes nothing, no folder and no empty file."""
    ask_whole()
    is_file = connection.vendor == "sqlite"
    stands = not is_file or Path(connection.settings_dict["NAME"]).exists()
    if not stands or "tenancy_jurisdiction" not in connection.introspection.table_names():
        where = settings.GEZHI_DATA if is_file else "the database of GEZHI_DATABASE_URL"
        raise ImproperlyConfigured(
            f"no office in {where}: name its folder with --data, or make one with `gezhi init`"
        )
    read_key_file(settings.GEZHI_KEY_FILE)


def prepare() -> None:
    """Tables, the key, what the offices lack, and static files. Doing it again does nothing. Raises ImproperlyConfigured in half an office."""
    ask_whole()
    bring_up_to_date()


def bring_up_to_date() -> None:
    """The same without asking: a restore ends with it."""
    settings.GEZHI_DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.GEZHI_MEDIA.mkdir(parents=True, exist_ok=True)
    bring_tables_up_to_date()
    _make_key()
    bring_offices_up_to_date(datetime.now(UTC))
    collect_static()


def _make_key() -> None:
    """Once, for a new office: with another key than its own, nothing that an office has signed or hidden could be read again."""
    if not settings.GEZHI_KEY_FILE.exists() and all_jurisdictions():
        raise ImproperlyConfigured(
            f"the office's key {settings.GEZHI_KEY_FILE} is gone: put your copy of it back"
        )
    make_key_file(settings.GEZHI_KEY_FILE)


def collect_static() -> None:
    """Copy and compress the static files unless the copy is of these very files."""
    mark, now = settings.STATIC_ROOT / "collected.sha256", _static_digest()
    if mark.exists() and mark.read_text() == now:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    mark.write_text(now)


def _static_digest() -> str:
    marks = [
        f"{path}:{storage.size(path)}:{storage.get_modified_time(path).timestamp()}"
        for finder in get_finders()
        for path, storage in finder.list([])
    ]
    return sha256("\n".join(sorted(marks)).encode()).hexdigest()


def keep_books_of_all(at: datetime) -> None:
    """Seal what founding an office wrote: it may wait long for its first worker."""
    for one in all_jurisdictions():
        with scope(one.id):
            keep_books(at)


def accounts_file() -> Path:
    """Log-ins of the demonstration's cast."""
    return Path(settings.GEZHI_DATA) / "demo-accounts.json"


def make_demonstration(*, months: int = MONTHS) -> bool:
    """Fill an empty data folder; False when an office stands there already. What is broken off is made anew by the next start.

    months: of its life; 0 = its first week only.
    """
    if all_jurisdictions():
        return False
    at = datetime.now(UTC)
    progress = Progress("正在搭建演示 making the demonstration")
    with being_made() as mark:
        accounts = build(
            at=at,
            months=months,
            on_day=lambda day, of: progress.tell(f"{bar(day, of)} 第 {day} 天，共 {of} 天"),
            beside=showroom.deeds,
        )
        keep_books_of_all(at)
        handle = os.open(accounts_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(accounts, file, ensure_ascii=False, indent=1)
        mark.unlink()
    progress.end()
    return True


@contextmanager
def being_made() -> Iterator[Path]:
    """While open, a mark in the data folder says that the demonstration is only half there; whoever finishes it removes the mark.

    Raises ImproperlyConfigured while somebody else is at it.
    """
    mark = settings.GEZHI_DATA / UNFINISHED
    with mark.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ImproperlyConfigured(
                "the demonstration is being made just now: wait for it · 演示正在搭建，请稍候"
            ) from None
        yield mark


def clear_unfinished() -> None:
    """Empty a data folder in which the making of a demonstration was broken off, so that it can be made anew.

    Nothing without its mark. Raises ImproperlyConfigured where another office than a demonstration stands, or somebody is at it.
    """
    if not (settings.GEZHI_DATA / UNFINISHED).exists():
        return
    with being_made() as mark:
        bring_tables_up_to_date()
        if not all(one.demonstration for one in all_jurisdictions()):
            raise ImproperlyConfigured(
                f"{mark} says that a demonstration was broken off, but an office stands here"
            )
        call_command("flush", verbosity=0, interactive=False)
        forget()
        for folder in (settings.GEZHI_MEDIA, settings.GEZHI_DATA / "heads"):
            shutil.rmtree(folder, ignore_errors=True)
        mark.unlink()
