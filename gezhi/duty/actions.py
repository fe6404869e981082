"""Keep rosters: every change in one transaction, journalled under the shift (kind "shift").

Names stand in the journal only as erasable words, phones of a shift not at all.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.duty import policy
from gezhi.duty.models import HandOver, Shift
from gezhi.duty.queries import on_roster
from gezhi.duty.rotation import LONGEST, Planned, Span, overlaps
from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.ids import CASE_NUMBER
from gezhi.kernel.private import PHONE_LIMIT
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, Stale
from gezhi.kernel.text import BadText, clean, clean_name
from gezhi.parties.actions import hold
from gezhi.parties.queries import account_names

NOTES_LIMIT = 2000
MOST_NUMBERS = 200


class OnDuty(NamedTuple):
    """Who is on a shift. account_id None: a colleague without a log-in. phone "" = the party's standing phone."""

    name: str
    phone: str = ""
    account_id: UUID | None = None


def plan_shift(
    party_id: UUID, person: OnDuty, starts_at: datetime, ends_at: datetime, *, actor: Actor, at: datetime
) -> UUID:
    """Put somebody on a roster; returns the shift's id. Refused as in plan_shifts."""
    return plan_shifts(party_id, [Planned(person, starts_at, ends_at)], actor=actor, at=at)[0]


@transaction.atomic
def plan_shifts(
    party_id: UUID, planned: Sequence[Planned[OnDuty]], *, actor: Actor, at: datetime
) -> list[UUID]:
    """Put people on a roster, all or none; returns the shifts' ids in order. Moments are aware.

    Raises Invalid: ends_at (not_after_start, longer_than_a_day), starts_at (overlaps another shift of the party),
    name, party (closed); NotYours, NotFound.
    """
    policy.plans(actor, party_id)
    if hold(party_id).closed_on is not None:
        raise Invalid("party", "closed")
    if not planned:
        return []
    rows = [_row(party_id, one) for one in planned]
    accounts = {row.account_id for row in rows if row.account_id is not None}
    if accounts - set(account_names(accounts)):
        raise Invalid("account", "unknown")
    _refuse_overlap(party_id, rows)
    Shift.objects.bulk_create(rows)
    record(*(_planned(row) for row in rows), actor=actor, at=at)
    return [row.id for row in rows]


@transaction.atomic
def drop_shift(shift_id: UUID, *, actor: Actor, at: datetime) -> None:
    """Take a shift off the roster; one that has begun ends now, one that is over, or whose person took the sheet already, stays.

    Raises NotFromHere (shift_is_over, sheet_taken), NotYours, NotFound.
    """
    shift = _held(shift_id)
    policy.plans(actor, shift.party_id)
    if shift.ends_at <= at:
        raise NotFromHere("shift_is_over")
    if shift.starts_at < at:
        before = {"ends_at": shift.ends_at}
        shift.ends_at = at
        shift.save(update_fields=["ends_at"])
        record(Deed("shift", shift.id, "cut_shift", before, {"ends_at": at}), actor=actor, at=at)
        return
    if HandOver.objects.filter(shift_to=shift.id, taken_at__isnull=False).exists():
        raise NotFromHere("sheet_taken")
    deed = Deed("shift", shift.id, "drop_shift", {"starts_at": shift.starts_at, "ends_at": shift.ends_at})
    record(deed, actor=actor, at=at)
    HandOver.objects.filter(shift_to=shift.id, taken_at=None).update(shift_to=None)
    shift.dropped_at = at
    shift.save(update_fields=["dropped_at"])


@transaction.atomic
def swap(shift_id: UUID, other_id: UUID, seen: str, *, actor: Actor, at: datetime) -> tuple[Shift, Shift]:
    """Two people of one party change places; both shifts lie ahead.

    seen: the name that was read on the first shift; the same form twice would change them back.
    Raises Invalid("other", "another_party"), NotFromHere, NotYours, Stale.
    """
    one, other = (_held(id) for id in sorted((shift_id, other_id)))
    policy.plans(actor, one.party_id)
    if seen != (one if one.id == shift_id else other).name:
        raise Stale()
    if one.party_id != other.party_id or one.id == other.id:
        raise Invalid("other", "another_party" if one.id != other.id else "the_same_shift")
    if min(one.starts_at, other.starts_at) < at:
        raise NotFromHere("shift_has_begun")
    before = (one.account_id, other.account_id)
    for field in ("account_id", "name", "phone"):
        mine, theirs = getattr(one, field), getattr(other, field)
        setattr(one, field, theirs)
        setattr(other, field, mine)
    deeds = []
    for shift, partner, account in ((one, other, before[0]), (other, one, before[1])):
        shift.save(update_fields=["account", "name", "phone"])
        after = {"account": shift.account_id, "with": partner.id}
        deeds.append(Deed("shift", shift.id, "swap", {"account": account}, after, {"name": shift.name}))
    record(*deeds, actor=actor, at=at)
    return one, other


