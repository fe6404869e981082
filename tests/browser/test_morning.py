"""A clerk's morning at twenty thousand cases, from the view he begins with to the form that goes to the superior: every count is the count of the next page."""

import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from bench import morning_form
from bench.morning_deeds import SOME, WORDS, Told, get_ready, morning, total
from tests.browser import people, served
from tests.browser.people import Town
from tests.browser.served import Served

CASES = 20_000
MONTHS = 1  # of history that the copies are made of
PATIENT_SECONDS = 20  # for a page on a machine that does other things, too: not a measure


@pytest.fixture(scope="module")
def gezhi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An office of its own: what other files of tests do would be lost among so many."""
    data = tmp_path_factory.mktemp("morning") / "data"
    served.filled(data, MONTHS, CASES)
    with served.served(data) as running:
        yield running


@pytest.fixture(scope="module")
def town(gezhi: Served) -> Iterator[Town]:
    """The browser in front of it."""
    with people.browser() as chromium:
        yield Town(chromium, gezhi)


@pytest.fixture(scope="module")
def told(town: Town) -> tuple[Told, dict[str, float]]:
    """What the screens said that morning, and how long each step took."""
    page, took = town.page("zhou"), dict[str, float]()

    @contextmanager
    def step(name: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        took[name] = time.monotonic() - begun

    get_ready(page)
    said = morning(page, step)
    page.context.close()
    return said, took


def broken(said: Told) -> set[str]:
    """Where a count is not that of the page it leads to, or something was not done or not taken back."""
    cluster, behind = said.cluster
    rules = {
        "the counter of the view and its list": said.in_view == said.view_listed,
        "the list and the map": said.found == str(said.on_map),
        "the map and the list beside it": said.rows_of_map == said.on_map - said.apart,
        "the map and the list behind it": said.back_in_list == str(said.on_map - said.apart),
        "a sign and the list behind it": str(cluster) == behind or not cluster,
        "three dispatched": said.dispatched == f"{SOME} 件里派遣了 {SOME} 件" and len({*said.numbers}) == SOME,
        "three taken back": said.undone == f"撤销了 {SOME} 件" and {*said.states_after} == {"已立案"},
        "a number and its cases": said.figure > 0 and said.its_cases == str(said.figure) and said.its_rows == said.figure,
        "the form": len(lines_of(said.form)) == said.form_says > 0,
    }  # fmt: skip
    return {name for name, holds in rules.items() if not holds}


def sheet_of(file: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(file)).worksheets[0]


def lines_of(file: bytes) -> list[list[Any]]:
    """The lines that are filled in, down to the totals."""
    sheet, found = sheet_of(file), []
    for row in range(morning_form.FIRST, sheet.max_row + 1):
        values = [sheet.cell(row, at).value for at in range(1, len(morning_form.HEADS) + 1)]
        if values[0] == "合计":
            break
        if values[3]:
            found.append(values)
    return found


def test_each_count_of_the_morning_is_that_of_the_page_it_leads_to(
    told: tuple[Told, dict[str, float]],
) -> None:
    assert broken(told[0]) == set()


def test_no_page_of_the_morning_keeps_a_clerk_waiting(told: tuple[Told, dict[str, float]]) -> None:
    assert {name: seconds for name, seconds in told[1].items() if seconds > PATIENT_SECONDS} == {}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"view_listed": "1"}, "the counter of the view and its list"),
        ({"found": "1"}, "the list and the map"),
        ({"back_in_list": "1"}, "the map and the list behind it"),
        ({"states_after": ("已立案", "待签收", "已立案")}, "three taken back"),
        ({"its_rows": 1}, "a number and its cases"),
        ({"form_says": 99}, "the form"),
    ],
)
def test_twin_a_morning_with_one_wrong_count_is_named(
    change: dict[str, Any], named: str, told: tuple[Told, dict[str, float]]
) -> None:
    assert broken(replace(told[0], **change)) == {named}


def test_the_superiors_form_is_filled_and_looks_as_it_was_sent(told: tuple[Told, dict[str, float]]) -> None:
    before, after = sheet_of(morning_form.as_sent()), sheet_of(told[0].form)
    for serial, line in enumerate(lines_of(told[0].form), start=1):
        assert line[0] == serial
        assert (
            WORDS in f"{line[2]}{line[3]}{line[5]}"
        )  # its place, its words, its category: all that is searched
        assert line[1]  # a community
        assert line[4]  # a day
        assert line[7] is None  # a column that nobody asked for
    assert (after.title, after["A1"].value, after["A2"].value) == (
        before.title,
        before["A1"].value,
        before["A2"].value,
    )
    assert [after.cell(morning_form.HEAD_ROW, at).value for at in range(1, 9)] == list(morning_form.HEADS)
    assert _looks(after) == _looks(before)


def _looks(sheet: Any) -> dict[str, Any]:
    first = [sheet.cell(morning_form.FIRST, at) for at in range(1, 9)]
    return {
        "widths": {name: one.width for name, one in sheet.column_dimensions.items()},
        "heights": [sheet.row_dimensions[row].height for row in range(1, morning_form.FIRST + 1)],
        "title": (sheet["A1"].font.name, sheet["A1"].font.size, sheet["A1"].alignment.horizontal),
        "line": [(one.font.name, one.border.left.style, one.number_format) for one in first],
        "merged": sorted(map(str, sheet.merged_cells.ranges)),
        "page": (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.print_title_rows),
        "frozen": sheet.freeze_panes,
    }


def test_a_sign_of_the_whole_map_leads_into_the_list_of_exactly_its_cases(town: Town) -> None:
    page = town.page("zhou")
    page.goto("/desk/map/?view=to_check")
    links = page.locator("[data-map-rows] a.link")
    links.first.wait_for()
    for at in range(min(3, links.count())):
        said = links.nth(at).inner_text()
        links.nth(at).click()
        page.locator("#rows tr").first.wait_for()
        assert said == f"看这 {total(page)} 件的列表"
        page.goto("/desk/map/?view=to_check")
        links.first.wait_for()
    assert town.served.complaints() == []
