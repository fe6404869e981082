"""What is taken back leaves a case as it stood: its clocks of before, judged by deeds and not by the clock's own reminders.

Nothing is gained by a dispatch and its undo, nor by a join and its: what was overdue is overdue (I2).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gezhi.cases import timing
from gezhi.cases.lifecycle import State
from gezhi.cases.models import Case, Pause
from gezhi.journal.queries import deeds
from gezhi.kernel.actor import ActorKind
from gezhi.kernel.refusal import Stale

if TYPE_CHECKING:
    from gezhi.journal.models import Entry

TAKES_BACK = frozenset({"undo_dispatch", "undo_join", "undo_split"})
SAYS_ONLY = frozenset({"remind", "escalate"})  # the clock's own: they move nothing
DUES = ("stage_due", "fix_due", "make_safe_due")
# what the deadlines are counted from; where one of these changed since, they are counted anew
GROUNDS = frozenset({"lead_id", "desk_id", "condition_id", "feared_id", "extended_to", *DUES})


@dataclass(frozen=True, slots=True)
class Stood:
    """The clocks before a deed. entered_at: since when it stood in that stage. review_at: of a pause that the deed ended, at `ended_at`.

    dues: its deadlines and whether they are provisional; None: what they are counted from has changed since, so they are counted anew.
    """

    entered_at: datetime
    reminded_at: datetime | None
    ended_at: datetime
    review_at: datetime | None
    dues: Mapping[str, Any] | None


def stood_before(case: Case, event: str) -> Stood | None:
    """How the clocks stood before the deed that brought the case into its present state, if it was this one. 1 query."""
    since: list[Entry] = []
    for step in reversed(deeds("case", case.id)):
        if step.event == event and "state" in step.before:
            return _stood(case, step, since)
        if "state" in step.before or step.event == "return":
            return None  # something else has begun since
        since.append(step)
    return None


def _stood(case: Case, deed: "Entry", since: Sequence["Entry"]) -> Stood:
    """since: what happened after the deed, newest first."""

    def then(name: str) -> Any:
        changes = (step.before[name] for step in (deed, *reversed(since)) if name in step.before)
        return next(changes, getattr(case, name))

    is_moved = any(GROUNDS & set(step.after) for step in since)
    is_elsewhere = deed.event == "dispatch" and deed.before["state"] != State.OPENED
    dues = {name: _moment(then(name)) for name in DUES} | {"is_provisional": then("is_provisional")}
    return Stood(
        entered_at=_moment(then("entered_at")) or deed.at,
        reminded_at=_moment(then("reminded_at")),
        ended_at=deed.at,
        review_at=_moment(then("review_at")),
        dues=None if is_moved or is_elsewhere else dues,
    )


def _moment(value: datetime | str | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def put_back(case: Case, stood: Stood) -> None:
    """The clocks as they stood, with the pause that the deed ended. The case is in the state of before already."""
    if stood.review_at is not None:
        Pause.objects.filter(case=case, ended_at=stood.ended_at).update(ended_at=None)
        case.review_at = stood.review_at
    timing.go_on_from(case, stood.entered_at)
    for name, value in (stood.dues or {}).items():
        setattr(case, name, value)
    case.due_at, case.reminded_at = timing.due(case), stood.reminded_at


def judge_version(case: Case, event: str, version: int | None) -> None:
    """Raises Stale where the case is another than the one looked at; its detail by="system" where nobody but the clock moved it.

    What is taken back asks for deeds: that somebody was reminded meanwhile keeps nobody from it. 1 query where the version differs.
    """
    if version is None or version == case.version:
        return
    since = _since(case.id, version)
    is_whole = len(since) == case.version - version
    by_system = is_whole and all(step.actor_kind == ActorKind.SYSTEM for step in since)
    if event in TAKES_BACK and by_system and all(step.event in SAYS_ONLY for step in since):
        return
    details = {"by": "system"} if by_system else {}
    raise Stale(version=case.version, state=case.state, **details)


def _since(case_id: UUID, version: int) -> list["Entry"]:
    return [step for step in deeds("case", case_id) if step.after.get("version", 0) > version]
