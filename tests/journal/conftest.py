"""Two cases with a history, sealed, in the journal of the office."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from gezhi.journal import check
from gezhi.journal.actions import Deed, record
from gezhi.journal.models import Entry
from gezhi.journal.sealing import seal
from gezhi.tenancy.clock import new_id

STEPS = ("report", "accept", "dispatch", "take")


@pytest.fixture
def write(office, noon, admin_actor) -> Callable[..., Entry]:
    """Record one deed on a subject and give its row back."""

    def record_one(
        subject: UUID, event: str, *, is_first: bool = False, kind: str = "case", **fields: Any
    ) -> Entry:
        deed = Deed(kind, subject, event, is_first=is_first, **fields)
        return record(deed, actor=admin_actor, at=noon)[0]

    return record_one


@pytest.fixture
def history(write) -> list[Entry]:
    """Two cases, four deeds each, one after the other in turn. Not sealed yet."""
    first, second = new_id(), new_id()
    return [
        write(
            case,
            event,
            is_first=event == "report",
            before={"state": STEPS[max(n - 1, 0)]},
            after={"state": event},
            words={"note": f"第{n}步"},
        )
        for n, event in enumerate(STEPS)
        for case in (first, second)
    ]


@pytest.fixture
def sealed(history, noon) -> list[Entry]:
    """The same history, sealed, the head copied outside."""
    seal(at=noon)
    return list(Entry.objects.order_by("position"))


@pytest.fixture
def found() -> Callable[[], list[tuple[str, str]]]:
    """What the check finds: (where, what), in order."""
    return lambda: [(one.where, one.what) for one in check.findings()]
