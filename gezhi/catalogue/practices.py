"""做法: what worked, told to whoever has the same kind of matter at the same kind of place. Nobody is named in it.

Drafted by whoever handled it, offered by a desk; withdrawn when it is no good. A change names the revision it was decided upon.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from gezhi.catalogue import queries, shelf
from gezhi.catalogue.models import Practice, PracticeUse
from gezhi.catalogue.views import PracticeView
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.persons import nameless
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, NotYours, Stale
from gezhi.kernel.text import BadText, clean_name
from gezhi.tenancy.prepared import PreparedRows

KIND: Final = "practice"
DRAFTED, OFFERED, WITHDRAWN = "drafted", "offered", "withdrawn"
SIGNS: Final = 300
SHOWN: Final = 2  # at a case
KEEPERS: Final = (Duty.CLERK, Duty.OFFICER, Duty.ADMIN)


def may_keep(actor: Actor) -> bool:
    """Who changes, offers and withdraws them."""
    return actor.kind is ActorKind.SYSTEM or actor.has(*KEEPERS)


def worded(text: str) -> str:
    """As it is kept: on one line, without numbers, names and flats. Raises Missing("practice"), Invalid("practice", code)."""
    try:
        said = clean_name(nameless(" ".join(text.split())), SIGNS)
    except BadText as bad:
        raise Invalid("practice", bad.code, **bad.details) from bad
    if not said:
        raise Missing(["practice"])
    return said


# ---- write ----


@transaction.atomic
def draft(
    text: str, *, category_id: UUID, place_kind: str, source: tuple[str, UUID], actor: Actor, at: datetime
) -> Practice:
    """A new one, offered at once when a keeper writes it. Whether the writer may learn from its source, the flow asks.

    source: (kind, id) of what it was learned from. Raises NotFound, Missing, Invalid as `worded`, NotFromHere("practice_exists").
    """
    leaf = queries.category(category_id)
    row = Practice(
        text=worded(text),
        category_id=leaf.id,
        place_kind=place_kind,
        state=OFFERED if may_keep(actor) else DRAFTED,
        source_kind=source[0],
        source_id=source[1],
        made_at=at,
    )
    if Practice.objects.filter(source_kind=source[0], source_id=source[1]).exists():
        raise NotFromHere("practice_exists")
    row.save(force_insert=True)
    after = {"state": row.state, "category_id": leaf.id, "place_kind": place_kind}
    record(
        Deed(KIND, row.id, "practice_add", after=after, words={"text": row.text}, is_first=True),
        actor=actor,
        at=at,
    )
    shelf.renew()
    return row


@transaction.atomic
def change(practice_id: UUID, text: str, *, revision: int, actor: Actor, at: datetime) -> Practice:
    """Other words for it. Raises NotFound, NotYours, Stale, Missing, Invalid as `worded`."""
    row = _locked(practice_id, revision, actor)
    said = worded(text)
    if said != row.text:
        row.text = said
        _saved(row, ["text"], Deed(KIND, row.id, "practice_change", words={"text": said}), actor, at)
    return row


@transaction.atomic
def turn(practice_id: UUID, state: str, *, revision: int, actor: Actor, at: datetime) -> Practice:
    """Offer it, or withdraw it. Raises NotFound, NotYours, Stale; ValueError for another state."""
    if state not in {OFFERED, WITHDRAWN}:
        raise ValueError(f"no state to turn to: {state!r}")
    row = _locked(practice_id, revision, actor)
    if row.state != state:
        deed = Deed(KIND, row.id, f"practice_{state}", before={"state": row.state}, after={"state": state})
        row.state = state
        _saved(row, ["state"], deed, actor, at)
    return row


def _locked(practice_id: UUID, revision: int, actor: Actor) -> Practice:
    if not may_keep(actor):
        raise NotYours(deed=KIND)
    row: Practice | None = Practice.objects.select_for_update(no_key=True).filter(id=practice_id).first()
    if row is None:
        raise NotFound(KIND)
    if row.revision != revision:
        raise Stale(revision=row.revision)
    return row


def _saved(row: Practice, fields: list[str], deed: Deed, actor: Actor, at: datetime) -> None:
    row.revision += 1
    row.save(update_fields=[*fields, "revision"])
    record(deed, actor=actor, at=at)
    shelf.renew()


def tried(practice_id: UUID, subject: tuple[str, UUID], *, helped: bool, at: datetime) -> bool:
    """Counts once for each subject; False when it was counted before. In the caller's transaction, who tells of it in the subject's story."""
    kind, id = subject
    if PracticeUse.objects.filter(practice_id=practice_id, subject_kind=kind, subject_id=id).exists():
        return False
    PracticeUse(practice_id=practice_id, subject_kind=kind, subject_id=id, helped=helped, at=at).save(
        force_insert=True
    )
    field = "useful" if helped else "useless"
    Practice.objects.filter(id=practice_id).update(**{field: F(field) + 1})
    return True


# ---- read ----


def offered(category_id: UUID, place_kind: str, *, but: UUID | None = None) -> list[PracticeView]:
    """What is offered for such a matter at such a place, what helped most first, SHOWN at most. but: the source of one that is not wanted.

    No query as a rule.
    """
    found = shelf.shelf().practices.get((category_id, place_kind), ())
    return [one for one in found if one.source_id != but][:SHOWN]


def one(practice_id: UUID) -> Practice:
    """One of them as it stands. 1 query. Raises NotFound."""
    row: Practice | None = Practice.objects.filter(id=practice_id).first()
    if row is None:
        raise NotFound(KIND)
    return row


def of_category(category_id: UUID, limit: int = 50) -> list[Practice]:
    """All of a category, those that helped most first. 1 query."""
    rows = Practice.objects.filter(category_id=category_id)
    return list(rows.order_by(F("useful").desc(), "useless", "-made_at", "-id")[:limit])


def of_source(kind: str, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """What was learned from each of these, by source. 1 query."""
    wanted = tuple(ids)
    return {row.source_id: row for row in _MADE_OF.found(kind, wanted)} if wanted else {}


_MADE_OF = PreparedRows(
    Practice, lambda kind, ids: Practice.objects.filter(source_kind=kind, source_id__in=ids)
)
