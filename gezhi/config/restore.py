"""`gezhi restore`: a backup put back into an empty folder (and an empty PostgreSQL database), whole or not at all.

Everything is unpacked and compared below `restoring` in the data folder, then moved to its place. As long as that folder stands,
the office does not start.
"""

import errno
import os
import shutil
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from gezhi.config import dumps
from gezhi.config.archive import ACCOUNTS, DATABASES, KEY, Manifest, Unfit, unpack
from gezhi.config.install import RESTORING, accounts_file, ask_whole, bring_up_to_date
from gezhi.config.progress import Progress
from gezhi.evidence.store import sync


def restore(file: Path) -> Manifest:
    """Put it back and bring it up to this version. Raises Unfit; then the folder is as it was."""
    data = Path(settings.GEZHI_DATA)
    _ask_empty(data)
    stood, room = data.exists(), data / RESTORING
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    room.mkdir(mode=0o700)
    try:
        manifest = _unpacked(file, room)
        if connection.vendor == "postgresql":
            dumps.load(room / dumps.file_name())  # whole or not at all; what follows are renames
    except BaseException:
        shutil.rmtree(room, ignore_errors=True)
        if not stood:
            data.rmdir()
        raise
    _settle(room, data)
    return manifest


def _ask_empty(data: Path) -> None:
    ask_whole()
    if data.exists() and (not data.is_dir() or any(data.iterdir())):
        raise Unfit(f"{data} is not empty: name a new folder with --data")
    dumps.ask_empty()


def _unpacked(file: Path, room: Path) -> Manifest:
    progress = Progress("restore")
    try:
        manifest = unpack(file, room, progress=progress)
    finally:
        progress.end()
    _ask_for_us(file, manifest)
    key = Path(settings.GEZHI_KEY_FILE)
    if key.exists() and key.read_bytes() != (room / KEY).read_bytes():
        raise Unfit(f"{key} is another office's key: move it away, or name another file in GEZHI_KEY_FILE")
    return manifest


def _ask_for_us(file: Path, manifest: Manifest) -> None:
    """Of our kind of database, and not of a newer version."""
    kind = manifest.facts["database"]
    if kind != connection.vendor:
        needed = (
            "unset GEZHI_DATABASE_URL"
            if kind == "sqlite"
            else "name a PostgreSQL database in GEZHI_DATABASE_URL"
        )
        raise Unfit(f"{file} holds a database of the kind {kind}: {needed}")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    ours = tuple(f"{app.label}." for app in apps.get_app_configs() if app.name.startswith("gezhi."))
    newer = sorted(one for one in manifest.facts["migrations"] if one.startswith(ours) and one not in known)
    if newer:
        raise Unfit(
            f"{file} was made by a newer Gezhi ({manifest.facts['gezhi']}, {newer[0]}): install that first"
        )


def _settle(room: Path, data: Path) -> None:
    """Everything to its place, the disk told, this version's tables and static files; the office may start when `restoring` is gone."""
    homes = {
        KEY: Path(settings.GEZHI_KEY_FILE),
        ACCOUNTS: accounts_file(),
        "heads": data / "heads",
        "media": Path(settings.GEZHI_MEDIA),
        DATABASES["sqlite"]: Path(connection.settings_dict["NAME"]),
    }
    for name, home in homes.items():
        if (room / name).exists():
            _move(room / name, home)
    os.sync()  # a hundred thousand photos one by one would take an hour
    bring_up_to_date()
    os.sync()
    shutil.rmtree(room)
    sync(data)


def _move(path: Path, home: Path) -> None:
    """Rename it; a file may also go to another disk, where the database or the key is to lie."""
    home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        os.rename(path, home)
    except OSError as trouble:
        if trouble.errno != errno.EXDEV or path.is_dir():
            raise
        fresh = home.with_name(f".{home.name}.{RESTORING}")
        shutil.copyfile(path, fresh)
        sync(fresh)
        os.rename(fresh, home)
