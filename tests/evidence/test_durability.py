"""An acknowledged picture survives the plug being pulled: bytes, name, folders, then the row, in this order (I5)."""

import os
from pathlib import Path

import pytest
from django.db import connection

from gezhi.evidence import store
from gezhi.evidence.actions import keep
from tests.evidence.pictures import Sent, photo


@pytest.fixture
def disk_log(monkeypatch):
    """What reaches the disk, in order: ("fsync", path below the media folder), ("rename", new path), ("row", "")."""
    log: list[tuple[str, str]] = []
    fsync, rename = os.fsync, os.rename

    def below(path: str) -> str:
        return Path(path).relative_to(store._media()).as_posix()

    def seen_fsync(handle: int) -> None:
        log.append(("fsync", below(os.readlink(f"/proc/self/fd/{handle}"))))
        fsync(handle)

    def seen_rename(old: Path, new: Path) -> None:
        log.append(("rename", below(str(new))))
        rename(old, new)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(os, "rename", seen_rename)
    return log


def kept_with(log):
    """Keep one picture, logging its row as well; gives (log, its address)."""

    def seen_row(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "evidence_evidence"'):
            log.append(("row", ""))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(seen_row):
        (kept,) = keep([Sent(photo())], at=kept_with.at)
    return log, store.original(kept.sha256).relative_to(store._media()).as_posix()


def is_durable(log: list[tuple[str, str]], home: str) -> bool:
    """Whether the row came last, after the folders, after the name, after the bytes."""
    named = log.index(("rename", home)) if ("rename", home) in log else -1
    before, after = log[: max(named, 0)], log[named + 1 :]
    folders = [("fsync", str(folder)) for folder in Path(home).parents]
    return (
        named > 0
        and any(what == "fsync" and path.startswith("incoming/") for what, path in before)
        and after == [*folders, ("row", "")]
    )


def test_bytes_then_name_then_folders_then_row(office, noon, disk_log):
    kept_with.at = noon
    log, home = kept_with(disk_log)
    assert is_durable(log, home), log


@pytest.mark.parametrize("sabotage", ["no_sync_at_all", "bytes_after_the_name", "folders_forgotten"])
def test_twin_a_careless_disk_is_noticed(office, noon, disk_log, monkeypatch, sabotage):
    sync = store.sync

    def careless(path: Path, home: Path) -> None:
        home.parent.mkdir(parents=True, exist_ok=True)
        if sabotage == "folders_forgotten":
            sync(path)
        os.rename(path, home)
        if sabotage == "bytes_after_the_name":
            sync(home)
            for folder in home.parents[: store.FOLDERS]:
                sync(folder)

    monkeypatch.setattr(store, "settle", careless)
    kept_with.at = noon
    log, home = kept_with(disk_log)
    assert not is_durable(log, home), log


@pytest.mark.django_db(transaction=True)
def test_a_picture_is_never_acknowledged_inside_a_transaction_that_may_still_fail(office, noon):
    from django.db import transaction

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        keep([Sent(photo())], at=noon)
