"""Which fixture a case is about: a lift, a lamp, a hydrant at its place or above it. Said by whoever handles it, and taken back as easily."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from gezhi.cases.models import Case, CaseFixture
from gezhi.cases.policy import may_open, roles_for
from gezhi.cases.queries import locked
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotYours
from gezhi.places import queries as places

EVENT: Final = "fixture"  # what the deed is called


@transaction.atomic
def name_fixture(case_id: UUID, fixture_id: UUID | None, *, actor: Actor, at: datetime) -> Case:
    """The case is about this one, None: about none. Raises NotFound, NotYours, Invalid("fixture", "unknown") for one that stands elsewhere."""
    case = locked(case_id)
    if not may_open(actor, case):
        raise NotFound("case")
    if not roles_for(actor, case):
        raise NotYours(deed=EVENT)
    here = {one.id for one in places.fixtures_around(case.place_path)}
    if fixture_id is not None and fixture_id not in here:
        raise Invalid("fixture", "unknown")
    row: CaseFixture | None = CaseFixture.objects.filter(case=case).first()
    before = row.fixture_id if row else None
    if before == fixture_id:
        return case
    if row is not None:
        CaseFixture.objects.filter(id=row.id).delete()
    if fixture_id is not None:
        CaseFixture(case=case, fixture_id=fixture_id, at=at).save(force_insert=True)
    record(Deed("case", case.id, EVENT, {"fixture": before}, {"fixture": fixture_id}), actor=actor, at=at)
    return case


def named_at_opening(case: Case, fixture_id: UUID, *, at: datetime) -> Deed:
    """A case just opened is about this one, as its reporter said, in the caller's transaction; the deed is for the caller to journal.

    Raises Invalid("fixture", "unknown") for one that stands elsewhere. 2 queries.
    """
    if fixture_id not in {one.id for one in places.fixtures_around(case.place_path)}:
        raise Invalid("fixture", "unknown")
    CaseFixture(case=case, fixture_id=fixture_id, at=at).save(force_insert=True)
    return Deed("case", case.id, EVENT, {"fixture": None}, {"fixture": fixture_id})


def about(fixture_id: UUID, limit: int) -> list[UUID]:
    """Cases about a fixture, those of which it was said last first. 1 query, along its index."""
    rows = CaseFixture.objects.filter(fixture_id=fixture_id).order_by("-at")
    return list(rows.values_list("case_id", flat=True)[:limit])
