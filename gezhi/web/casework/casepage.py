"""Everything the page of one case shows, gathered in a fixed number of queries. Templates ask nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gezhi.cases import beside, timing
from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Role, State
from gezhi.catalogue import queries as catalogue
from gezhi.duty import queries as duty
from gezhi.evidence import queries as evidence
from gezhi.flows.look_at_photo import may_look
from gezhi.kernel.actor import Actor
from gezhi.kernel.geo import Point
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.routing import queries as routing
from gezhi.web import times, words
from gezhi.web.casework import (
    alike,
    buttons,
    clocks,
    learned,
    lists,
    photos,
    spoken,
    timeline,
    visits,
)
from gezhi.web.routes import route

if TYPE_CHECKING:
    from gezhi.cases.models import Case

MOST_ALIKE = 3
TURN: Mapping[State, Any] = {  # whose turn it is where that party has done its part
    State.ASKED: gettext_lazy("上报人"),
    State.TO_CHECK: gettext_lazy("核查员，或%(desk)s"),
    State.TO_CONFIRM: gettext_lazy("上报人，或由%(desk)s回访"),
}


def context(case: "Case", *, actor: Actor, at: datetime) -> dict[str, Any]:
    """The template's context. About 25 queries, whatever the case has been through."""
    roles, ids = cases.roles(case, actor=actor), cases.report_ids([case.id]).get(case.id, [])
    steps, told = cases.timeline_and_reports(case, ids[: spoken.MOST_REPORTS], actor=actor)
    holdings, pauses = cases.holdings(steps), cases.pauses(case)
    known = parties.parties_by_ids(_party_ids(case, holdings, steps))
    names = parties.account_names(_account_ids(case, steps, pauses))
    shown = _shown(case)
    soon = lists.soon_at(at)
    clock = lists.clock_of(case, known, at=at, soon=soon)
    said = spoken.of_reports(ids, told, roles, at)
    unheard_until = _unheard_until(case, said, at)
    place = places.by_ids([case.place_id]).get(case.place_id) if case.place_id else None
    where = _where(place)
    if may_look(roles):
        _hint(said, where.get("point"))
    return {
        "case": case,
        "row": lists.row(case, place, known, names, clock, at=at),
        "clock": clock,
        "danger": _danger(case, said),
        "where": where,
        "what": _what(case),
        "said": said,
        "unheard_until": unheard_until,
        "holder": _holder(case, known, names, at, is_unheard=bool(unheard_until)),
        "clocks": clocks.clocks(case, known, at, soon),
        "pauses": _pauses(pauses, names, at),
        "visit": visits.visit(case, steps, holdings, known, at),
        "segments": timeline.segments(holdings, known, state=clock.state, at=at),
        "timeline": timeline.items(
            steps, names, known, _by_moment(shown), routing.names(_rule_ids(steps)), at
        ),
        "rounds": _rounds(shown),
        "related": _related(case, actor),
        "may_look": may_look(roles),
        "alike": _alike(case, actor, at) if Role.DESK in roles else {},
        "thing": learned.thing(where, steps),
        **learned.context(case, where, roles, steps, at),
        **buttons.offered(case, actor, at, clock, is_unheard=bool(unheard_until)),
    }


def _danger(case: "Case", said: Mapping[str, Any]) -> str:
    """What is feared of its words, the long ones too; "" once somebody has looked."""
    return lists.danger_of(case, "\n".join(str(one.get("text", "")) for one in said["reports"]))


def _party_ids(case: "Case", holdings: Sequence[Any], steps: Sequence[Any]) -> set[UUID]:
    ids = {case.lead_id, case.desk_id, case.escalated_to_id, case.complained_of_id}
    ids |= {held.party_id for held in holdings}
    ids |= {UUID(id) for step in steps if (id := step.entry.after.get("escalated_to_id"))}
    return {id for id in ids if id}


def _account_ids(case: "Case", steps: Sequence[Any], pauses: Sequence[Any]) -> set[UUID]:
    ids = {case.handler_id, case.checker_id, case.escalated_person_id} | {one.approver_id for one in pauses}
    people = ("escalated_person_id", "handler_id")
    ids |= {UUID(id) for step in steps for name in people if (id := step.entry.after.get(name))}
    ids |= {step.entry.actor_id for step in steps if step.entry.actor_kind == "account"}
    return {id for id in ids if id}


def _rule_ids(steps: Sequence[Any]) -> set[UUID]:
    return {UUID(id) for step in steps if (id := step.entry.after.get("rule"))}


def _where(place: places.PlaceRow | None) -> dict[str, Any]:
    if place is None:
        return {}
    grid = places.grid(place.grid_id).name if place.grid_id else ""
    return {
        "name": place.full_name,
        "kind": place.kind,
        "code": place.code,
        "number": place.number,
        "grid": grid,
        "url": route("desk:place", place.code),
        "fixtures": places.fixtures_around(place.path),
        "invented": place.invented,
        "point": Point(place.lon, place.lat) if place.lon is not None and place.lat is not None else None,
    }


def _hint(said: dict[str, Any], here: Point | None) -> None:
    """Beside the reports, for the desk: how far from here their photos were taken, and which were seen elsewhere. 3 queries with photos."""
    shown = [(report, one) for report in said["reports"] for one in report["photos"]]
    seen = evidence.seen_elsewhere(one.id for _, one in shown)
    for report, one in shown:
        if one.spot and here and "far" not in report:
            report["far"] = photos.far(one.spot, here)
        report["seen"] = report.get("seen") or one.id in seen


