"""Prove on live data that everything resolves to somebody (I1) and that ladders end at a person (I10).

That keys stay inside their jurisdiction is proved for all tables by tenancy.check; accounts, which are not tenant rows, here.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db.models import F

from gezhi.kernel.actor import Duty
from gezhi.kernel.finding import Finding
from gezhi.parties.kinds import ONE_AT_A_TIME
from gezhi.parties.models import Party, PartyPost, Service
from gezhi.tenancy.current import current


def findings() -> Iterator[Finding]:
    """What is wrong with the parties of the jurisdiction in force: nothing, when all is well. An office without parties is none yet."""
    rows = {party.id: party for party in Party.objects.all()}
    if rows:
        yield from _ends(rows)
    yield from _ladders(rows)
    yield from _overlaps()
    yield from _guests()


def _ends(rows: dict[UUID, Party]) -> Iterator[Finding]:
    """One intake desk, a phone for everybody, and a person at the end of the ladder. 1 query."""
    desks = [party for party in rows.values() if party.is_intake and party.closed_on is None]
    if len(desks) != 1:
        yield Finding("I1", "intake desk", f"there are {len(desks)}, not one")
    for party in rows.values():
        if not party.standing_phone.strip():
            yield Finding("I1", f"party {party.code}", "has no standing phone")
    last = PartyPost.objects.filter(
        duty__in=(Duty.OFFICER, Duty.ADMIN), ends_on=None, place=None, grid=None, account__is_active=True
    )
    if not last.exists():
        yield Finding("I10", "end of the ladder", "nobody is officer or administrator without an end date")


def _ladders(rows: dict[UUID, Party]) -> Iterator[Finding]:
    """No party stands above itself, and an open party stands under open ones."""
    for party in rows.values():
        seen, step = {party.id}, party.parent_id
        while step in rows and step not in seen:
            seen.add(step)
            step = rows[step].parent_id
        if step == party.id:
            yield Finding("I10", f"party {party.code}", "stands above itself")
        above = rows.get(party.parent_id) if party.parent_id else None
        if party.closed_on is None and above is not None and above.closed_on is not None:
            yield Finding("I10", f"party {party.code}", f"is under {above.code}, which is closed")


def _overlaps() -> Iterator[Finding]:
    """On one piece of ground one desk, one property company … a day; nobody twice. 1 streamed query."""
    reaching: dict[tuple[object, ...], Service] = {}
    services = Service.objects.exclude(ends_on=F("starts_on")).order_by("starts_on", "id")
    for one in services.iterator(chunk_size=2000):
        alone = one.kind in ONE_AT_A_TIME
        key = (one.kind, one.place_id, one.grid_id, None if alone else one.party_id)
        held = reaching.get(key)
        if held is not None and (held.ends_on is None or one.starts_on < held.ends_on):
            yield Finding(
                "I1", f"{one.kind} of {one.place_id or one.grid_id}", f"is served twice from {one.starts_on}"
            )
        if held is None or (held.ends_on is not None and (one.ends_on is None or one.ends_on > held.ends_on)):
            reaching[key] = one


def _guests() -> Iterator[Finding]:
    """Posts are given to accounts that are at home here. 1 query."""
    rows = PartyPost.objects.exclude(account__home=current()).values_list("id", "account__username")
    for id, username in rows:
        yield Finding("tenancy", f"post {id}", f"account {username} is at home in another jurisdiction")
