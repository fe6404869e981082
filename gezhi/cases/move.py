"""One move as values: what somebody wants to do with a case and what he brings along. PURE."""

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from gezhi.cases.lifecycle import Ending, Fact
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.text import BadText, clean

NOT_AGAIN = UUID(int=0)  # no case's id
PICTURE_KINDS = frozenset({"photo_after", "photo_same_angle", "document"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A kept picture (evidence id) and what it shows: before, photo_after, photo_same_angle, document."""

    evidence: UUID
    kind: str = "photo_after"


@dataclass(frozen=True, slots=True)
class Move:
    """A wish to move a case along one arrow.

    version: the version the person looked at; another one by now = Stale. note: words for colleagues (verdicts, visits, answers).
    reason: why (returns, refusals, endings). party: to whom. into: the case it joins. until: an aware moment (extension,
    review date, meeting). ending: what a `not_found` claims. count: a number counted as proof. presence: how the worker showed
    that he is there ("place_code", "position"). place, category, condition: corrections by the desk. outcome: what came of a call.
    heard: the report of whoever is on the phone in this very deed. person: the account at the end of the ladder, or whom it is assigned to.
    why: of a return its code in `whys.WHYS`, "" = words alone.
    rule: the version of the routing rule that names the party. reports: those that a split takes along. came_back_from: the
    solved case that has come back; NOT_AGAIN when the desk says that it is none of those solved at this spot.
    """

    event: str
    version: int | None = None
    note: str = ""
    reason: str = ""
    shown: tuple[Shown, ...] = ()
    party: UUID | None = None
    into: UUID | None = None
    until: datetime | None = None
    ending: Ending | None = None
    count: int | None = None
    presence: str = ""
    place: UUID | None = None
    category: UUID | None = None
    condition: UUID | None = None
    outcome: str = ""
    heard: UUID | None = None
    person: UUID | None = None
    rule: UUID | None = None
    reports: tuple[UUID, ...] = ()
    came_back_from: UUID | None = None
    why: str = ""

    def cleaned(self) -> "Move":
        """With its words as every database keeps them alike. Raises Invalid("note" or "reason", why)."""
        return replace(self, note=_storable(self.note, "note"), reason=_storable(self.reason, "reason"))

    def kinds(self) -> frozenset[str]:
        """What this move shows: kinds of its pictures, and "note" and "count" when given."""
        words = {"note"} if self.note.strip() else set()
        counted = {"count"} if self.count is not None else set()
        return frozenset({shown.kind for shown in self.shown} | words | counted)

    def facts(self) -> frozenset[Fact]:
        """The facts that the move itself brings."""
        brings = {
            Fact.NOTE: bool(self.note.strip()),
            Fact.REASON: bool(self.reason.strip()),
            Fact.ANSWER: bool(self.note.strip() or self.shown),
            Fact.PARTY: self.party is not None,
            Fact.INTO: self.into is not None,
            Fact.UNTIL: self.until is not None,
            Fact.PERSON: self.person is not None,
            Fact.ON_SITE: self.presence in {"place_code", "position"},
            Fact.PHOTO_AFTER: bool(self.kinds() & {"photo_after", "photo_same_angle"}),
            Fact.VERDICT: bool(self.note.strip() or self.reason.strip() or self.shown),
        }
        return frozenset(fact for fact, is_so in brings.items() if is_so)

    def lacks(self, proof: Set[str]) -> frozenset[str]:
        """Which kinds of a demanded closing proof this move does not show. One picture may serve as after and same angle."""
        return frozenset(proof - self.kinds())


def _storable(text: str, field: str) -> str:
    try:
        return clean(text)
    except BadText as bad:
        raise Invalid(field, bad.code, **bad.details) from bad
