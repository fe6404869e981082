"""What will happen to each of the chosen cases, and to which nothing can be done and why. Nothing is written here."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.cases.bulk import judging
from gezhi.cases.bulk.kinds import MOST, BulkDeed
from gezhi.cases.lifecycle import State
from gezhi.flows import bulk
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import NotFound, NotYours, Refusal
from gezhi.parties import queries as parties
from gezhi.parties.kinds import PartyKind
from gezhi.routing.queries import Routed
from gezhi.web import refusals
from gezhi.web.asked import Asked
from gezhi.web.casework import lists
from gezhi.web.desk.bulk import exporting, wording
from gezhi.web.desk.bulk.choosing import Chosen, chosen, short
from gezhi.web.kept import fresh_key
from gezhi.web.staff import staff_required, uuid_or_none

if TYPE_CHECKING:
    from gezhi.cases.models import Case

DESK = (Duty.CLERK, Duty.OFFICER)
WORKED_ON = frozenset({State.DISPATCHED, State.IN_HAND})  # else nobody is there to be urged by a desk


@dataclass(frozen=True, slots=True)
class Said:
    """What was said beside the choice. to: one party for all; into: the case to join; note, error: of a form that came back."""

    to: UUID | None = None
    into: str = ""
    note: str = ""
    error: str = ""


@require_GET
@staff_required
def preview(request: Asked) -> HttpResponse:
    """One page for all five; the last asks for nothing but the ledger."""
    deed = request.GET.get("deed", "")
    if deed == wording.EXPORT:
        return exporting.page(request, chosen(request))
    if deed not in BulkDeed.values:
        raise NotFound("deed")
    if not request.actor.has(*DESK):
        raise NotYours(deed="bulk")
    said = Said(to=uuid_or_none(request.GET.get("to", "")), into=request.GET.get("into", ""))
    return page(request, BulkDeed(deed), chosen(request), said)


def page(request: Asked, deed: BulkDeed, found: Chosen, said: Said, *, status: int = 200) -> HttpResponse:
    """The preview of this deed on these cases, as they stand now."""
    into = _into(found.cases, said.into) if deed == BulkDeed.JOIN else None
    others = [one for one in found.cases if into is None or one.id != into.id]
    to, reasons = _parties(others, deed, said, request)
    refused = judging.refused(
        others,
        deed,
        parties={id: one.id for id, one in to.items()},
        into=into,
        actor=request.actor,
        at=request.now,
    )
    rows = _rows(request, others, deed, to, reasons, into, refused)
    context = {
        "heading": wording.TITLES[deed],
        "deed": deed.value,
        "short": wording.SHORT[deed],
        "can": [one for one in rows if not one["cannot"]],
        "cannot": [one for one in rows if one["cannot"]],
        "chosen": found,
        "most": MOST,
        "into": into and {"number": into.number, "short": short(into.number), "row": _row_of(into, request)},
        "targets": _targets(found.cases, into, request) if deed == BulkDeed.JOIN else (),
        "party_groups": _groups(found.cases, request.now) if deed == BulkDeed.DISPATCH else (),
        "to": str(said.to or ""),
        "key": fresh_key(),
        "note": said.note,
        "error": said.error,
        "after": wording.AFTER[deed],
    }
    return render(request, "desk/bulk/preview.html", context, status=status)


def _parties(
    cases: Sequence["Case"], deed: BulkDeed, said: Said, request: Asked
) -> tuple[Mapping[UUID, parties.PartyRow], Mapping[UUID, str]]:
    """To whom each would go (or who has it), and why there."""
    if deed == BulkDeed.URGE:
        known = parties.parties_by_ids({one.lead_id for one in cases})
        return {one.id: known[one.lead_id] for one in cases if one.lead_id in known}, {}
    if deed == BulkDeed.ACCEPT:
        return _known_by(bulk.sent_on(cases, request.now))
    if deed != BulkDeed.DISPATCH:
        return {}, {}
    if (party := parties.parties_by_ids({said.to}).get(said.to) if said.to else None) is not None:
        return {one.id: party for one in cases}, {}
    return _known_by(bulk.proposed(cases, request.now))


def _known_by(
    proposed: Mapping[UUID, Routed],
) -> tuple[Mapping[UUID, parties.PartyRow], Mapping[UUID, str]]:
    """To whom, and why there, of those for whom there is somebody."""
    because = {}
    named = {id: one.party for id, one in proposed.items() if one.party}
    for id in named:
        match = proposed[id].match
        because[id] = _("规则“%(rule)s”") % {"rule": match.rule.name} if match else _("按类别的“由谁办”")
    return named, because


def _rows(
    request: Asked,
    cases: Sequence["Case"],
    deed: BulkDeed,
    to: Mapping[UUID, parties.PartyRow],
    reasons: Mapping[UUID, str],
    into: "Case | None",
    refused: Mapping[UUID, Refusal],
) -> list[dict[str, Any]]:
    found = []
    for case, row in zip(cases, lists.rows(cases, at=request.now), strict=True):
        party = to.get(case.id)
        sent_to = party.id if party and deed == BulkDeed.DISPATCH else ""
        found.append(
            {
                "row": row,
                "value": f"{short(case.number)}:{case.version}:{sent_to}",
                "will": _will(deed, party, into),
                "because": reasons.get(case.id, ""),
                "is_elsewhere": into is not None and into.place_id != case.place_id,
                "cannot": _cannot(refused[case.id], row, deed) if case.id in refused else "",
            }
        )
    return found


def _will(deed: BulkDeed, party: parties.PartyRow | None, into: "Case | None") -> str:
    if deed == BulkDeed.JOIN:
        return _("并入 %(number)s") % {"number": short(into.number)} if into else ""
    if deed == BulkDeed.ACCEPT:
        return _("受理，派给%(party)s") % {"party": party.name} if party else _("受理，留在本席")
    if party is None:
        return ""
    text = _("派给%(party)s") if deed == BulkDeed.DISPATCH else _("催%(party)s")
    return text % {"party": party.name}


def _cannot(refusal: Refusal, row: lists.Row, deed: BulkDeed) -> str:
    code = judging.why(refusal)
    if code == "not_from_here" or (
        deed == BulkDeed.URGE and code == "not_yours" and row.state not in WORKED_ON
    ):
        said = {"state": row.state_label, "deed": wording.SHORT[deed]}
        return _("现在是“%(state)s”，不能%(deed)s") % said
    return refusals.sentence(refusal) if code == "urge.too_soon" else wording.why(code)


def _into(cases: Sequence["Case"], typed: str) -> "Case | None":
    """The case that the others join: as chosen, else the one that came first of those that are open."""
    there = [one for one in cases if one.closed_at is None]
    first = min(there, key=lambda one: (one.received_at, one.number), default=None)
    return next((one for one in there if short(one.number) == typed), first)


def _targets(cases: Sequence["Case"], into: "Case | None", request: Asked) -> list[dict[str, Any]]:
    there = [one for one in cases if one.closed_at is None]
    rows = lists.rows(there, at=request.now)
    return [
        {"value": row.short, "label": f"{row.short} {row.spot} {row.matter}", "is_it": one is into}
        for one, row in zip(there, rows, strict=True)
    ]


def _row_of(case: "Case", request: Asked) -> lists.Row:
    return lists.rows([case], at=request.now)[0]


def _groups(cases: Sequence["Case"], at: datetime) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every party that is open: first who serves the places of these cases, most of them first, then the rest by kind. 2 queries for 500 cases."""
    serves = parties.candidates_of([(one.place_path, one.grid_id) for one in cases], at)
    near = Counter(party for found in serves for party in found)
    rest = [one for one in parties.parties() if one not in near]
    groups: list[tuple[str, list[parties.PartyRow]]] = [
        (_("服务这些地点的单位"), [party for party, _count in near.most_common()]),
        *((str(kind.label), [one for one in rest if one.kind == kind]) for kind in PartyKind),
    ]
    return [(name, [(str(one.id), one.name) for one in found]) for name, found in groups if found]