@transaction.atomic
def hand_over(shift_id: UUID, notes: str, open_numbers: Sequence[str], *, actor: Actor, at: datetime) -> UUID:
    """Who leaves writes the sheet for who comes; returns its id. open_numbers: case numbers that are still open.

    Raises NotYours (only the person of the shift), NotFromHere (not_begun, handed_over), Invalid(open_numbers, notes).
    """
    shift = _held(shift_id)
    giver = policy.gives(actor, shift)
    if shift.starts_at > at:
        raise NotFromHere("not_begun")
    if HandOver.objects.filter(shift_from=shift.id).exists():
        raise NotFromHere("handed_over")
    numbers = list(dict.fromkeys(open_numbers))
    if len(numbers) > MOST_NUMBERS or not all(CASE_NUMBER.match(number) for number in numbers):
        raise Invalid("open_numbers", "not_case_numbers")
    words = _clean_notes(notes)
    coming = on_roster(party=shift.party_id, starts_at__gte=shift.ends_at).order_by("starts_at").first()
    sheet: HandOver = HandOver.objects.create(
        shift_from=shift, shift_to=coming, notes=words, open_numbers=numbers, given_by_id=giver, given_at=at
    )
    after = {"sheet": sheet.id, "to": coming and coming.id, "open_numbers": numbers}
    record(Deed("shift", shift.id, "hand_over", after=after, words={"notes": words}), actor=actor, at=at)
    return sheet.id


@transaction.atomic
def confirm_hand_over(handover_id: UUID, *, actor: Actor, at: datetime) -> HandOver:
    """Who comes confirms the sheet; only then is the leaving shift relieved.

    The giver's own yes counts only when the next shift is his too. Raises NotYours, NotFromHere (taken), NotFound.
    """
    rows = HandOver.objects.select_for_update(no_key=True, of=("self",))
    sheet: HandOver | None = rows.select_related("shift_from", "shift_to").filter(id=handover_id).first()
    if sheet is None or not policy.reads(actor, sheet):
        raise NotFound(sheet=str(handover_id))
    if sheet.shift_to is None:
        later = on_roster(party=sheet.shift_from.party_id, starts_at__gte=sheet.shift_from.ends_at)
        sheet.shift_to = later.order_by("starts_at").first()
    taker = policy.takes(actor, sheet)
    if sheet.taken_at is not None:
        raise NotFromHere("taken")
    sheet.taken_by_id, sheet.taken_at = taker, at
    sheet.save(update_fields=["taken_by", "taken_at", "shift_to"])
    left = _held(sheet.shift_from_id)
    left.relieved_by = sheet.shift_to
    left.save(update_fields=["relieved_by"])
    after = {"sheet": sheet.id, "relieved_by": sheet.shift_to_id}
    record(Deed("shift", left.id, "confirm_hand_over", after=after), actor=actor, at=at)
    return sheet


def _held(shift_id: UUID) -> Shift:
    found = on_roster(id=shift_id).select_for_update(no_key=True).first()
    if found is None:
        raise NotFound(shift=str(shift_id))
    return found


def _row(party_id: UUID, planned: Planned[OnDuty]) -> Shift:
    starts_at, ends_at, person = planned.starts_at, planned.ends_at, planned.person
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        raise ValueError("a shift has aware moments")
    if ends_at <= starts_at:
        raise Invalid("ends_at", "not_after_start")
    if ends_at - starts_at > LONGEST:
        raise Invalid("ends_at", "longer_than_a_day")
    return Shift(
        party_id=party_id,
        account_id=person.account_id,
        name=_clean_name(person.name),
        phone=person.phone.strip()[:PHONE_LIMIT],
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _refuse_overlap(party_id: UUID, rows: Sequence[Shift]) -> None:
    """One statement for any number of rows; the party's lock makes it exact."""
    first, last = min(row.starts_at for row in rows), max(row.ends_at for row in rows)
    standing = on_roster(party=party_id, starts_at__lt=last, ends_at__gt=first)
    spans = [Span(*values) for values in standing.values_list("starts_at", "ends_at")]
    clashes = overlaps([*spans, *(Span(row.starts_at, row.ends_at) for row in rows)])
    if clashes:
        raise Invalid("starts_at", "overlaps", at=clashes[0][1].starts_at)


def _planned(row: Shift) -> Deed:
    after = {
        "party": row.party_id,
        "account": row.account_id,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
    }
    return Deed("shift", row.id, "plan_shift", after=after, words={"name": row.name}, is_first=True)


def _clean_name(text: str) -> str:
    try:
        name = clean_name(text)
    except BadText as bad:
        raise Invalid("name", bad.code) from bad
    if not name:
        raise Invalid("name", "empty")
    return name


def _clean_notes(text: str) -> str:
    try:
        return clean(text, NOTES_LIMIT)
    except BadText as bad:
        raise Invalid("notes", bad.code) from bad
