"""What the demonstration shows of the memory of places: practices learned from what was closed, the same again at a spot, who maintains a lift."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from gezhi.cases import lists
from gezhi.cases import queries as cases
from gezhi.cases.lists import CaseFilter
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.build import Ready
from gezhi.flows.demonstration.play import Deed
from gezhi.flows.practices import learn, may_learn
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.flows.route import advance_and_route
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import upkeep
from gezhi.places import queries as places
from gezhi.reports.intake import Intake
from gezhi.reports.kinds import Channel

DESK = "chen"
MOST, LOOKED_AT = 3, 300


def deeds(ready: Ready) -> Iterator[Deed]:
    """All of it, before now."""
    told = bank.channels()["practices"]
    at = ready.now - timedelta(hours=told["hours"])
    yield Deed(at, partial(_remember, ready, told, at), moves_others=True)


def _remember(ready: Ready, told: dict[str, Any], at: datetime) -> None:
    actor, texts = ready.people[DESK], told["texts"]
    leaves = {catalogue.by_code(code).id: text for code, text in texts.items()}
    wanted = CaseFilter(states=("closed",), category_ids=tuple(leaves))
    closed = list(lists.newest(wanted, before=None, actor=actor)[:LOOKED_AT])
    done: set[Any] = set()
    for case in closed:
        if (
            case.category_id is None
            or case.category_id in done
            or not may_learn(case, cases.roles(case, actor=actor))
        ):
            continue
        learn(case.id, leaves[case.category_id], actor=actor, at=at)
        done.add(case.category_id)
        if catalogue.category(case.category_id).code == told["again"]["category"]:
            _again(ready, case.place_id, told["again"], at)
        if len(done) == MOST:
            break
    _lift(ready, told["lift"], at)


def _again(ready: Ready, place_id: Any, told: dict[str, Any], at: datetime) -> None:
    """Somebody rings up: the same at the same spot."""
    actor, place = ready.people[DESK], places.by_ids([place_id])[place_id]
    category = catalogue.by_code(told["category"]).id
    intake = Intake(
        Channel.PHONE.value, text=told["text"], place=place.id, place_path=place.path, category=category
    )
    received = receive_report(Voice(intake, place), actor=actor, at=at)
    case = cases.of_report(received.report_id)
    advance_and_route(case.id, Move("accept"), actor=actor, at=at)


def _lift(ready: Ready, told: dict[str, Any], at: datetime) -> None:
    """Who owns the lifts of a building, and who maintains them."""
    place = ready.names.places.get(told["place"])
    for lift in places.fixtures(place) if place else ():
        upkeep.keep(
            lift.id,
            upkeep.MAINTAINER,
            party=None,
            name=told["firm"],
            phone=told["phone"],
            actor=SYSTEM,
            at=at,
        )
