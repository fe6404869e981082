"""Cases as a person's program sees and moves them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from gezhi.cases import paged
from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role, reads_full_words
from gezhi.cases.lists import ROUNDS, CaseFilter
from gezhi.catalogue import queries as catalogue
from gezhi.flows.route import advance_and_route
from gezhi.insight.search.finding import look_for
from gezhi.kernel.refusal import Invalid, Missing, NotFromHere, Stale
from gezhi.parties import queries as parties
from gezhi.parties.days import midnight
from gezhi.parties.tokens import Scope
from gezhi.places import queries as places
from gezhi.reports import queries as reports
from gezhi.web import times
from gezhi.web.api.answering import refused
from gezhi.web.api.bringing import lacking, move_of, offered
from gezhi.web.api.describing import described
from gezhi.web.api.door import JSON, Door
from gezhi.web.api.shapes import CaseOut, CasePage, EventIn
from gezhi.web.api.wanted import CasesWanted
from gezhi.web.asked import Asked
from gezhi.web.links import link
from gezhi.web.naming import cursor_of, id_after, place_named

if TYPE_CHECKING:
    from gezhi.cases.models import Case

MOST_REPORTS = 20  # of a case in one answer, the first ones
OFFICE = "office"  # the calendar by which "soon" is judged
LARGE = 1600  # pixels of a picture's longest side
router = Router()


@router.get(
    "cases",
    auth=Door(scope=Scope.CASES_READ, asks=CasesWanted),
    response=CasePage,
    url_name="cases",
    **described("list_cases", 400, 401, 403, 422, 429, closed=True),
)
def list_cases(request: Asked, wanted: Query[CasesWanted]) -> dict[str, Any]:
    """Cases that the person may see, newest first, by the filters of the desk's list. 3 queries, 2 more with a filter, 1 more with a place to look
    below, 3 more with words; tokens and posts apart.
    """
    items, has_more = paged.newest(
        _filter(wanted),
        before=id_after(wanted.cursor),
        size=wanted.limit,
        actor=request.actor,
        at=request.now,
        soon=times.soon(request.now, catalogue.calendar(OFFICE)),
    )
    return {"items": _rows(items), "next": cursor_of(items[-1].id) if has_more else None}


@router.get(
    "cases/{number}",
    auth=Door(scope=Scope.CASES_READ),
    response=CaseOut,
    url_name="case",
    **described("read_case", 401, 403, 404, 422, 429, closed=True),
)
def read_case(request: Asked, number: str) -> dict[str, Any]:
    """One case with what the person may do with it now, and what each move must bring."""
    return _whole(cases.by_number(number, actor=request.actor), request)


@router.post(
    "cases/{number}/events",
    auth=Door(scope=Scope.CASES_WRITE, body=JSON),
    response=CaseOut,
    url_name="case_events",
    **described("move_case", 400, 401, 403, 404, 409, 413, 415, 422, 429, closed=True),
)
def move_case(request: Asked, number: str, body: EventIn) -> Any:
    """Make a move on the version that was looked at. Whoever is late gets 409 with the fresh state and version."""
    case = cases.by_number(number, actor=request.actor)
    try:
        move = move_of(body, case, actor=request.actor)
        moved = advance_and_route(case.id, move, actor=request.actor, at=request.now)
    except (Stale, NotFromHere) as late:
        return _late(request, number, late)
    except Missing as missing:
        return refused(request, missing, needs=lacking(missing.facts))
    return _whole(moved, request)


def _late(request: Asked, number: str, late: Stale | NotFromHere) -> HttpResponse:
    fresh = cases.by_number(number, actor=request.actor)
    return refused(request, late, state=fresh.state, version=fresh.version)


def _filter(wanted: CasesWanted) -> CaseFilter:
    found = catalogue.covered_by(wanted.category) if wanted.category is not None else ()
    if wanted.category is not None and not found:
        raise Invalid("category", "unknown")
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise Invalid("until", "before_since")
    sought = look_for(wanted.q or "")
    return CaseFilter(
        states=tuple(dict.fromkeys(wanted.state.split("."))) if wanted.state else (),
        place_path=place_named(wanted.place).path if wanted.place is not None else "",
        category_ids=found,
        party=wanted.party,
        clock=wanted.clock or "",
        channel=wanted.channel or "",
        level=wanted.level or "",
        rounds=ROUNDS[wanted.round] if wanted.round else None,
        since=midnight(wanted.since) if wanted.since else None,
        until=midnight(wanted.until + timedelta(days=1)) if wanted.until else None,
        holds=sought.holds if sought else None,
    )


def _rows(found: Sequence["Case"]) -> list[dict[str, Any]]:
    """2 queries for any number of them."""
    where = places.by_ids({one.place_id for one in found if one.place_id})
    who = parties.parties_by_ids({id for one in found for id in (one.lead_id, one.desk_id)})
    return [_row(one, where, who) for one in found]


def _row(
    case: "Case", where: dict[UUID, places.PlaceRow], who: dict[UUID, parties.PartyRow]
) -> dict[str, Any]:
    place = where.get(case.place_id) if case.place_id else None
    return {
        **{name: getattr(case, name) for name in ("number", "state", "version", "title", "level", "channel")},
        "category": catalogue.category(case.category_id).code if case.category_id else None,
        "place": {"code": place.code, "name": place.full_name} if place else None,
        "lead": {"id": case.lead_id, "name": who[case.lead_id].name},
        "desk": {"id": case.desk_id, "name": who[case.desk_id].name},
        **{name: getattr(case, name) for name in ("received_at", "due_at", "closed_at")},
        "ending": case.ending or None,
    }


def _whole(case: "Case", request: Asked) -> dict[str, Any]:
    """Its row with everything around it. At most 9 queries."""
    actor, at = request.actor, request.now
    offers = cases.offers_for(case, actor=actor, at=at)
    plain = (
        "round",
        "make_safe_due",
        "fix_due",
        "extension_until",
        "review_at",
        "meeting_at",
        "ending_reason",
    )
    joined = cases.numbers([case.joined_into_id], actor=actor) if case.joined_into_id else {}
    return {
        **_rows([case])[0],
        **{name: getattr(case, name) for name in plain},
        "joined_into": joined.get(case.joined_into_id) if case.joined_into_id else None,
        "reports": _reports(case, cases.roles(case, actor=actor)),
        "evidence": [
            {
                "id": one.evidence_id,
                "kind": one.kind,
                "round": one.round,
                "at": one.at,
                "url": request.build_absolute_uri(link(one.evidence_id, LARGE, at=at)),
            }
            for one in cases.shown(case)
        ],
        "parties": [
            {"id": one.id, "name": one.name}
            for one in parties.candidates(case.place_path, case.grid_id, at)
            if one.id != case.complained_of_id
        ],
        "offers": offered(offers, case),
    }


def _reports(case: "Case", roles: frozenset[Role]) -> list[dict[str, Any]]:
    """What was said: the desk reads it as said, whoever handles it the desk's wording where there is one. Never a phone number."""
    ids = cases.report_ids([case.id]).get(case.id, [])[:MOST_REPORTS]
    rows: Sequence[Any] = reports.for_desk(ids) if reads_full_words(roles) else reports.for_handlers(ids)
    return [{"text": one.text, "received_at": one.received_at, "channel": one.channel} for one in rows]
