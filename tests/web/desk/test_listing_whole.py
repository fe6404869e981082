"""Whoever adds a column or a filter to the list of cases forgets nothing: each has all that belongs to it, and each check is tried on one that lacks it."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.web.desk import filters
from gezhi.web.desk.listing import columns, question
from gezhi.web.desk.listing.chips import chips
from tests.cast import Cast, walk
from tests.web.desk.conftest import Desk

SAID: Mapping[str, str] = {"view": "open", "state": "opened", "party": "no such party"}
NO_CHIP = frozenset({"order"})  # it leaves nothing out


def without_cell(codes: Iterable[str]) -> set[str]:
    """Columns that the line of a case has no cell, or an empty one, for."""
    lines = {
        code: render_to_string("desk/_line.html", {"columns": [code], "is_chosen": False}) for code in codes
    }
    return {code for code, line in lines.items() if not re.search(r"<td[^>]*>.*{.*</td>", line, re.DOTALL)}


def test_every_column_has_a_cell_in_the_line_of_a_case() -> None:
    assert without_cell(columns.COLUMNS) == set()
    assert without_cell([*columns.COLUMNS, "grid"]) == {"grid"}  # the twin


def test_a_list_with_every_column_has_as_many_cells_as_heads(
    cast: Cast, opened: Case, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = desk(cast.chen)

    def counts() -> tuple[int, int]:
        client.post("/desk/columns/", {"columns": [*columns.COLUMNS], "back": "/desk/"})
        html = client.get("/desk/").content.decode()
        head, row = (
            re.search(r"<thead>.*?</thead>", html, re.DOTALL),
            re.search(r'<tr id="case-.*?</tr>', html, re.DOTALL),
        )
        assert head is not None
        assert row is not None
        return head[0].count("<th "), row[0].count("<td ")

    assert counts() == (len(columns.COLUMNS) + 1, len(columns.COLUMNS) + 1)  # and the box to choose it
    monkeypatch.setattr(
        columns, "COLUMNS", {**columns.COLUMNS, "grid": "网格"}
    )  # the twin: one without a cell
    heads, cells = counts()
    assert heads == cells + 1


def without_control(form: str, fields: Iterable[str]) -> set[str]:
    return {field for field in fields if f'name="{field}"' not in form}


def test_every_filter_has_a_name_and_a_control_in_the_form(cast: Cast, desk: Desk) -> None:
    assert set(filters.NAMES) == set(question.FIELDS)
    page = (
        desk(cast.zhou).get("/desk/", {"box": "off"}).content.decode()
    )  # the map's own has no control but is kept
    form = page.partition('class="filters"')[2].partition("</form>")[0]
    assert without_control(form, question.FIELDS) == set()
    assert without_control(form, [*question.FIELDS, "grid"]) == {"grid"}  # the twin


def chipped(fields: Iterable[str], said: Mapping[str, str]) -> set[str]:
    """Fields that have a chip when something is asked of each."""
    typed = {field: said.get(field, "x") for field in fields}
    names = {str(name): field for field, name in filters.NAMES.items()}
    chosen: Any = filters.Chosen(question.Question("open", typed), filters.CaseFilter())
    return {names[one.name] for one in chips(chosen)}


def test_every_filter_has_a_chip_that_takes_it_away(cast: Cast) -> None:
    assert chipped(question.FIELDS, SAID) == set(question.FIELDS) - NO_CHIP
    with pytest.raises(KeyError):  # the twin: a field without a name
        chipped([*question.FIELDS, "grid"], SAID)


def test_every_filter_that_is_a_list_of_answers_offers_them(cast: Cast) -> None:
    """A select without options would be one that nobody can use."""
    form = render_to_string(
        "desk/_filters.html", {"chosen": filters.chosen(_query()), "options": filters.options({})}
    )
    empty = re.findall(r'<select[^>]*name="([a-z]+)"[^>]*></select>', form)
    assert empty == []
    assert re.findall(
        r'<select[^>]*name="([a-z]+)"[^>]*></select>',
        form.replace("</form>", '<select name="grid"></select>'),
    ) == ["grid"]


def _query() -> Any:
    from django.http import QueryDict

    return QueryDict("view=open")


def test_the_list_of_what_is_closed_has_no_clock_and_nothing_next(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    """Two columns of dashes are left out, and nobody's turn it is; whoever wants them chooses them."""
    voice = cast.lin_reports(noon, text="不在这里")
    walk(voice, (cast.chen, Move("decline", reason="不在辖区")), at=noon)
    heads = [re.findall(r"<th[^>]*>([^<]+)</th>", said) for said in _heads(desk(cast.chen))]
    assert heads == [
        ["时限", "位置", "事项", "状态", "轮到谁，多久了", "下一步", "编号"],
        ["位置", "事项", "状态", "谁办的，哪天办结", "编号"],
    ]
    desk(cast.chen).post("/desk/columns/", {"columns": ["clock", "what", "next"], "back": "/desk/"})
    assert re.findall(r"<th[^>]*>([^<]+)</th>", _heads(desk(cast.chen))[1]) == [
        "时限",
        "位置",
        "事项",
        "下一步",
    ]


def _heads(client: Client) -> list[str]:
    """The head of the table of what is open, and of what is closed."""
    pages = [client.get(f"/desk/?view={view}").content.decode() for view in ("open", "closed")]
    return [page.split("<thead>")[1].split("</thead>")[0] for page in pages]
