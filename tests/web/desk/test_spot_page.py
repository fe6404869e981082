"""The page of a place: what a stranger at the desk learns of it in a minute, in a fixed number of queries."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.insight.memory import notes
from tests.cast import Cast, to_the_end, walk
from tests.web.desk.conftest import Desk, text

MOST_QUERIES = 34


def spot(cast: Cast, name: str = "stairwell") -> str:
    return f"/desk/spots/{cast.town.row(getattr(cast.town, name)).code}/"


def solved(cast: Cast, at: datetime, note: str = "换了玻璃，包了边", **more: Any) -> Case:
    """Reported, done and confirmed at one moment."""
    return to_the_end(cast, cast.lin_reports(at, **more), at, note)


def test_the_page_says_what_happened_what_worked_and_what_came_back(
    cast: Cast, desk: Desk, noon: datetime
) -> None:
    lamp = catalogue.by_code("0201").id
    solved(cast, noon - timedelta(days=58), note="王师傅13800001234换了钢化玻璃，包了边", category=lamp)
    first = solved(cast, noon - timedelta(days=50))
    again = walk(cast.lin_reports(noon - timedelta(days=30)), (cast.chen, Move("accept")), at=noon)
    worker.keep_books(noon)
    for name in ("stairwell", "building", "compound", "community_a", "subdistrict"):
        answer = desk(cast.chen).get(spot(cast, name))
        said = text(answer)
        assert answer.status_code == 200
        for words in (
            "一共 3 件，都在这里",
            "某师傅***换了钢化玻璃，包了边",
            first.number[7:],
            again.number[7:],
            "受理席认定",
            "和自己的过去比",
        ):
            assert words in said, (name, words)
        assert "王师傅" not in said
        assert answer.context["soon"] == answer.context["later"] == 1
        assert answer.content.count(b"<rect") >= 4


def test_twin_a_note_as_it_was_written_names_somebody(
    cast: Cast, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "nameless", lambda words: words)
    solved(cast, noon - timedelta(days=58), note="王师傅换了钢化玻璃")
    worker.keep_books(noon)
    assert "王师傅" in text(desk(cast.chen).get(spot(cast)))


def test_a_place_where_nothing_happened_says_so(cast: Cast, desk: Desk) -> None:
    assert "这里还没有发生过什么" in text(desk(cast.chen).get(spot(cast)))


def test_who_may_see_no_case_there_learns_nothing(cast: Cast, desk: Desk, noon: datetime) -> None:
    solved(cast, noon - timedelta(days=50))
    worker.keep_books(noon)
    assert "这里还没有发生过什么" in text(desk(cast.mo).get(spot(cast)))


def test_an_unknown_code_is_404(cast: Cast, desk: Desk) -> None:
    assert desk(cast.chen).get("/desk/spots/371072-99999/").status_code == 404


def test_place_case_and_list_lead_to_it(cast: Cast, opened: Case, desk: Desk) -> None:
    client, link = desk(cast.chen), f'href="{spot(cast)}"'
    place = cast.town.row(cast.town.stairwell).code
    assert link in client.get(f"/desk/places/{place}/").content.decode()
    assert link in client.get(f"/desk/cases/{opened.number}/").content.decode()
    assert link in client.get(f"/desk/?place={place}").content.decode()


def test_the_page_costs_the_same_for_one_case_and_for_thirty(cast: Cast, desk: Desk, noon: datetime) -> None:
    solved(cast, noon - timedelta(days=50), category=catalogue.by_code("0201").id)  # what worked
    client, found, have = desk(cast.chen), [], 0
    for size in (1, 3, 30):
        for number in range(have, size):
            solved(cast, noon - timedelta(days=10 + number))
            walk(cast.lin_reports(noon - timedelta(hours=number + 1)), (cast.chen, Move("accept")), at=noon)
        have = size
        worker.keep_books(noon)
        client.get(spot(cast, "compound"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(spot(cast, "compound")).status_code == 200
        found.append(len(asked))
    assert found == [found[0]] * 3
    assert found[0] <= MOST_QUERIES


def test_what_is_open_stands_below_its_heads(cast: Cast, desk: Desk, noon: datetime) -> None:
    cast.lin_reports(noon)
    worker.keep_books(noon)
    html = desk(cast.chen).get(spot(cast)).content.decode()
    table = html[html.index('<table class="dense as-cells case-list"') :].split("</table>")[0]
    assert table.count("<td") == table.count("<th ") == 7
    assert 'name="cases"' not in table
