"""A page costs as many queries for thirty rows as for one: lists, a case with many voices, steps and pictures, calls owed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move, Shown
from gezhi.flows.reach_reporter import reveal_contact
from gezhi.flows.reporter_speaks import Saying, reporter_speaks
from gezhi.web.desk import tallies
from tests.cases.test_calls import PHONE
from tests.cast import Cast, done, photo, solved, walk
from tests.web.desk.conftest import Desk, address, desk

__all__ = ["desk"]

SIZES = (1, 3, 30)
ONCE_A_SECOND = {"catalogue_catalogueversion", "tenancy_jurisdiction"}
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def counters_are_counted_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine must not change the count of queries: the desk keeps its counters where counting took long."""
    monkeypatch.setattr(tallies._kept, "_quick", 3600.0)


def costs(client: Client, url: str) -> list[str]:
    """The tables that the page asks, in order."""
    client.get(url)  # what a process remembers is asked for once
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return [str(one["sql"]).partition(" FROM ")[2].partition(" ")[0].strip('"') for one in asked]


def costs_of(
    sizes: tuple[int, ...], grow: Callable[[int], None], client: Client, url: str
) -> list[list[str]]:
    """What the page costs at each size, growing from one to the next."""
    found, have = [], 0
    for size in sizes:
        for number in range(have, size):
            grow(number)
        have = size
        found.append(costs(client, url))
    return found


def assert_flat(found: list[list[str]]) -> None:
    for larger in found[1:]:
        assert larger == found[0]


def dispatched(cast: Cast, at: datetime) -> Case:
    case = cast.lin_reports(at)
    return walk(case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=at)


def in_its_first_life(cast: Cast, at: datetime) -> None:
    """Something was solved at the spot a day before, so that every later case there has come back."""
    solved(cast, at - timedelta(days=1))


@pytest.mark.parametrize("url", ["/desk/", "/desk/?view=overdue", "/my/"])
def test_a_list_costs_the_same_for_one_case_and_for_thirty(
    url: str, cast: Cast, desk: Desk, noon: datetime
) -> None:
    in_its_first_life(cast, noon)
    began = noon - timedelta(days=30) if "overdue" in url else noon
    client = desk(cast.qian if url == "/my/" else cast.chen)
    listed: list[str] = []

    def grow(number: int) -> None:
        listed.append(dispatched(cast, began - number * MINUTE).number)

    found = costs_of(SIZES, grow, client, url)
    page = client.get(url).content.decode()
    assert [number for number in listed if number not in page] == []
    assert_flat(found)


@pytest.mark.parametrize("state", ["reported", "in_hand"])
def test_a_case_costs_the_same_with_thirty_voices_steps_pictures_and_links(
    state: str, cast: Cast, desk: Desk, noon: datetime
) -> None:
    in_its_first_life(cast, noon)
    case = cast.lin_reports(noon, contact=PHONE)
    if state == "in_hand":
        moves = (Move("accept"), Move("dispatch", party=cast.property))
        walk(case, *((cast.chen, one) for one in moves), (cast.qian, Move("take")), at=noon)

    def grow(number: int) -> None:
        """One more voice that spoke twice and whose number was looked up, a note with a picture, a part, a case alike."""
        at = noon + number * MINUTE
        other = cast.lin_reports(at, contact=PHONE)
        report = cases.report_ids([other.id])[other.id][0]
        advance(other.id, Move("join", into=case.id), actor=cast.chen, at=at)
        reporter_speaks(report, Saying("add", "还在"), at=at)
        reveal_contact(case.id, report, "约时间", actor=cast.chen, at=at)
        advance(
            case.id, Move("note", note="看过", shown=(Shown(photo(at), "document"),)), actor=cast.chen, at=at
        )
        advance(case.id, Move("split", note=f"另一件 {number}"), actor=cast.chen, at=at)
        cast.lin_reports(at)

    clerk, phone = desk(cast.chen), desk(cast.qian)
    found = costs_of(SIZES, grow, clerk, address(case))
    assert_flat(found)
    asked = [one for one in found[0] if one not in ONCE_A_SECOND]
    assert len(asked) <= {"reported": 47, "in_hand": 31}[state], asked
    if state == "in_hand":
        assert len(costs(phone, f"/my/cases/{case.number}/")) <= len(found[0]) + 2


def test_the_call_back_list_costs_the_same_for_one_call_and_for_thirty(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    def grow(number: int) -> None:
        case = cast.lin_reports(noon, contact=PHONE)
        moves = (Move("accept"), Move("dispatch", party=cast.property))
        walk(case, *((cast.chen, one) for one in moves), (cast.qian, Move("take")), at=noon)
        walk(case, (cast.qian, done(noon)), (cast.zhao, Move("pass_check", note="好了")), at=noon)

    found = costs_of(SIZES, grow, desk(cast.chen), "/desk/calls/")
    assert_flat(found)


def test_twin_a_list_that_asks_for_each_line_grows(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asking(case: Case, *_more: object) -> str:
        return str(Case.objects.filter(id=case.id).count())

    monkeypatch.setattr("gezhi.web.casework.lists.matter", asking)
    found = costs_of((1, 3), lambda number: cast.lin_reports(noon) and None, desk(cast.chen), "/desk/")
    assert len(found[1]) == len(found[0]) + 2
