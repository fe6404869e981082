"""Who answers now, who is on when, and where nobody is."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from gezhi.duty.models import HandOver, Shift
from gezhi.duty.rotation import Span
from gezhi.duty.rotation import gaps as uncovered
from gezhi.parties import queries as parties
from gezhi.tenancy.prepared import PreparedRows


class Answering(NamedTuple):
    """Who answers for a party. is_standing: nobody is on a shift, the party's standing phone answers; name = the party's.

    standing_phone: the party's own, day and night, which hangs on its posters; right whoever is on a shift.
    """

    party_id: UUID
    party_name: str
    name: str
    phone: str
    is_standing: bool
    shift_id: UUID | None
    standing_phone: str


class ShiftRow(NamedTuple):
    """A shift as values. phone "" = the party's standing phone. relieved_by: the shift that took the hand-over sheet."""

    id: UUID
    party_id: UUID
    account_id: UUID | None
    name: str
    phone: str
    starts_at: datetime
    ends_at: datetime
    relieved_by_id: UUID | None


class Sheet(NamedTuple):
    """A hand-over sheet as values. taken_at None: not confirmed yet."""

    id: UUID
    shift_from_id: UUID
    shift_to_id: UUID | None
    notes: str
    open_numbers: list[str]
    given_by_id: UUID
    given_at: datetime
    taken_by_id: UUID | None
    taken_at: datetime | None


def answering(party_id: UUID, at: datetime) -> Answering:
    """Who answers for the party at this moment: a total function of every party there is. 2 queries. Raises NotFound."""
    return answering_at(parties.party(party_id), at)


def answering_at(party: parties.PartyRow, at: datetime) -> Answering:
    """The same for whoever has read the party. 1 query."""
    if at.tzinfo is None:
        raise ValueError("who answers depends on an aware moment")
    return _answering(party, next(iter(_NOW_ON_DUTY.found(party.id, at)), None))


def answering_for(party_ids: Iterable[UUID], at: datetime) -> dict[UUID, Answering]:
    """The same for many parties, by party; unknown ids are absent. 2 queries."""
    wanted = set(party_ids)
    on_duty = {shift.party_id: shift for shift in _on_duty(wanted, at)}
    rows = parties.parties_by_ids(wanted)
    return {id: _answering(row, on_duty.get(id)) for id, row in rows.items()}


def shifts(party_id: UUID, starts_at: datetime, ends_at: datetime) -> list[ShiftRow]:
    """The shifts of a party that touch [starts_at, ends_at), in order. 1 query."""
    return _rows(on_roster(party=party_id, starts_at__lt=ends_at, ends_at__gt=starts_at))


def planned(party_ids: Iterable[UUID], starts_at: datetime, ends_at: datetime) -> set[UUID]:
    """Which of these parties have a shift that touches [starts_at, ends_at). 1 query."""
    rows = on_roster(party__in=list(party_ids), starts_at__lt=ends_at, ends_at__gt=starts_at).order_by()
    return set(rows.values_list("party_id", flat=True).distinct())


def shifts_of(account_id: UUID, starts_at: datetime, ends_at: datetime) -> list[ShiftRow]:
    """Somebody's own shifts that touch [starts_at, ends_at), in order. 1 query."""
    return _rows(on_roster(account=account_id, starts_at__lt=ends_at, ends_at__gt=starts_at))


def shift(id: UUID) -> ShiftRow | None:
    """One shift, or None. 1 query."""
    return next(iter(_rows(on_roster(id=id))), None)


def gaps(party_id: UUID, starts_at: datetime, ends_at: datetime) -> list[Span]:
    """When only the standing phone answers within [starts_at, ends_at), in order. 1 query."""
    taken = [Span(row.starts_at, row.ends_at) for row in shifts(party_id, starts_at, ends_at)]
    return uncovered(taken, starts_at, ends_at)


def sheet_of(shift_id: UUID) -> Sheet | None:
    """The hand-over sheet of a shift, or None. 1 query."""
    return next(iter(_sheets(HandOver.objects.filter(shift_from=shift_id))), None)


def sheets_to_confirm(party_id: UUID) -> list[Sheet]:
    """Sheets of a party that nobody has confirmed yet, oldest first. 1 query."""
    return _sheets(HandOver.objects.filter(shift_from__party=party_id, taken_at=None))


def on_roster(**which: object) -> QuerySet[Shift]:
    """Shifts that were not dropped."""
    rows: QuerySet[Shift] = Shift.objects.filter(dropped_at=None, **which)
    return rows


def _on_duty(party_ids: Iterable[UUID], at: datetime) -> QuerySet[Shift]:
    if at.tzinfo is None:
        raise ValueError("who answers depends on an aware moment")
    rows = on_roster(party__in=party_ids, starts_at__lte=at, ends_at__gt=at)
    return rows.order_by("starts_at")


# Django writes one sample for the two bounds of a shift
_NOW_ON_DUTY = PreparedRows(Shift, lambda id, at: _on_duty([id], at)[:1])


def _answering(party: parties.PartyRow, shift: Shift | None) -> Answering:
    if shift is None:
        return Answering(
            party.id, party.name, party.name, party.standing_phone, True, None, party.standing_phone
        )
    phone = shift.phone or party.standing_phone
    return Answering(party.id, party.name, shift.name, phone, False, shift.id, party.standing_phone)


def _rows(rows: QuerySet[Shift]) -> list[ShiftRow]:
    return [ShiftRow(*values) for values in rows.order_by("starts_at", "id").values_list(*ShiftRow._fields)]


def _sheets(rows: QuerySet[HandOver]) -> list[Sheet]:
    return [Sheet(*values) for values in rows.order_by("given_at", "id").values_list(*Sheet._fields)]
