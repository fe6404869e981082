"""What somebody sends, and what somebody wants to do with a task, as values. PURE."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from gezhi.cases.move import Shown
from gezhi.cases.whys import OTHER
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.text import BadText, clean
from gezhi.work.lifecycle import TaskFact


@dataclass(frozen=True, slots=True)
class NewTask:
    """case or owner, one of them. needs: an int is the place of another one of the same sending, an id a task of the same case.

    shown: pictures of the case that go along (evidence ids). place: another one than the case's.
    """

    party: UUID
    what: str
    due_at: datetime
    proof: tuple[str, ...]
    proof_sentence: str = ""
    case: UUID | None = None
    owner: UUID | None = None
    place: UUID | None = None
    needs: tuple[int | UUID, ...] = ()
    shown: tuple[UUID, ...] = ()
    is_whistle: bool = False
    is_urgent: bool = False
    person: UUID | None = None
    make_safe_due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a party gave: kind people, things or money."""

    kind: str
    what: str
    count: Decimal
    unit: str
    yuan: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TaskMove:
    """A wish to move a task along one arrow. version: the one the person looked at; another one by now = Stale.

    note, reason: words. why: of a return, its code in cases.whys. party: to whom. person: who of it. until: an aware moment.
    outcome: "end" at the end of the ladder.
    """

    event: str
    version: int | None = None
    note: str = ""
    reason: str = ""
    why: str = ""
    shown: tuple[Shown, ...] = ()
    count: int | None = None
    party: UUID | None = None
    person: UUID | None = None
    until: datetime | None = None
    contributions: tuple[Given, ...] = ()
    outcome: str = ""

    def cleaned(self) -> "TaskMove":
        """With its words as every database keeps them alike. Raises Invalid("note" or "reason", why)."""
        return replace(self, note=storable(self.note, "note"), reason=storable(self.reason, "reason"))

    def kinds(self) -> frozenset[str]:
        """What this move shows: kinds of its pictures, and "note" and "count" when given."""
        words = {"note"} if self.note.strip() else set()
        counted = {"count"} if self.count is not None else set()
        return frozenset({shown.kind for shown in self.shown} | words | counted)

    def facts(self) -> frozenset[TaskFact]:
        """The facts that the move itself brings; what it shows is judged by its task."""
        brings = {
            TaskFact.NOTE: bool(self.note.strip()),
            TaskFact.REASON: bool(self.reason.strip()) or self.why not in {"", OTHER},
            TaskFact.WHY: bool(self.why) or bool(self.reason.strip()),
            TaskFact.PARTY: self.party is not None,
            TaskFact.PERSON: self.person is not None,
            TaskFact.UNTIL: self.until is not None,
        }
        return frozenset(fact for fact, is_so in brings.items() if is_so)


def storable(text: str, field: str) -> str:
    """Raises Invalid(field, why)."""
    try:
        return clean(text)
    except BadText as bad:
        raise Invalid(field, bad.code, **bad.details) from bad
