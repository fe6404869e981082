"""Moves by a program: who may, who is late, what a body brings, and that each offer can be taken up here."""

import threading
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from gezhi.cases import lifecycle
from gezhi.cases.lifecycle import ARROWS, Fact, Offer
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal.models import Entry
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import actions as parties
from gezhi.web.api import bringing
from gezhi.web.api.shapes import Event, EventIn
from tests.cast import Cast, done, photo, walk
from tests.web.api.conftest import Program, Programs, refusal, token

WORDS = {name for name in EventIn.model_fields if name not in {"event", "version"}}


@pytest.fixture
def case(cast: Cast, noon: datetime) -> Case:
    return cast.lin_reports(noon)


# ---- moves ----


@pytest.mark.django_db
def test_whoever_looked_at_an_older_version_is_told_the_fresh_one(
    cast: Cast, programs: Programs, case: Case, noon: datetime
) -> None:
    walk(case, (cast.chen, Move("accept")), at=noon)
    answer = programs(cast.chen).act(case.number, "decline", version=1, reason="不受理")
    assert refusal(answer) == (409, "stale")
    assert (answer.json()["state"], answer.json()["version"]) == ("opened", 2)
    again = programs(cast.chen).act(case.number, "accept")
    assert (refusal(again), again.json()["state"]) == ((409, "not_from_here"), "opened")


@pytest.mark.django_db
def test_what_lacks_is_named_by_the_member_that_would_bring_it(
    cast: Cast, programs: Programs, noon: datetime
) -> None:
    case = cast.lin_reports(noon, category=None)
    chen = programs(cast.chen)
    assert {"event": "accept", "needs": ["category"]} in chen.case(case.number)["offers"]
    answer = chen.act(case.number, "accept")
    assert (refusal(answer), answer.json()["facts"], answer.json()["needs"]) == (
        (422, "missing"),
        ["category"],
        ["category"],
    )
    assert chen.act(case.number, "accept", category="0501").json()["category"] == "0501"


@pytest.mark.django_db
def test_solved_on_the_spot_asks_for_the_plate_and_a_picture(
    cast: Cast, programs: Programs, case: Case, noon: datetime
) -> None:
    walk(case, (cast.chen, Move("accept")), at=noon)
    wei, plate = programs(cast.wei), cast.town.row(cast.town.stairwell).code
    assert {"event": "solve_on_spot", "needs": ["evidence", "place"]} in wei.case(case.number)["offers"]
    shown = [str(photo(noon))]
    elsewhere = wei.act(
        case.number, "solve_on_spot", evidence=shown, place=cast.town.row(cast.town.street_b).code
    )
    assert (refusal(elsewhere), elsewhere.json()["needs"]) == ((422, "missing"), ["place"])
    assert wei.act(case.number, "solve_on_spot", evidence=shown, place=plate).json()["state"] in {
        "closed",
        "to_check",
    }


MORE: tuple[tuple[dict[str, Any], str], ...] = (
    ({"state": "closed"}, "state"), ({"handler_id": str(uuid4())}, "handler_id"), ({"party": str(uuid4())}, "party"),
    ({"into": "371072-2026-0000001"}, "into"), ({"ending": "solved"}, "ending"), ({"until": "2026-03-09T12:00:00Z"}, "until"),
    ({"count": 3}, "count"), ({"evidence": [str(uuid4())]}, "evidence"), ({"version": "1"}, "version"), ({"version": True}, "version"),
    ({"version": 0}, "version"), ({"version": 1.5}, "version"), ({"event": "escalate"}, "event"), ({"event": "hand_over"}, "event"),
    ({"event": ["accept"]}, "event"), ({"note": "a\x00"}, "note"), ({"reason": "好" * 5001}, "reason"), ({"category": "9999"}, "category"),
    ({"until": 1_800_000_000}, "until"), ({"until": "2026-03-09"}, "until"), ({"until": "2026-03-09T12:00:00"}, "until"),
)  # fmt: skip


@pytest.mark.django_db
def test_a_body_that_says_more_or_otherwise_than_a_move_takes_changes_nothing(
    cast: Cast, programs: Programs, case: Case
) -> None:
    before, chen, accept = Case.objects.values().get(), programs(cast.chen), {"event": "accept", "version": 1}
    answers = [(more, chen.post(f"cases/{case.number}/events", accept | more)) for more, _field in MORE]
    assert [(more, answer.json().get("field")) for more, answer in answers] == list(MORE)
    assert {refusal(answer)[0] for _more, answer in answers} == {422}
    assert Case.objects.values().get() == before


@pytest.mark.django_db
def test_a_party_or_a_day_that_cannot_be_is_no_bug_of_ours(
    cast: Cast, programs: Programs, case: Case, noon: datetime
) -> None:
    closed = parties.add_party("utility", "旧单位", "old", "0631-0000109", actor=SYSTEM, at=noon)
    parties.close_party(closed, actor=SYSTEM, at=noon)
    chen, zhou = programs(cast.chen), programs(cast.zhou)
    chen.act(case.number, "accept")
    for party, code in ((uuid4(), "unknown"), (closed, "closed")):
        answer = chen.act(case.number, "dispatch", party=str(party))
        assert (refusal(answer), answer.json()["field"]) == ((422, code), "party")
    walk(case, (cast.chen, Move("dispatch", party=cast.property)), (cast.qian, Move("take")), at=noon)
    for until in (
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "2026-02-30T00:00:00Z",
        "2026-03-01T00:00:00Z",
    ):
        answer = zhou.act(case.number, "carry_forward", until=until, reason="等配件")
        assert (refusal(answer)[0], answer.json()["field"]) == (422, "until")


