"""The one door to a case for the packages above it: what they do around it stands in its own story, as deeds that move nothing.

Called inside the caller's transaction, by whoever holds the case (`queries.held`) and has asked whether the actor may.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import UUID

from gezhi.cases.fold import changed, snapshot
from gezhi.cases.network.models import CaseHand
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.tenancy.updating import save_fields

if TYPE_CHECKING:
    from gezhi.cases.models import Case

EVENTS: Final = frozenset(
    {
        "task_sent",
        "task_done",
        "task_back",
        "task_off",
        "on_agenda",
        "decided",
        "visited",
        "counted",
        "project",
    }
)
NO_WORDS: Final[Mapping[str, str]] = MappingProxyType({})


def tell(
    case: "Case",
    event: str,
    facts: Mapping[str, object],
    words: Mapping[str, str] = NO_WORDS,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """Write down what happened around a case. Its version stays: a form somebody looks at remains valid. ValueError for another event."""
    record(_deed(case, event, facts, words), actor=actor, at=at)


def set_tasks(
    case: "Case",
    event: str,
    open_now: int,
    facts: Mapping[str, object],
    words: Mapping[str, str] = NO_WORDS,
    *,
    also: Sequence[Deed] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Keep how many tasks of others are open on it, and tell why. also: deeds on the tasks, recorded with it.

    ValueError for another event or less than none. 1 UPDATE, 1 record.
    """
    if open_now < 0:
        raise ValueError(f"{open_now} tasks are open on {case.number}")
    before = snapshot(case)
    case.tasks_open = open_now
    record(_saved(case, before, event, facts, words), *also, actor=actor, at=at)


def put_on_agenda(
    case: "Case", meeting: UUID, starts_at: datetime | None, *, actor: Actor, at: datetime
) -> None:
    """A meeting will talk about it then; None: it was decided or noted."""
    before = snapshot(case)
    case.meeting_at = starts_at
    record(_saved(case, before, "on_agenda", {"meeting": meeting}, NO_WORDS), actor=actor, at=at)


def _saved(
    case: "Case",
    before: Mapping[str, object],
    event: str,
    facts: Mapping[str, object],
    words: Mapping[str, str],
) -> Deed:
    """The case's changed fields are saved; the deed is the caller's to record."""
    after = snapshot(case)
    names = changed(before, after)
    was, now = ({name: row[name] for name in names} for row in (before, after))
    deed = _deed(case, event, now | dict(facts), words, was)
    save_fields(case, names)
    return deed


def _deed(
    case: "Case",
    event: str,
    after: Mapping[str, object],
    words: Mapping[str, str],
    before: Mapping[str, object] = NO_WORDS,
) -> Deed:
    if event not in EVENTS:
        raise ValueError(f"{event!r} does not happen around a case")
    return Deed("case", case.id, event, before=before, after=after, words=words)


def took_part(case: "Case", account: UUID, at: datetime) -> None:
    """Somebody did a share of the present round: he will not check it. 1 INSERT; twice is once."""
    hand = CaseHand(case=case, account_id=account, round=case.round, at=at)
    CaseHand.objects.bulk_create([hand], ignore_conflicts=True)
