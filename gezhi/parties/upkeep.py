"""Who owns a fixture, and who maintains it, with the phone to ring. Journalled under the fixture."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.private import phone_key
from gezhi.kernel.refusal import Invalid, Missing
from gezhi.kernel.text import BadText, clean_name
from gezhi.parties import policy
from gezhi.parties.actions import hold
from gezhi.parties.models import Upkeep

OWNER, MAINTAINER = "owner", "maintainer"
KINDS: Final = (OWNER, MAINTAINER)
SIGNS: Final = 60


class UpkeepRow(NamedTuple):
    """Who it is as values. party_id: None for a firm that is no party here."""

    kind: str
    party_id: UUID | None
    name: str
    phone: str


@transaction.atomic
def keep(
    fixture_id: UUID,
    kind: str,
    *,
    party: UUID | None,
    name: str = "",
    phone: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """From now on this party, or this firm, owns or maintains it; with none of both nobody is known any more. The fixture is there: the caller's to ask.

    Raises NotYours, NotFound (party), Missing("name", "phone"), Invalid("name", code; "phone", "not_a_phone"); ValueError for another kind.
    """
    policy.keeps_parties(actor)
    if kind not in KINDS:
        raise ValueError(f"no kind of upkeep: {kind!r}")
    firm, number = ("", "") if party else _firm(name, phone)
    if party:
        hold(party)
    row: Upkeep | None = (
        Upkeep.objects.select_for_update(no_key=True).filter(fixture_id=fixture_id, kind=kind).first()
    )
    before = _shown(row)
    if before == (party, firm, number):
        return
    if row is None:
        row = Upkeep(fixture_id=fixture_id, kind=kind, party_id=party, name=firm, phone=number)
        row.save(force_insert=True)
    elif party or firm:
        row.party_id, row.name, row.phone = party, firm, number
        row.save(update_fields=["party", "name", "phone"])
    else:
        Upkeep.objects.filter(id=row.id).delete()
        row = None
    after = _shown(row)
    # a firm's name and phone are an organisation's, and stand beside the chain all the same
    if before != after:
        words = {"firm": f"{firm} {number}".strip()} if firm else {}
        deed = Deed(
            "fixture", fixture_id, f"upkeep_{kind}", {"party": before[0]}, {"party": after[0]}, words=words
        )
        record(deed, actor=actor, at=at)


def _firm(name: str, phone: str) -> tuple[str, str]:
    try:
        firm = clean_name(name, SIGNS)
    except BadText as bad:
        raise Invalid("name", bad.code, **bad.details) from bad
    if not firm and not phone.strip():
        return "", ""
    if not firm or not phone.strip():
        raise Missing({"phone" if firm else "name"})
    number = phone_key(phone)
    if number is None:
        raise Invalid("phone", "not_a_phone")
    return firm, number


def _shown(row: Upkeep | None) -> tuple[UUID | None, str, str]:
    return (row.party_id, row.name, row.phone) if row else (None, "", "")


def of(fixture_id: UUID) -> dict[str, UpkeepRow]:
    """Who is known, by kind. 1 query."""
    rows: Any = Upkeep.objects.filter(fixture_id=fixture_id).select_related("party")
    return {
        row.kind: UpkeepRow(
            row.kind,
            row.party_id,
            row.party.name if row.party else row.name,
            row.party.standing_phone if row.party else row.phone,
        )
        for row in rows
    }
