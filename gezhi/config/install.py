"""Bring the data folder to what this version wants: tables, static files, and the demonstration where nothing stands yet."""

import json
import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection

from gezhi.config.progress import Progress
from gezhi.config.worker import keep_books
from gezhi.flows.demonstration.build import MONTHS, build
from gezhi.tenancy.current import scope
from gezhi.tenancy.keys import make_key_file, read_key_file
from gezhi.tenancy.queries import all_jurisdictions

RESTORING = "restoring"  # this folder stands in the data folder as long as a restore is not finished


def ask_whole() -> None:
    """Raises ImproperlyConfigured where a restore was broken off: half an office must not begin to work."""
    if (settings.GEZHI_DATA / RESTORING).exists():
        raise ImproperlyConfigured(
            f"a restore into {settings.GEZHI_DATA} is under way or was broken off: "
            "empty this folder (and its PostgreSQL database) and restore again"
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
    """Tables, the key and static files. Doing it again does nothing. Raises ImproperlyConfigured in half an office."""
    ask_whole()
    bring_up_to_date()


def bring_up_to_date() -> None:
    """The same without asking: a restore ends with it."""
    settings.GEZHI_DATA.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.GEZHI_MEDIA.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
    _make_key()
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


def make_demonstration(*, is_small: bool = False) -> bool:
    """Fill an empty data folder; False when an office stands there already."""
    if all_jurisdictions():
        return False
    at = datetime.now(UTC)
    progress = Progress("正在搭建演示")
    accounts = build(
        at=at,
        months=0 if is_small else MONTHS,
        on_day=lambda day, of: progress.tell(f"第 {day} 天，共 {of} 天"),
    )
    progress.end()
    keep_books_of_all(at)
    handle = os.open(accounts_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(accounts, file, ensure_ascii=False, indent=1)
    return True
