"""What the ledger says of cases that were split off, joined or came back, and that it equals a recount (I8)."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import NOT_AGAIN, Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import actions, check, queries
from gezhi.ledger.columns import COLUMNS
from gezhi.ledger.models import Line
from gezhi.ledger.queries import LineFilter
from tests.cast import Cast, solved, walk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def book(at: datetime) -> dict[str, dict[str, object]]:
    """The lines by number, each by its heads, once the ledger has followed; it equals a recount."""
    seal(at=at)
    actions.catch_up(at=at)
    assert list(check.findings()) == []
    rows = queries.rows(queries.lines(LineFilter(), actor=SYSTEM), actor=SYSTEM, language="zh-hans", at=at)
    return {row.line.number: {str(one.head): one.value(row) for one in COLUMNS} for row in rows}


def test_what_was_split_off_has_a_line_of_its_own_that_says_where_it_came_from(
    cast: Cast, noon: datetime
) -> None:
    case, at = cast.lin_reports(noon), noon + HOUR
    lamp = catalogue.by_code("0504").id
    walk(case, (cast.chen, Move("accept")), (cast.chen, Move("split", note="灯也不亮", category=lamp)), at=at)
    child = Case.objects.get(split_from=case)
    line = book(at)[child.number]
    assert (line["分自编号"], line["问题描述"], line["收到时间"], line["受理"]) == (
        case.number,
        "灯也不亮",
        noon,
        at,
    )
    advance(child.id, Move("undo_split"), actor=cast.chen, at=at + HOUR)
    line = book(at + HOUR)[child.number]
    assert (line["结案方式"], line["并入编号"], line["分自编号"]) == ("重复件", case.number, case.number)
    assert actions.rebuild(at=at + HOUR) == 2
    assert book(at + HOUR)[child.number] == line


@pytest.mark.parametrize("days", [89, 91])
def test_what_comes_back_within_the_offices_days_is_counted_as_a_recurrence(
    days: int, cast: Cast, noon: datetime
) -> None:
    first, at = solved(cast, noon), noon + days * DAY
    again = advance(cast.lin_reports(at).id, Move("accept"), actor=cast.chen, at=at)
    lines = book(at)
    assert (lines[again.number]["复发"], lines[first.number]["复发"]) == ("是" if days < 90 else "否", "否")
    assert lines[again.number]["前一次编号"] == (first.number if days < 90 else "")


def test_what_the_desk_says_is_something_else_is_counted_no_more(cast: Cast, noon: datetime) -> None:
    solved(cast, noon - 10 * DAY)
    again = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    assert book(noon)[again.number]["复发"] == "是"
    advance(again.id, Move("correct", came_back_from=NOT_AGAIN), actor=cast.chen, at=noon)
    assert book(noon)[again.number]["复发"] == "否"


def test_twin_a_line_that_forgot_its_recurrence_is_found(cast: Cast, noon: datetime) -> None:
    solved(cast, noon - 10 * DAY)
    again = advance(cast.lin_reports(noon).id, Move("accept"), actor=cast.chen, at=noon)
    book(noon)
    Line.objects.filter(case_id=again.id).update(came_back_from_id=None)
    assert [(one.where, one.what.rsplit(" ", 1)[-1]) for one in check.findings()] == [
        (f"line {again.number}", "came_back_from_id")
    ]