@pytest.mark.django_db
def test_twin_without_the_rows_of_members_a_move_would_take_what_it_does_not_use(
    cast: Cast, programs: Programs, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "taken", lambda event: frozenset(EventIn.model_fields))
    assert programs(cast.chen).act(case.number, "accept", count=3).status_code == 200


@pytest.mark.django_db
def test_a_case_joined_through_an_unseen_one_is_not_told_apart_from_none(
    cast: Cast, programs: Programs, case: Case, noon: datetime
) -> None:
    hidden = cast.lin_reports(noon, place=cast.town.street_b)
    chen = programs(cast.chen)
    for into in (hidden.number, "371072-2026-9999999", "x"):
        answer = chen.act(case.number, "join", into=into)
        assert (refusal(answer), answer.json()["field"]) == ((422, "unknown"), "into")


def test_every_need_of_every_arrow_is_a_member_of_the_body() -> None:
    known = {event.value for event in Event}
    facts = {fact for arrow in ARROWS if arrow.event in known for fact in arrow.needs} - {
        Fact.PROOF,
        Fact.VERDICT,
    }
    assert {bringing.BRINGS[fact] for fact in facts} <= WORDS
    assert known <= set(lifecycle.EVENTS)


@pytest.mark.django_db
def test_whatever_a_closing_proof_asks_can_be_brought(cast: Cast, programs: Programs, noon: datetime) -> None:
    qian, dispatch = programs(cast.qian), Move("dispatch", party=cast.property)
    ours = [one for one in catalogue.open_leaves() if not one.refer_out and not one.complains_of_party]
    for leaf in {catalogue.proof(one.id).kinds: one for one in ours}.values():
        case = cast.lin_reports(noon, category=leaf.id)
        walk(case, (cast.chen, Move("accept")), (cast.chen, dispatch), (cast.qian, Move("take")), at=noon)
        (offer,) = [one for one in qian.case(case.number)["offers"] if one["event"] == "done"]
        brought = {"evidence": [str(photo(noon))], "note": "换好了", "count": 3}
        answer = qian.act(case.number, "done", **{name: brought[name] for name in offer["needs"]})
        assert (answer.status_code, answer.json().get("state")) == (200, "to_check"), (
            leaf.code,
            answer.json(),
        )


@pytest.mark.django_db
def test_a_check_needs_words_and_a_failed_one_its_reason(
    cast: Cast, programs: Programs, case: Case, noon: datetime
) -> None:
    dispatch = Move("dispatch", party=cast.property)
    walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, dispatch),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        at=noon,
    )
    zhao = programs(cast.zhao)
    offers = {one["event"]: one["needs"] for one in zhao.case(case.number)["offers"]}
    assert (offers["pass_check"], offers["fail_check"]) == (["note"], ["reason"])
    assert refusal(zhao.act(case.number, "pass_check")) == (422, "missing")
    assert zhao.act(case.number, "fail_check", reason="还是碎的").json()["state"] == "in_hand"


@pytest.mark.django_db
def test_offers_of_the_house_alone_are_not_shown_to_programs(case: Case) -> None:
    found = bringing.offered([Offer("note", ("note",), True), Offer("take", (), False)], case)
    assert found == [{"event": "take", "needs": []}]


# ---- two at once ----


def at_once(secrets: list[str], number: str, bodies: list[dict[str, Any]]) -> list[Any]:
    start, found = threading.Barrier(len(bodies)), []

    def act(secret: str, body: dict[str, Any]) -> None:
        program = Program(secret)
        start.wait(timeout=30)
        found.append(program.post(f"cases/{number}/events", body))
        connection.close()

    threads = [threading.Thread(target=act, args=pair) for pair in zip(secrets, bodies, strict=True)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return sorted(found, key=lambda answer: answer.status_code)


@pytest.mark.django_db(transaction=True)
def test_of_two_programs_at_once_one_wins_and_the_other_hears_how_it_stands(
    cast: Cast, settings: Any, noon: datetime
) -> None:
    settings.GEZHI_LIMITS = False
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    real = datetime.now(noon.tzinfo)
    secrets = [token(one, real) for one in (cast.chen, cast.zhou)]
    bodies = [
        {"event": "dispatch", "version": 2, "party": str(party)} for party in (cast.property, cast.agency)
    ]
    won, lost = at_once(secrets, case.number, bodies)
    assert (won.status_code, won.json()["state"]) == (200, "dispatched")
    assert refusal(lost)[0] == 409
    assert (lost.json()["state"], lost.json()["version"]) == ("dispatched", won.json()["version"])
    assert Entry.objects.filter(subject_id=case.id, event="dispatch").count() == 1