def _what(case: "Case") -> dict[str, Any]:
    """Category, opening condition with both limits, and what closes it."""
    if case.category_id is None:
        return {}
    language = get_language() or ""
    category, proof = catalogue.category(case.category_id), catalogue.proof(case.category_id)
    condition = catalogue.condition(case.condition_id) if case.condition_id else None
    return {
        "category": category.label(language),
        "dangerous": category.dangerous,
        "complaint": category.complains_of_party,
        "condition": condition.label(language) if condition else "",
        "first_action": condition.first_action(language) if condition else "",
        "proposed": bool(condition and condition.fix.proposed),
        "proof": proof.sentence(language),
        "kinds": [words.of(words.PROOFS, kind) for kind in proof.kinds],
        "chain": category.chain_text,
    }


def _holder(
    case: "Case", known: dict[UUID, Any], names: dict[UUID, str], at: datetime, *, is_unheard: bool
) -> dict[str, Any]:
    """Which party is accountable and who answers the phone there at this moment; whose turn it is when not that party's."""
    answering = duty.answering_at(known[case.lead_id], at)
    is_above = cases.is_escalated(case)
    above = lists.known_of(known, case.escalated_to_id) if is_above else None
    is_own = case.escalated_to_id == timing.acting_party(case)
    return {
        "party": answering.party_name,
        "url": route("desk:party", case.lead_id),
        "person": lists.known_of(names, case.handler_id),
        "checker": lists.known_of(names, case.checker_id),
        "answers": "" if answering.is_standing else answering.name,
        "phone": answering.phone,
        "since": times.between(case.entered_at, at),
        "level": words.of(words.LEVELS, case.level),
        "escalated_to": " · ".join(
            filter(None, (above.name if above else "", lists.known_of(names, case.escalated_person_id)))
        ),
        "is_reminded": is_own and not is_above and case.closed_at is None,
        "complained_of": known[case.complained_of_id].name
        if case.category_id and case.complained_of_id in known
        else "",
        "is_at_work": case.state in buttons.IS_WORKED_ON,
        "turn": lists.turn(case, known) if is_unheard else _turn(case, known),
        "next": _("在进度页确认") if is_unheard else words.of(words.NEXT, case.state),
    }


def _turn(case: "Case", known: dict[UUID, Any]) -> str:
    """Who must act, where it is not the accountable party; an objection is the desk's to look into."""
    desk = known[case.desk_id].name
    if case.state == State.TO_CONFIRM and case.has_objection:
        return str(desk)
    return str(TURN.get(State(case.state), "")) % {"desk": desk}


def _pauses(pauses: Sequence[Any], names: dict[UUID, str], at: datetime) -> dict[str, Any]:
    total = sum((((one.ended_at or at) - one.started_at) for one in pauses), timedelta())
    rows = [
        {
            "reason": one.reason,
            "approver": names.get(one.approver_id, ""),
            "from": times.moment(one.started_at, at),
            "to": times.moment(one.ended_at, at),
            "span": times.between(one.started_at, one.ended_at or at),
        }
        for one in pauses
    ]
    return {"rows": rows, "total": times.span(total.total_seconds() / 60)} if rows else {}


def _shown(case: "Case") -> list[tuple[Any, photos.Picture]]:
    rows = cases.shown(case)
    found = evidence.by_ids({row.evidence_id for row in rows}) if rows else {}
    return [
        (row, photos.picture(found[row.evidence_id], row.kind)) for row in rows if row.evidence_id in found
    ]


def _by_moment(shown: list[tuple[Any, photos.Picture]]) -> dict[datetime, list[photos.Picture]]:
    """Each picture once per moment, although it may count as two kinds."""
    found: dict[datetime, dict[UUID, photos.Picture]] = {}
    for row, one in shown:
        found.setdefault(row.at, {}).setdefault(one.id, one)
    return {at: list(pictures.values()) for at, pictures in found.items()}


def _rounds(shown: list[tuple[Any, photos.Picture]]) -> list[dict[str, Any]]:
    rounds: dict[int, dict[UUID, photos.Picture]] = {}
    for row, one in shown:
        rounds.setdefault(row.round, {}).setdefault(one.id, one)
    return [
        {"round": number, "photos": [one for one in pictures.values() if one.is_ready]}
        for number, pictures in sorted(rounds.items())
    ]


def _related(case: "Case", actor: Actor) -> list[dict[str, Any]]:
    labels = {
        "joined_into": _("已并入"),
        "came_back_from": _("同一处此前办过"),
        "joined_here": _("并入本件"),
        "came_back_as": _("之后又发生"),
        "split_from": _("从哪件分出"),
        "split_here": _("分出的另一件"),
    }
    return [
        {
            "label": labels[relation],
            "url": route("desk:case", other.number),
            "number": other.number,
            "matter": lists.matter(other),
            "state": words.of(words.STATES, other.state),
        }
        for relation, other in beside.related(case, actor=actor)
    ]


def _alike(case: "Case", actor: Actor, at: datetime) -> dict[str, Any]:
    """For whoever decides about a fresh voice: open cases it may be the same as, one press to join; what was solved here before."""
    if case.state != State.REPORTED:
        return {}
    return {
        "open": alike.to_join(case, actor, at, limit=MOST_ALIKE),
        "solved": [
            {
                "url": route("desk:case", one.number),
                "number": one.number,
                "matter": lists.matter(one),
                "day": times.short_day(one.closed_at, at),
            }
            for one in cases.solved_before(case, actor=actor, at=at)
        ],
    }


def _unheard_until(case: "Case", said: Mapping[str, Any], at: datetime) -> str:
    """When the silence counts as an answer of a reporter who is asked on his own page only; "" where he can be rung up."""
    is_asked = case.state == State.TO_CONFIRM and not case.has_objection
    if not is_asked or any(report["has_contact"] for report in said["reports"]):
        return ""
    return times.moment(case.due_at, at)
