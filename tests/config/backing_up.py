"""A backup while somebody works, and one that is killed: `python -m tests.ready tests.config.backing_up HOW FILE`.

HOW: "beside" = a report with a photo comes in and is sealed between the backup's first look and its copy of the database;
"careless" = the same, and the moment is not held (the twin); or one of POINTS, at which the command kills itself (-9).
"""

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection
from PIL import Image

from gezhi.config import backup, cli, dumps, restore, worker
from gezhi.evidence.actions import Kept, keep, prepare
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import VISITOR
from gezhi.reports.intake import Intake
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions


class Sent(io.BytesIO):
    name, size = "IMG_0001.jpg", None


def report(shade: int) -> None:
    """Somebody reports with a photo of one colour; the worker comes round once."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, 0, 0)).save(picture, "JPEG")
    at = datetime.now(UTC)
    with scope(all_jurisdictions()[0].id):
        (kept,) = keep([Sent(picture.getvalue())], at=at)
        assert isinstance(kept, Kept)
        receive_report(Voice(Intake("web", text="楼道灯不亮", evidence=(kept.id,))), actor=VISITOR, at=at)
        prepare(kept.id, at=at)
        worker.keep_books(at)
    connection.close()


def while_others_work() -> None:
    """Someone else's report, by a connection of its own, once the backup knows which photos it is to hold."""
    look = backup.digests_of_all

    def looked() -> list[str]:
        found = look()
        other = threading.Thread(target=report, args=(200,))
        other.start()
        other.join()
        return found

    backup.digests_of_all = looked


def carelessly() -> None:
    """The database is copied as it is then, not as it was looked at."""
    frozen = dumps.frozen

    @contextmanager
    def thawed() -> Iterator[dumps.Save]:
        def save(to: Path) -> None:
            with frozen() as save_it:
                save_it(to)

        yield save

    dumps.frozen = thawed


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then(where: Any, name: str) -> Callable[[], None]:
    """Die right after this deed."""

    def arm() -> None:
        deed = getattr(where, name)

        def dying(*args: Any, **named: Any) -> Any:
            deed(*args, **named)
            die()

        setattr(where, name, dying)

    return arm


BACKUP_POINTS: dict[str, Callable[[], None]] = {
    "database saved": then(dumps, "_save_sqlite" if connection.vendor == "sqlite" else "_save_postgresql"),
    "photos in": then(backup, "_add_photos"),
    "before its name": lambda: setattr(backup.os, "rename", die),
}
RESTORE_POINTS: dict[str, Callable[[], None]] = {
    "unpacked": then(restore, "unpack"),
    "one moved": then(restore, "_move"),
    "before the end": then(restore, "bring_up_to_date"),
}


def main(how: str, file: str) -> int:
    if how in RESTORE_POINTS:
        RESTORE_POINTS[how]()
        return cli.main(["restore", file])
    if how in BACKUP_POINTS:
        BACKUP_POINTS[how]()
    else:
        while_others_work()
    if how == "careless":
        carelessly()
    return cli.main(["backup", "--to", file])


if __name__ == "__main__":
    if sys.argv[1] == "report":
        report(int(sys.argv[2]))
    else:
        sys.exit(main(*sys.argv[1:]))
