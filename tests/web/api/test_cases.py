"""Cases by a program: who sees which, and page by page."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from gezhi.cases import lists
from gezhi.cases import queries as of_cases
from gezhi.cases.lifecycle import Level
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.parties.tokens import Scope
from gezhi.places import actions as place_actions
from gezhi.places.kinds import Kind
from gezhi.reports import queries as reports
from gezhi.reports.kinds import Channel
from gezhi.tenancy.current import current, scope
from gezhi.web import naming, words
from gezhi.web.api.wanted import CasesWanted, Clock, Round
from gezhi.web.casework.lists import soon_at
from gezhi.web.desk import filters
from tests.cast import Cast, walk
from tests.web.api.conftest import Programs, refusal

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


FILTERS: tuple[dict[str, str], ...] = (
    {"state": "opened"}, {"state": "opened.closed"}, {"state": "in_hand.opened.reported"}, {"clock": "safe"}, {"clock": "overdue"},
    {"clock": "due_soon"}, {"clock": "paused"}, {"channel": "qr"}, {"channel": "phone"}, {"level": "community"}, {"level": "district"},
    {"round": "1"}, {"round": "2"}, {"round": "3"}, {"since": "2026-03-02"}, {"until": "2026-03-01"}, {"since": "2026-03-01", "until": "2026-03-01"},
    {"q": "玻璃"}, {"place": "371072008015"}, {"category": "05"},
    {"state": "opened", "clock": "safe", "channel": "qr", "round": "2", "q": "玻璃", "place": "371072008015", "category": "0501"},
)  # fmt: skip


@pytest.fixture
def several(cast: Cast, noon: datetime) -> None:
    """Of each kind something: fresh, overdue, of yesterday, closed, elsewhere, by phone, worked on anew, paused."""
    cast.lin_reports(noon)
    cast.lin_reports(noon - timedelta(days=1))
    cast.lin_reports(noon, "水管漏水", category=catalogue.by_code("0201").id, place=cast.town.street_b)
    declined = cast.lin_reports(noon - timedelta(days=1, hours=2), text="不在这里")
    walk(declined, (cast.chen, Move("decline", reason="不在辖区")), at=noon)
    for text, changed in (
        ("玻璃第一轮", {"due_at": noon - timedelta(minutes=1)}),
        ("玻璃第二轮", {"round": 2, "level": "community", "channel": "phone"}),
        (
            "玻璃第三轮",
            {
                "round": 3,
                "level": "district",
                "due_at": noon + timedelta(minutes=5),
                "entered_at": noon - timedelta(days=1),
            },
        ),
        ("玻璃停了", {"review_at": noon + timedelta(days=3)}),
        ("玻璃又碎", {"round": 2}),
    ):
        opened = walk(cast.lin_reports(noon, text=text), (cast.chen, Move("accept")), at=noon)
        Case.objects.filter(id=opened.id).update(**changed)


def on_the_desk(actor: Actor, wanted: dict[str, str], at: datetime) -> set[str]:
    """What the list of the desk shows for the same words, open ones and closed ones."""
    found: set[str] = set()
    for view in ("open", "closed"):
        query = QueryDict(mutable=True)
        query.update(wanted | {"view": view})
        chosen = filters.chosen(query)
        assert chosen.problems == ()
        found |= set(
            lists.fitting(chosen.wanted, actor=actor, at=at, soon=soon_at(at)).values_list(
                "number", flat=True
            )
        )
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("most", [1000, 0])
def test_a_filter_finds_what_the_list_of_the_desk_finds(
    cast: Cast,
    programs: Programs,
    several: None,
    noon: datetime,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
) -> None:
    """Whether what fits is asked for at once or walked along, page by page, and each page the newest first."""
    monkeypatch.setattr("gezhi.kernel.counting.COUNTED", most)
    zhou, empty = programs(cast.zhou), list[dict[str, str]]()
    for wanted in FILTERS:
        found, more = list[str](), dict[str, str]()
        while True:
            page = zhou.get("cases", limit=2, **wanted, **more).json()
            found += [one["number"] for one in page["items"]]
            if page["next"] is None:
                break
            more = {"cursor": page["next"]}
        assert found == sorted(found, reverse=True)
        assert set(found) == on_the_desk(cast.zhou, wanted, noon), wanted
        empty += [wanted] if not found else []
    assert empty == []


def test_the_door_offers_what_the_form_of_the_desk_offers() -> None:
    assert {one.value for one in Clock} == set(filters.CLOCKS)
    assert {one.value for one in Round} == set(filters.ROUNDS) == set(lists.ROUNDS)
    assert {one.value for one in Channel} == set(words.CHANNELS)
    assert {one.value for one in Level} == set(words.LEVELS)
    of_the_map = {"box"}  # a link of the map into the list
    assert set(filters.NAMES) - {"order"} - of_the_map <= set(CasesWanted.model_fields)


@pytest.mark.django_db
def test_a_tracking_code_finds_its_case_for_whom_may_see_it(
    cast: Cast, programs: Programs, case: Case
) -> None:
    [report] = of_cases.report_ids([case.id])[case.id]
    code = reports.tracking_code(report)
    for written in (code, code.upper(), code.replace("-", " ")):
        assert numbers(programs(cast.chen).get("cases", q=written)) == [case.number]
    assert numbers(programs(cast.mo).get("cases", q=code)) == []


@pytest.mark.django_db
def test_a_filter_costs_the_same_for_one_and_for_thirty(
    cast: Cast, programs: Programs, noon: datetime
) -> None:
    zhou, asked = programs(cast.zhou), {"channel": "qr", "clock": "safe", "round": "1", "limit": 100}
    found = []
    for more in (1, 29):
        some(cast, noon, more)
        found.append((queries(partial(zhou.get, "cases", **asked)), queries(partial(zhou.get, "cases"))))
    assert found[0] == found[1]
    assert found[0][0] <= found[0][1] + 2


@pytest.mark.django_db
def test_what_a_filter_may_be_is_said_when_it_is_none(cast: Cast, programs: Programs) -> None:
    zhou = programs(cast.zhou)
    for asked, allowed in (
        ("clock=late", "due_soon"), ("channel=fax", "open311"), ("level=city", "subdistrict"), ("round=4", "3"), ("state=done", "in_hand"),
        ("since=1.3.2026", "2026-03-02"),
    ):  # fmt: skip
        assert allowed in zhou.get(f"cases?{asked}").json()["detail"]


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
    ("clock=late", "clock"), ("clock=", "clock"), ("channel=fax", "channel"), ("level=9", "level"), ("round=4", "round"), ("round=-1", "round"),
    ("state=opened.", "state"), ("state=opened.done", "state"), ("state=" + "opened." * 999, "state"), ("since=2026-02-30", "since"),
    ("since=0001-01-01", "since"), ("until=9999-12-31", "until"), ("until=1772409600", "until"), ("since=2026-03-02&until=2026-03-01", "until"),
    ("since=2026-03-01T00:00:00Z", "since"), ("view=open", "view"),
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
        listed = partial(zhou.get, "cases", limit=100, place="371072")
        found.append((queries(listed), queries(partial(zhou.get, f"cases/{made[0].number}"))))
    assert found[0] == found[1]
    assert found[0] <= (9, 13)


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
def test_words_find_places_of_a_subtree_however_many_namesakes_lie_elsewhere(
    cast: Cast, programs: Programs, noon: datetime
) -> None:
    town = cast.town
    add = {"grid_id": town.grid_b2, "actor": SYSTEM, "at": noon}
    for name in ("东街", "南街", "西街"):
        street = place_actions.add_place(kind=Kind.STREET, name=name, parent_id=town.community_b, **add)
        place_actions.add_place(kind=Kind.BUILDING, name="3号", parent_id=street.id, **add)
    door, compound = programs(), town.row(town.compound).code

    def found(words: str, place: str) -> list[str]:
        return [one["full_name"] for one in door.get("places", q=words, place=place, limit=2).json()["items"]]

    assert found("3号", compound) == [town.row(town.building).full_name]
    assert (
        found("悦海花园 3号", compound)
        == found("3号", town.row(town.building).code)
        == found("3号", compound)
    )
    assert found("中街", compound) == []


@pytest.mark.django_db
def test_categories_are_those_that_may_be_reported(programs: Programs) -> None:
    found = {one["code"]: one for one in programs().get("categories").json()["items"]}
    assert found["0501"] | {"name": "", "plain_name": ""} == {
        "code": "0501",
        "name": "",
        "plain_name": "",
        "parent": "05",
        "dangerous": found["0501"]["dangerous"],
        "refer_to": None,
        "refer_phone": None,
    }
    assert found["05"]["parent"] is None
    assert found["0001"]["refer_phone"]


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
        assert list(lists.newest(lists.CaseFilter(), before=None, actor=cast.zhou)) == []
    with scope(office):
        assert len(lists.newest(lists.CaseFilter(), before=None, actor=cast.zhou)) == 1
