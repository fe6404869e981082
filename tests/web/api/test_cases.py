"""Cases by a program: who sees which, page by page; moves, who may, who is late; and that each offer can be taken up here."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import lifecycle
from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import ARROWS, Fact, Offer
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal.models import Entry
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import actions as parties
from gezhi.parties.tokens import Scope
from gezhi.tenancy.current import current, scope
from gezhi.web.api import bringing, naming
from gezhi.web.api.shapes import Event, EventIn
from tests.cast import Cast, done, photo, walk
from tests.web.api.conftest import Program, Programs, refusal, token

WORDS = {name for name in EventIn.model_fields if name not in {"event", "version"}}
_minutes = count()


@pytest.fixture
def case(cast: Cast, noon: datetime) -> Case:
    return cast.lin_reports(noon)


def some(cast: Cast, at: datetime, number: int) -> list[Case]:
    """Fresh ones, the oldest first."""
    return [cast.lin_reports(at + timedelta(seconds=next(_minutes))) for _one in range(number)]


def numbers(answer: Any) -> list[str]:
    return [one["number"] for one in answer.json()["items"]]


# ---- who sees which ----


@pytest.mark.django_db
def test_whoever_may_not_see_a_case_does_not_learn_that_it_is_there(
    cast: Cast, programs: Programs, case: Case
) -> None:
    mo = programs(cast.mo)
    assert numbers(mo.get("cases")) == []
    sent = {"event": "accept", "version": 1}
    for answer in (mo.get(f"cases/{case.number}"), mo.post(f"cases/{case.number}/events", sent)):
        nowhere = mo.get("cases/371072-2026-9999999")
        assert (refusal(answer), answer.content) == ((404, "case"), nowhere.content)
    assert numbers(programs(cast.chen).get("cases")) == [case.number]


@pytest.mark.django_db
def test_whoever_may_see_but_not_act_is_told_so_and_nothing_changes(
    cast: Cast, programs: Programs, case: Case
) -> None:
    zhao = programs(cast.zhao)
    assert zhao.case(case.number)["offers"] == []
    assert refusal(zhao.act(case.number, "accept")) == (403, "not_yours")
    assert Case.objects.get().version == 1


@pytest.mark.django_db
def test_the_phone_number_of_a_reporter_is_nowhere(cast: Cast, programs: Programs, noon: datetime) -> None:
    number = cast.lin_reports(noon, contact="13800001234").number
    for actor in (cast.chen, cast.zhou, cast.wei):
        assert "13800001234" not in programs(actor).get(f"cases/{number}").content.decode()


# ---- lists ----


WANTED: tuple[tuple[dict[str, str], str], ...] = (
    ({}, "abc"), ({"state": "reported"}, "abc"), ({"state": "closed"}, ""), ({"place": "371072008015"}, "ab"),
    ({"place": "371072008019"}, "c"), ({"place": "371072"}, "abc"), ({"category": "0501"}, "ac"), ({"category": "05"}, "ac"),
    ({"category": "0201"}, "b"), ({"q": "玻璃"}, "ac"), ({"q": "%"}, ""), ({"q": "_"}, ""), ({"q": "管"}, "b"),
)  # fmt: skip


@pytest.mark.django_db
def test_a_filter_means_what_it_says(cast: Cast, programs: Programs, noon: datetime) -> None:
    letters = {
        cast.lin_reports(noon).number: "a",
        cast.lin_reports(noon, "水管漏水", category=catalogue.by_code("0201").id).number: "b",
        cast.lin_reports(noon, place=cast.town.street_b).number: "c",
    }
    zhou = programs(cast.zhou)
    found = [
        (wanted, [letters[number] for number in numbers(zhou.get("cases", **wanted))]) for wanted, _ in WANTED
    ]
    assert found == [(wanted, list(reversed(which))) for wanted, which in WANTED]


@pytest.mark.django_db
def test_a_party_sees_what_it_has(cast: Cast, programs: Programs, case: Case, noon: datetime) -> None:
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    zhou = programs(cast.zhou)
    assert numbers(zhou.get("cases", party=str(cast.property))) == [case.number]
    assert numbers(zhou.get("cases", party=str(cast.desk_a))) == []


STRANGE = (
    ("state=done", "state"), ("state=OPENED", "state"), ("state=", "state"), ("state=opened&state=closed", "state"),
    ("limit=0", "limit"), ("limit=101", "limit"), ("limit=1e2", "limit"), ("limit=" + "9" * 5000, "limit"), ("limit=-1", "limit"),
    ("order_by=id", "order_by"), ("place__path=/", "place__path"), ("place=371072-99999", "place"), ("category=9999", "category"),
    ("party=1", "party"), ("cursor=", "cursor"), ("cursor=x", "cursor"), ("cursor=" + "0" * 33, "cursor"),
    ("cursor=" + "G" * 32, "cursor"), ("cursor=" + "A" * 32, "cursor"), ("q=" + "x" * 101, "q"), ("sort=CASE%20WHEN", "sort"),
)  # fmt: skip


@pytest.mark.django_db
def test_a_filter_that_is_none_is_refused_by_name(cast: Cast, programs: Programs) -> None:
    zhou = programs(cast.zhou)
    answers = [(wanted, zhou.get(f"cases?{wanted}")) for wanted, _field in STRANGE]
    assert [(wanted, answer.json().get("field")) for wanted, answer in answers] == list(STRANGE)
    assert {refusal(answer)[0] for _wanted, answer in answers} == {422}


@pytest.mark.django_db
def test_reading_page_by_page_leaves_nothing_out_and_shows_nothing_twice_while_cases_move(
    cast: Cast, programs: Programs, noon: datetime
) -> None:
    made, zhou, seen, cursor = some(cast, noon, 7), programs(cast.zhou), [], None
    while True:
        page = zhou.get("cases", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [one["number"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
        for one in (made[3], made[0]):  # before and behind where the reader stands
            advance = Move("correct", category=catalogue.by_code("0201").id)
            walk(one, (cast.chen, advance), at=noon + timedelta(days=1))
        some(cast, noon, 1)
    assert seen == [one.number for one in reversed(made)]


@pytest.mark.django_db
def test_the_last_page_says_that_it_is_the_last(cast: Cast, programs: Programs, noon: datetime) -> None:
    some(cast, noon, 2)
    zhou = programs(cast.zhou)
    first = zhou.get("cases", limit=1).json()
    assert (len(first["items"]), first["next"] is None) == (1, False)
    assert zhou.get("cases", limit=1, cursor=first["next"]).json()["next"] is None
    assert zhou.get("cases", limit=2).json()["next"] is None


def queries(ask: Callable[[], Any]) -> int:
    ask()  # what is remembered is remembered
    with CaptureQueriesContext(connection) as asked:
        assert ask().status_code == 200
    return len(asked)


@pytest.mark.django_db
def test_a_list_costs_the_same_for_one_and_for_thirty(cast: Cast, programs: Programs, noon: datetime) -> None:
    zhou, found = programs(cast.zhou), []
    for more in (1, 29):
        made = some(cast, noon, more)
        asked = lambda: zhou.get("cases", limit=100, place="371072")  # noqa: E731
        found.append((queries(asked), queries(lambda: zhou.get(f"cases/{made[0].number}"))))  # noqa: B023
    assert found[0] == found[1]
    assert found[0] <= (8, 13)


@pytest.mark.django_db
def test_lists_of_places_cost_the_same_however_long(cast: Cast, programs: Programs) -> None:
    door = programs()
    assert queries(lambda: door.get("places", limit=2)) == queries(lambda: door.get("places", limit=100))
    codes, cursor = [], None
    while True:
        page = door.get(
            "places", limit=3, place="371072008015", **({"cursor": cursor} if cursor else {})
        ).json()
        codes += [one["code"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    town = cast.town
    inside = (town.community_a, town.compound, town.building, town.stairwell)
    assert codes == [town.row(one).code for one in inside]
    assert [one["name"] for one in door.get("places", q="悦海花园").json()["items"]][:1] == ["悦海花园"]


@pytest.mark.django_db
def test_categories_are_those_that_may_be_reported(programs: Programs) -> None:
    found = {one["code"]: one for one in programs().get("categories").json()["items"]}
    assert found["0501"] | {"name": "", "plain_name": ""} == {
        "code": "0501", "name": "", "plain_name": "", "parent": "05", "dangerous": found["0501"]["dangerous"],
        "refer_to": None, "refer_phone": None,
    }  # fmt: skip
    assert found["05"]["parent"] is None
    assert found["0001"]["refer_phone"]


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


@pytest.mark.django_db
def test_a_cursor_is_a_place_in_a_list_and_opens_nothing(cast: Cast, programs: Programs, case: Case) -> None:
    """Whatever id is written into it: only rows that one may see come back."""
    last = naming.cursor_of(uuid4())
    for program in (programs(cast.mo), programs(cast.chen, Scope.CASES_READ)):
        answer = program.get("cases", cursor="f" * 32)
        assert numbers(answer) == ([case.number] if program.get("cases").json()["items"] else [])
        assert program.get("cases", cursor=last).status_code == 200


@pytest.mark.django_db
def test_a_case_of_another_office_is_not_there(cast: Cast, programs: Programs, case: Case) -> None:
    office = current()
    with scope(uuid4()):
        assert list(cases.newest(cases.CaseFilter(), before=None, actor=cast.zhou)) == []
    with scope(office):
        assert len(cases.newest(cases.CaseFilter(), before=None, actor=cast.zhou)) == 1
