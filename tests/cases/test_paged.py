"""A list of cases page by page: no row twice, none left out, in both directions; and what fits few is read along an index."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import lists, paged
from gezhi.cases.ahead import next_of
from gezhi.cases.lists import OPEN, CaseFilter
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.cases.paged import Order, Page, Spot, Start
from gezhi.catalogue import queries as catalogue
from gezhi.kernel import counting
from gezhi.kernel.ids import uuid7
from gezhi.tenancy.clock import new_id
from tests.cast import Cast, walk
from tests.plans import on_sqlite

CLOSED = ("closed",)
ALL = CaseFilter(states=OPEN)


@pytest.fixture
def seven(cast: Cast, noon: datetime) -> list[Case]:
    """Seven fresh cases, three of them due at one moment."""
    made = [cast.lin_reports(noon - timedelta(hours=number), text=f"第 {number} 件") for number in range(7)]
    Case.objects.filter(id__in=[case.id for case in made[:3]]).update(due_at=noon, received_at=noon)
    return made


def pages(cast: Cast, at: datetime, order: Order, parts: Any = (ALL,), size: int = 3) -> list[list[str]]:
    """Forward to the end."""
    found, start = [], None
    while True:
        page = paged.walked(parts, order=order, start=start, size=size, actor=cast.zhou, at=at, soon=at)
        found.append([line.number for line in page.lines])
        if not page.has_behind:
            return found
        start = last(page, order)


def last(page: Page, order: Order) -> Start:
    return Start(spot(page.lines[-1], order), section=page.sections[-1])


def spot(line: Any, order: Order) -> Spot:
    return Spot(line.due_at if order is Order.DUE else line.received_at, line.id)


@pytest.mark.parametrize("order", Order)
def test_pages_together_are_the_list(cast: Cast, seven: list[Case], noon: datetime, order: Order) -> None:
    found = pages(cast, noon, order)
    rows = paged.in_order(lists.fitting(ALL, actor=cast.zhou, at=noon, soon=noon), order)
    assert [len(page) for page in found] == [3, 3, 1]
    assert [one for page in found for one in page] == [case.number for case in rows]


@pytest.mark.parametrize("order", Order)
def test_back_from_a_page_stands_the_page_before(
    cast: Cast, seven: list[Case], noon: datetime, order: Order
) -> None:
    who = {"actor": cast.zhou, "at": noon, "soon": noon}
    first, second, _third = pages(cast, noon, order)
    line = next(one for one in lists.as_lines(Case.objects.filter(number=second[0])))
    back = paged.walked([ALL], order=order, start=Start(spot(line, order), True), size=3, **who)
    assert ([one.number for one in back.lines], back.has_before, back.has_behind) == (first, False, True)


def test_a_list_in_parts_goes_on_in_the_next_and_back_into_the_one_before(
    cast: Cast, seven: list[Case], noon: datetime
) -> None:
    who = {"order": Order.DUE, "actor": cast.zhou, "at": noon, "soon": noon}
    parts = [CaseFilter(states=OPEN, since=noon), CaseFilter(states=OPEN, until=noon)]
    assert [len(page) for page in pages(cast, noon, Order.DUE, parts, size=2)] == [2, 2, 2, 1]
    first = paged.walked(parts, start=None, size=2, **who)
    second = paged.walked(parts, start=last(first, Order.DUE), size=2, **who)
    assert second.sections == [0, 1]
    begin = Start(spot(second.lines[0], Order.DUE), True, second.sections[0])
    assert paged.walked(parts, start=begin, size=2, **who).lines == first.lines


def test_what_comes_and_goes_meanwhile_moves_no_row_to_another_page(
    cast: Cast, seven: list[Case], noon: datetime
) -> None:
    who = {"order": Order.DUE, "actor": cast.zhou, "at": noon, "soon": noon}
    first = paged.walked([ALL], start=None, size=3, **who)
    Case.objects.filter(id=first.lines[0].id).update(due_at=noon + timedelta(days=99))
    second = paged.walked([ALL], start=last(first, Order.DUE), size=3, **who)
    assert not {one.id for one in first.lines} & {one.id for one in second.lines}
    assert len(second.lines) == 3


def test_twin_by_counting_rows_one_would_be_left_out(cast: Cast, seven: list[Case], noon: datetime) -> None:
    rows = lists.listed(ALL, actor=cast.zhou, at=noon, soon=noon)
    first, expected = list(rows[:3]), {case.id for case in rows[3:6]}
    Case.objects.filter(id=first[0].id).update(due_at=noon + timedelta(days=99))
    assert {case.id for case in rows[3:6]} != expected


@pytest.mark.parametrize("order", Order)
def test_few_that_fit_are_cut_into_the_same_pages(
    cast: Cast, seven: list[Case], noon: datetime, order: Order
) -> None:
    spots = paged.few(ALL, order=order, actor=cast.zhou, at=noon, soon=noon)
    ids, found, start = [one.id for one in spots], [], None
    for _page in range(3):
        page = paged.cut(ids, start=start, begins=paged.begins(spots, start, order), size=3)
        found.append([line.number for line in page.lines])
        start = last(page, order)
    assert not page.has_behind
    assert found == pages(cast, noon, order)
    begin = Start(spots[3], is_backwards=True)
    back = paged.cut(ids, start=begin, begins=paged.begins(spots, begin, order), size=3)
    assert [line.number for line in back.lines] == found[0]


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("parts", [(ALL,), "dangers first"])
def test_a_page_asked_for_by_its_number_is_that_page(
    cast: Cast, seven: list[Case], noon: datetime, order: Order, parts: Any
) -> None:
    if parts == "dangers first":
        feared = catalogue.default_condition(catalogue.by_code("0501").id).id
        Case.objects.filter(number__in=[seven[1].number, seven[5].number]).update(feared=feared)
        parts = (CaseFilter(states=OPEN, is_danger=True), CaseFilter(states=OPEN, is_danger=False))
    who: dict[str, Any] = {"order": order, "size": 2, "actor": cast.zhou, "at": noon, "soon": noon}
    walked = pages(cast, noon, order, parts, size=2)
    for number in (1, 2, 3, 4, 5, 40, 99999):
        jump = paged.jumped(parts, number=number, **who)
        page = paged.walked(parts, start=jump.start, **who)
        assert jump.number == min(number, 4)
        assert [line.number for line in page.lines] == walked[jump.number - 1]
        assert page.has_behind == (jump.number < 4)


def test_twin_without_the_row_that_stands_on_it_a_page_behind_the_last_would_be_empty(
    cast: Cast, seven: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paged, "begun", lambda count, number, size: number)
    who: dict[str, Any] = {"order": Order.DUE, "size": 7, "actor": cast.zhou, "at": noon, "soon": noon}
    jump = paged.jumped([ALL], number=2, **who)
    assert paged.walked([ALL], start=jump.start, **who).lines == []


def test_a_jump_counts_off_no_more_rows_than_forty_pages_hold(
    cast: Cast, seven: list[Case], noon: datetime
) -> None:
    who: dict[str, Any] = {"order": Order.DUE, "size": 2, "actor": cast.zhou, "at": noon, "soon": noon}
    costs = []
    for number in (2, 99999):
        with CaptureQueriesContext(connection) as asked:
            paged.jumped([ALL], number=number, **who)
        costs.append(len(asked))
        limit = (min(number, paged.MOST_PAGES) - 1) * 2 + 1
        assert f"LIMIT {limit}" in asked.captured_queries[-1]["sql"]
    assert costs[0] == costs[1] <= 2


def test_of_more_than_a_thousand_none_are_listed_at_once(
    cast: Cast, seven: list[Case], noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNTED", 6)
    who = {"order": Order.DUE, "actor": cast.zhou, "at": noon, "soon": noon}
    assert paged.few(ALL, **who) is None
    assert len(paged.few(CaseFilter(states=OPEN, since=noon), **who)) == 3


def test_several_filters_are_counted_in_one_statement_and_no_further_than_asked(
    cast: Cast, seven: list[Case], noon: datetime
) -> None:
    wanted = [
        ALL,
        CaseFilter(states=OPEN, since=noon),
        CaseFilter(states=("closed",)),
        CaseFilter(category_ids=[new_id()]),
    ]
    with CaptureQueriesContext(connection) as asked:
        found = lists.counted(wanted * 3, actor=cast.zhou, at=noon, soon=noon, most=5)
    assert (found, len(asked)) == ([6, 3, 0, 0] * 3, 2)
    assert lists.counted([ALL], actor=cast.mo, at=noon, soon=noon, most=5) == [0]
    assert lists.counted([], actor=cast.zhou, at=noon, soon=noon, most=5) == []


def test_each_clock_has_its_cases_and_together_they_are_all(
    cast: Cast, seven: list[Case], noon: datetime
) -> None:
    Case.objects.filter(id=seven[5].id).update(due_at=noon - timedelta(hours=1))
    Case.objects.filter(id=seven[6].id).update(review_at=noon + timedelta(days=3))
    clocks = [CaseFilter(states=OPEN, clock=one) for one in ("overdue", "due_soon", "safe", "paused")]
    who = {"actor": cast.zhou, "at": noon, "soon": noon + timedelta(hours=4)}
    each = [{case.id for case in lists.fitting(one, **who)} for one in clocks]
    assert sum(map(len, each)) == len(set().union(*each)) == 7
    assert (seven[5].id in each[0], each[3]) == (True, {seven[6].id})


def test_level_round_and_days_narrow(cast: Cast, seven: list[Case], noon: datetime) -> None:
    Case.objects.filter(id=seven[4].id).update(round=2, level="district")
    Case.objects.filter(id=seven[5].id).update(round=3)
    who = {"actor": cast.zhou, "at": noon, "soon": noon}

    def numbers(**more: Any) -> list[int]:
        found = {case.id for case in lists.fitting(CaseFilter(states=OPEN, **more), **who)}
        return [place for place, case in enumerate(seven) if case.id in found]

    assert numbers(level="district") == [4]
    assert numbers(rounds=(1, 1)) == [0, 1, 2, 3, 6]
    assert (numbers(rounds=(2, None)), numbers(rounds=(3, None))) == ([4, 5], [5])
    assert numbers(since=noon - timedelta(hours=4), until=noon) == [3, 4]


RARE = {
    "open_cases_of_a_category": CaseFilter(states=OPEN, category_ids=[new_id()]),
    "open_cases_by_channel": CaseFilter(states=OPEN, channel="wecom"),
    "open_cases_by_level": CaseFilter(states=OPEN, level="district"),
    "open_cases_of_a_place": CaseFilter(states=OPEN, place_path="/aa/"),
    "open_cases_escalated": CaseFilter(states=OPEN, is_escalated=True),
    "open_cases_paused": CaseFilter(states=OPEN, clock="paused"),
    "open_cases_reworked": CaseFilter(states=OPEN, rounds=(2, None)),
    "open_cases_returned": CaseFilter(states=OPEN, is_returned=True),
    "open_cases_by_place": CaseFilter(states=OPEN, is_unlocated=True),
    "open_cases_with_an_officer": CaseFilter(states=OPEN, is_to_me=True),
    "cases_of_a_party": CaseFilter(states=OPEN, party=new_id()),
    "open_cases_by_due": CaseFilter(states=OPEN, clock="overdue"),
    "closed_cases_of_a_category": CaseFilter(states=CLOSED, category_ids=[new_id()]),
    "closed_cases_by_channel": CaseFilter(states=CLOSED, channel="wecom"),
    "closed_cases_by_level": CaseFilter(states=CLOSED, level="district"),
    "closed_cases_reworked": CaseFilter(states=CLOSED, rounds=(2, None)),
}


def plan(cast: Cast, at: datetime, wanted: CaseFilter) -> str:
    rows = lists.fitting(wanted, actor=cast.zhou, at=at, soon=at)
    return str(rows.order_by().values_list("due_at", "id")[:1001].explain())


@on_sqlite
@pytest.mark.parametrize("index", RARE)
def test_a_filter_that_fits_few_is_asked_along_the_index_that_narrows_it(
    cast: Cast, noon: datetime, index: str
) -> None:
    assert f"USING INDEX {index} " in plan(cast, noon, RARE[index])


@on_sqlite
def test_twin_asked_for_more_than_the_index_holds_every_open_case_is_read(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "ESCALATED", lists.Q(escalations__gt=0) | lists.Q(ladder_ended=True))
    assert "open_cases_escalated" not in plan(cast, noon, RARE["open_cases_escalated"])


@on_sqlite
def test_twin_not_told_that_they_are_closed_it_reads_along_no_index_of_closed_ones(
    cast: Cast, noon: datetime
) -> None:
    rare = RARE["closed_cases_of_a_category"]
    assert "closed_cases_of_a_category" in plan(cast, noon, rare)
    assert "closed_cases_of_a_category" not in plan(cast, noon, CaseFilter(category_ids=rare.category_ids))


@on_sqlite
@pytest.mark.parametrize("name", ["category_ids", "channel", "level", "rounds"])
def test_a_program_that_asks_for_what_is_rare_reads_along_the_indexes_of_open_and_of_closed_ones(
    cast: Cast, noon: datetime, name: str
) -> None:
    said = {"category_ids": [new_id()], "channel": "wecom", "level": "district", "rounds": (2, None)}
    wanted = CaseFilter(**{name: said[name]})
    with CaptureQueriesContext(connection) as asked:
        found = paged.newest(wanted, before=None, size=50, actor=cast.zhou, at=noon, soon=noon)
    assert (found, len(asked)) == (([], False), 3)  # one for what nobody may see yet
    with connection.cursor() as cursor:
        for one, index in zip(asked.captured_queries[1:], ("open_cases", "closed_cases"), strict=True):
            cursor.execute("EXPLAIN QUERY PLAN " + one["sql"])
            assert index in " ".join(row[3] for row in cursor.fetchall())


@on_sqlite
@pytest.mark.parametrize(
    ("name", "value", "index"),
    [
        ("category_ids", [new_id()], "closed_cases_of_a_category"),
        ("channel", "phone", "closed_cases_by_channel"),
        ("level", "community", "closed_cases_by_level"),
    ],
)
def test_a_jump_to_a_page_of_closed_ones_reads_along_the_index_that_narrows_it(
    cast: Cast, noon: datetime, name: str, value: Any, index: str
) -> None:
    wanted = CaseFilter(states=CLOSED, **{name: value})
    rows = paged.in_order(lists.fitting(wanted, actor=cast.zhou, at=noon, soon=noon), Order.NEWEST)
    said = rows.values_list("received_at", "id")[:1951].explain()
    assert f"{index} (jurisdiction_id=? AND" in said
    assert "TEMP B-TREE FOR ORDER BY" not in said


@on_sqlite
def test_twin_asked_in_order_it_would_walk_all_that_is_open(cast: Cast, noon: datetime) -> None:
    rows = lists.fitting(RARE["open_cases_by_channel"], actor=cast.zhou, at=noon, soon=noon)
    assert "open_cases_by_due (jurisdiction_id=?)" in paged.in_order(rows, Order.DUE)[:51].explain()


@on_sqlite
@pytest.mark.parametrize(
    ("order", "index"), [(Order.DUE, "open_cases_by_due"), (Order.NEWEST, "cases_by_receipt")]
)
def test_the_fortieth_page_begins_where_it_begins(
    cast: Cast, noon: datetime, order: Order, index: str
) -> None:
    wanted = ALL if order is Order.DUE else CaseFilter()
    rows = lists.fitting(wanted, actor=cast.zhou, at=noon, soon=noon)
    start = Spot(noon, uuid7(0, 0))
    key = paged.KEYS[order]
    said = paged.in_order(rows, order).filter(paged._behind(start, order, False))[:51].explain()
    assert f"USING INDEX {index} (jurisdiction_id=? AND {key}{'>' if order is Order.DUE else '<'}?" in said


def test_what_is_next_is_said_to_whoever_may_do_it(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    assert (next_of(case, cast.chen), next_of(case, cast.sun)) == ("accept", "")
    case = walk(case, (cast.chen, Move("accept")), at=noon)
    assert (next_of(case, cast.chen), next_of(case, cast.wei)) == ("dispatch", "solve_on_spot")
    case = walk(case, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    assert (next_of(case, cast.chen), next_of(case, cast.sun)) == ("", "take")
    line = lists.as_lines(Case.objects.filter(id=case.id))[0]
    assert next_of(line, cast.qian) == "take"
