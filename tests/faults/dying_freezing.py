"""A worker that kills itself (-9) while it freezes a month: `python -m tests.ready tests.faults.dying_freezing POINT MOMENT`.

POINT: "reading" (some lines were read), "kept" (the book is written, nothing committed), "behind" (the book is there, its errand is not done), or
"none" to do all that is due and end. The first call founds an office with a month that is over, and asks for its book.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from gezhi.config import worker
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import actions as ledger
from gezhi.ledger import freezing, months
from gezhi.ledger.models import Freezing, MonthBook
from gezhi.tenancy.current import scope
from gezhi.tenancy.queries import all_jurisdictions
from tests.faults.dying_bulk import settled

LATER = timedelta(days=62)  # two months: the one of the cases is over


def die(*args: Any, **named: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def die_while_reading() -> None:
    """Behind its second line."""
    reading = months.reading

    def dying(month: Any, desk: Any) -> Iterator[Any]:
        for number, step in zip(count(1), reading(month, desk), strict=False):
            yield step
            if number == 2:
                die()

    vars(months)["reading"] = dying


def die_before_the_commit() -> None:
    """With the book and its parts written."""
    vars(months)["record"] = die


POINTS: dict[str, Callable[[], None]] = {
    "reading": die_while_reading,
    "kept": die_before_the_commit,
    "behind": lambda: vars(freezing).update(_end=die),
    "none": lambda: None,
}


def main(point: str, moment: str) -> None:
    at = datetime.fromisoformat(moment)
    vars(months)["PART"] = 1
    vars(freezing)["SLICE_SECONDS"] = -1
    with scope(all_jurisdictions()[0].id):
        if not (Freezing.objects.exists() or MonthBook.objects.exists()):
            settled(at)
            seal(at=at)
            ledger.catch_up(at=at)
            at += LATER
            freezing.ask(at.date().replace(day=1) - timedelta(days=40), actor=SYSTEM, at=at)
        POINTS[point]()
        while worker.do_errands(at):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
