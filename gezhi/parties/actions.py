"""Parties and what they serve: every change in one transaction, journalled under the party (kind "party").

People, posts and passwords are in staff.py.
"""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.catalogue import queries as catalogue
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.parties import names, policy
from gezhi.parties.days import Period, holds_on, local_day, meets
from gezhi.parties.kinds import ONE_AT_A_TIME, PartyKind, ServiceKind
from gezhi.parties.models import Party, PartyPost, Service
from gezhi.parties.turns import ends_already, refuse_unknown, take_turn


class Ground(NamedTuple):
    """What is served: a place with everything below it, or one grid cell."""

    place_id: UUID | None = None
    grid_id: UUID | None = None


@transaction.atomic
def add_party(
    kind: str,
    name: str,
    code: str,
    standing_phone: str,
    *,
    parent_id: UUID | None = None,
    calendar: str = "office",
    place_id: UUID | None = None,
    is_intake: bool = False,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Take a party into the office's book; returns its id. Raises Invalid (kind, name, code, standing_phone, parent), NotFound.

    parent_id: the party one level up. calendar: code of a calendar of the catalogue. is_intake: the desk for everything unplaced.
    """
    policy.keeps_parties(actor)
    if kind not in PartyKind.values:
        raise Invalid("kind", "unknown")
    take_turn()
    short = names.party_code(code)
    if Party.objects.filter(code=short).exists():
        raise Invalid("code", "taken")
    if is_intake and Party.objects.filter(is_intake=True).exists():
        raise Invalid("is_intake", "there_is_one")
    if parent_id is not None and hold(parent_id).closed_on is not None:
        raise Invalid("parent", "closed")
    refuse_unknown(place_id, None)
    party: Party = Party.objects.create(
        kind=kind,
        name=names.name(name),
        code=short,
        parent_id=parent_id,
        calendar=calendar,
        standing_phone=names.standing_phone(standing_phone),
        place_id=place_id,
        is_intake=is_intake,
    )
    after = {name: getattr(party, name) for name in _JOURNALLED}
    record(Deed("party", party.id, "add_party", after=after, is_first=True), actor=actor, at=at)
    return party.id


_JOURNALLED = ("kind", "name", "code", "parent_id", "calendar", "standing_phone", "place_id", "is_intake")


def hold(party_id: UUID) -> Party:
    """The party's row, locked until the caller's transaction ends: whoever changes its roster waits his turn. Raises NotFound."""
    found: Party | None = Party.objects.select_for_update(no_key=True).filter(id=party_id).first()
    if found is None:
        raise NotFound(party=str(party_id))
    return found


@transaction.atomic
def change_standing_phone(party_id: UUID, phone: str, *, actor: Actor, at: datetime) -> Party:
    """Change the number that is answered day and night. The last contact cannot be removed: Invalid("standing_phone")."""
    policy.keeps_phone_of(actor, party_id)
    return _change(
        hold(party_id), "change_standing_phone", actor, at, standing_phone=names.standing_phone(phone)
    )


@transaction.atomic
def amend_party(
    party_id: UUID, *, name: str, calendar: str, parent_id: UUID | None, actor: Actor, at: datetime
) -> Party:
    """Another name, another calendar, another party one level up. Raises Invalid (name; party: closed; parent), NotFound."""
    policy.keeps_parties(actor)
    catalogue.calendar(calendar)
    take_turn()
    party = hold(party_id)
    if party.closed_on is not None:
        raise Invalid("party", "closed")
    if parent_id != party.parent_id:
        _refuse_parent(party, parent_id)
    fields = {"name": names.name(name), "calendar": calendar, "parent_id": parent_id}
    changed = {field: value for field, value in fields.items() if getattr(party, field) != value}
    return _change(party, "amend_party", actor, at, **changed)


@transaction.atomic
def put_under(party_id: UUID, parent_id: UUID | None, *, actor: Actor, at: datetime) -> Party:
    """Say which party is one level up. Raises Invalid("parent"): circle (it stands below this party), closed."""
    policy.keeps_parties(actor)
    take_turn()
    party = hold(party_id)
    _refuse_parent(party, parent_id)
    return _change(party, "put_under", actor, at, parent_id=parent_id)


def _refuse_parent(party: Party, parent_id: UUID | None) -> None:
    if parent_id is not None and hold(parent_id).closed_on is not None:
        raise Invalid("parent", "closed")
    above = dict(Party.objects.values_list("id", "parent_id"))
    step = parent_id
    while step is not None:
        if step == party.id:
            raise Invalid("parent", "circle")
        step = above[step]


@transaction.atomic
def make_intake(party_id: UUID, *, actor: Actor, at: datetime) -> Party:
    """From now on this party takes what has no place and what nobody's desk takes; the former intake desk no longer does."""
    policy.keeps_parties(actor)
    take_turn()
    party = hold(party_id)
    if party.closed_on is not None:
        raise Invalid("party", "closed")
    for former in Party.objects.select_for_update(no_key=True).filter(is_intake=True).exclude(id=party.id):
        _change(former, "stop_intake", actor, at, is_intake=False)
    return _change(party, "make_intake", actor, at, is_intake=True)


@transaction.atomic
def close_party(party_id: UUID, *, actor: Actor, at: datetime) -> Party:
    """Take a party out of service today. Its history and its standing phone stay.

    Raises Invalid("party", code): intake (hand that over first), still_serving, still_staffed, still_above.
    """
    policy.keeps_parties(actor)
    take_turn()
    party, today = hold(party_id), local_day(at)
    later = holds_on(today) | meets(Period(today))
    if party.is_intake:
        raise Invalid("party", "intake")
    if Service.objects.filter(later, party=party.id).exists():
        raise Invalid("party", "still_serving")
    if PartyPost.objects.filter(later, party=party.id).exists():
        raise Invalid("party", "still_staffed")
    if Party.objects.filter(parent=party.id, closed_on=None).exists():
        raise Invalid("party", "still_above")
    return _change(party, "close_party", actor, at, closed_on=today)


@transaction.atomic
def reopen_party(party_id: UUID, *, actor: Actor, at: datetime) -> Party:
    """Take a closing back; what it served and who was there is registered anew. Raises Invalid (party: not_closed; parent: closed)."""
    policy.keeps_parties(actor)
    take_turn()
    party = hold(party_id)
    if party.closed_on is None:
        raise Invalid("party", "not_closed")
    if party.parent_id is not None and hold(party.parent_id).closed_on is not None:
        raise Invalid("parent", "party_closed")
    return _change(party, "reopen_party", actor, at, closed_on=None)


@transaction.atomic
def serve(
    party_id: UUID,
    kind: str,
    ground: Ground,
    *,
    starts_on: date,
    ends_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> UUID:
    """From `starts_on` until the day before `ends_on` (None = open end) the party serves this ground; returns the service's id.

    Raises Invalid: kind, ground (one of place and grid), ends_on (not after the start), party (closed),
    period (overlaps: two property companies, two desks … on the same ground on the same day); NotFound.
    """
    policy.keeps_parties(actor)
    if kind not in ServiceKind.values:
        raise Invalid("kind", "unknown")
    if (ground.place_id is None) == (ground.grid_id is None):
        raise Invalid("ground", "one_of_place_and_grid")
    if ends_on is not None and ends_on <= starts_on:
        raise Invalid("ends_on", "not_after_start")
    take_turn()
    if hold(party_id).closed_on is not None:
        raise Invalid("party", "closed")
    refuse_unknown(*ground)
    _refuse_overlap(party_id, kind, ground, Period(starts_on, ends_on))
    service: Service = Service.objects.create(
        party_id=party_id, kind=kind, **ground._asdict(), starts_on=starts_on, ends_on=ends_on
    )
    after = {
        "service": service.id,
        "kind": kind,
        **ground._asdict(),
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on and ends_on.isoformat(),
    }
    record(Deed("party", party_id, "serve", after=after), actor=actor, at=at)
    return service.id


@transaction.atomic
def end_service(service_id: UUID, *, ends_on: date, actor: Actor, at: datetime) -> Service:
    """`ends_on` is the first day the party no longer serves there. A service is only ever ended sooner, never prolonged.

    Raises Invalid("ends_on"): before_start, only_sooner; NotFound.
    """
    policy.keeps_parties(actor)
    take_turn()
    service: Service | None = Service.objects.select_for_update(no_key=True).filter(id=service_id).first()
    if service is None:
        raise NotFound(service=str(service_id))
    if ends_already(ends_on, service.starts_on, service.ends_on):
        return service
    before = {"service": service.id, "ends_on": service.ends_on and service.ends_on.isoformat()}
    service.ends_on = ends_on
    hold(service.party_id)
    service.save(update_fields=["ends_on"])
    after = {"service": service.id, "ends_on": ends_on.isoformat()}
    record(Deed("party", service.party_id, "end_service", before, after), actor=actor, at=at)
    return service


def _refuse_overlap(party_id: UUID, kind: str, ground: Ground, period: Period) -> None:
    """The database has no exclusion constraint that both engines share; the turn taken above makes this exact."""
    rows = Service.objects.filter(meets(period), kind=kind, place=ground.place_id, grid=ground.grid_id)
    if kind not in ONE_AT_A_TIME:
        rows = rows.filter(party=party_id)
    clash = rows.values_list("party_id", flat=True).first()
    if clash is not None:
        raise Invalid("period", "overlaps", party=str(clash))


def _change(party: Party, event: str, actor: Actor, at: datetime, **fields: object) -> Party:
    """Save and journal the named fields of a locked party. Nothing is written when nothing changes."""
    before = {name: getattr(party, name) for name in fields}
    if before == fields:
        return party
    for name, value in fields.items():
        setattr(party, name, value)
    party.save(update_fields=list(fields))
    record(Deed("party", party.id, event, _plain(before), _plain(fields)), actor=actor, at=at)
    return party


def _plain(fields: dict[str, object]) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
