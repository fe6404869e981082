"""Somebody's ledger: a dry run that writes nothing, waiting cases, words and numbers kept, again adds nothing, never a fake "solved"."""

import io
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError

from gezhi.cases import lists
from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.channels.excel import mapping
from gezhi.channels.excel.book import read_book
from gezhi.flows import import_ledger as flow
from gezhi.flows import ledger_sheet
from gezhi.flows.cells import RowFinding
from gezhi.flows.import_ledger import DECLINE, LEAVE_OUT, WAIT, Result, import_ledger
from gezhi.flows.ledger_sheet import Judged, Reading, judge, source_of
from gezhi.journal.models import Entry
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import actions as ledger
from gezhi.ledger import queries as ledger_queries
from gezhi.ledger.queries import LineFilter
from gezhi.places import actions as places
from gezhi.places.kinds import NameKind
from gezhi.reports.contact import unseal
from gezhi.reports.models import ImportRun, Report
from tests.cast import Cast

HEADS = (
    "编号",
    "上报时间",
    "地点",
    "类别",
    "问题描述",
    "反映人",
    "联系电话",
    "责任单位",
    "办理情况",
    "办结时间",
    "备注",
)
SAID = datetime(2024, 3, 5, 1, 30, tzinfo=UTC)  # 9:30 in Shanghai


def row(number: object = "2024-001", text: object = "楼下路灯不亮", **more: Any) -> tuple[Any, ...]:
    said = {
        "编号": number,
        "上报时间": "2024-03-05 09:30",
        "地点": "悦海花园3号楼",
        "问题描述": text,
        "反映人": "林秀英",
    } | more
    return tuple(said.get(head) for head in HEADS)


def sheet(*rows: Sequence[Any], heads: Sequence[str] = HEADS) -> bytes:
    book, to = openpyxl.Workbook(), io.BytesIO()
    for one in (heads, *rows):
        book.active.append(list(one))
    book.save(to)
    return to.getvalue()


def read(data: bytes, at: datetime, name: str = "台账.xlsx") -> tuple[Judged, str]:
    """As the page and the command do it: read, map, judge."""
    book = read_book(data, name)
    fields = mapping.as_fields(mapping.propose(book), len(book.heads))
    source = source_of(mapping.layout_digest(book.heads))
    reading = Reading(source, mapping.heads_of(book, fields), flow.office_zone(), at)
    return judge(mapping.records(book, fields), reading), source


def brought(data: bytes, at: datetime, finished: str = LEAVE_OUT, **more: Any) -> Result:
    judged, source = read(data, at)
    return import_ledger(judged, source, "0" * 64, finished=finished, actor=SYSTEM, at=at, **more)[0]


def many(count: int) -> bytes:
    return sheet(*(row(f"N{number}", f"第 {number} 盏路灯不亮") for number in range(1, count + 1)))


def told(result: Result) -> tuple[int, int, int, int]:
    """read, new, known, bad."""
    return result.read, result.new, result.known, result.bad


def counted() -> tuple[int, int, int]:
    entries = Entry.objects.filter(subject_kind__in=["report", "case"])
    return Report.objects.count(), Case.objects.count(), entries.count()


# ---- what becomes of a row ----


def test_a_row_becomes_a_report_with_a_case_that_waits_at_the_desk_of_its_place(
    cast: Cast, noon: datetime
) -> None:
    leaf = catalogue.by_code("0501")
    data = sheet(row(类别=leaf.name.zh, 联系电话="138-1234-5678", 责任单位="长峰物业", 备注="急"))
    assert told(brought(data, noon)) == (1, 1, 0, 0)
    report, case = Report.objects.get(), Case.objects.get()
    assert (report.text, report.said_at, report.received_at, report.external_number, report.category_id) == (
        "楼下路灯不亮\n责任单位：长峰物业\n备注：急", SAID, noon, "2024-001", leaf.id,
    )  # fmt: skip
    assert unseal(report.id, bytes(report.contact), bytes(report.contact_key)) == "13812345678"
    assert (case.state, case.place_id, case.lead_id, case.category_id, case.received_at) == (
        "reported", cast.town.building, cast.desk_a, leaf.id, noon,
    )  # fmt: skip
    assert case.due_at > noon  # the clock starts at the import


def test_who_reported_is_kept_nowhere(cast: Cast, noon: datetime) -> None:
    brought(sheet(row()), noon)
    said = [str(vars(one)) for one in (Report.objects.get(), Case.objects.get(), *Entry.objects.all())]
    assert [text for text in said if "林秀英" in text] == []


@pytest.mark.parametrize(
    ("words", "place", "kept"),
    [
        ("悦海花园3号楼", "building", False),
        ("悦海花园 3号楼 2单元", "stairwell", False),
        ("悦海社区悦海花园", "compound", False),
        ("悦海花園3號樓", "building", False),
        ("悦海花园3号楼2单元501室", "stairwell", True),
        ("3号楼", "building", False),
        ("老供销社", "compound", False),
        ("月球背面", None, True),
        (None, None, False),
    ],
)
def test_a_place_is_found_by_its_names_or_its_words_stay_in_the_text(
    words: str | None, place: str | None, kept: bool, cast: Cast, noon: datetime
) -> None:
    places.add_name(cast.town.compound, "老供销社", NameKind.COMMON, actor=SYSTEM, at=noon)
    result = brought(sheet(row(地点=words)), noon)
    report = Report.objects.get()
    assert report.place_id == (getattr(cast.town, place) if place else None)
    assert (f"地点：{words}" in report.text) is kept
    assert result.unlocated == (place is None)


def test_a_name_of_several_places_is_no_place_unless_the_community_says_which(
    cast: Cast, noon: datetime
) -> None:
    other = places.add_place(
        kind="compound",
        name="悦海花园",
        parent_id=cast.town.community_b,
        grid_id=cast.town.grid_b2,
        actor=SYSTEM,
        at=noon,
    )
    heads = ("编号", "社区", "小区", "问题描述")
    data = sheet(("1", "韩乐坊社区", "悦海花园", "路灯"), ("2", None, "悦海花园", "路灯"), heads=heads)
    result = brought(data, noon)
    assert list(Report.objects.order_by("external_number").values_list("place_id", flat=True)) == [
        other.id,
        None,
    ]
    assert result.remarks == (RowFinding(3, "小区", "several_places", {"value": "悦海花园"}),)


# ---- finished rows: I3 ----


@pytest.mark.parametrize(
    ("status", "closed", "is_finished"),
    [
        ("已办结", None, True), ("办结", None, True), ("处理完毕", None, True), ("是", None, True), ("closed", None, True),
        (None, "2024-03-09", True), ("未办结", None, False), ("正在处理", "2024-03-09", False), ("待解决", None, False),
        ("尚未完成", None, False), ("处理中", None, False), ("否", None, False), ("not done", None, False), (None, None, False),
    ],
)  # fmt: skip
def test_what_a_book_calls_finished_is_read_from_its_status(
    status: str | None, closed: str | None, is_finished: bool, cast: Cast, noon: datetime
) -> None:
    judged, _ = read(sheet(row(办理情况=status, 办结时间=closed), row("2", 办结时间="2024-3-1")), noon)
    assert judged.items[0].is_finished is is_finished


def test_finished_rows_are_left_out_unless_somebody_wants_them(cast: Cast, noon: datetime) -> None:
    data = sheet(row("1", 办理情况="已办结"), row("2", 办理情况="处理中"))
    first = brought(data, noon)
    assert (told(first), first.left_out, first.finished) == ((2, 1, 0, 0), 1, 1)
    assert told(brought(data, noon, WAIT)) == (2, 1, 1, 0)


@pytest.mark.parametrize("finished", [WAIT, DECLINE])
def test_no_import_ever_makes_a_solved_case(finished: str, cast: Cast, noon: datetime) -> None:
    brought(sheet(row(办理情况="已办结", 办结时间="2024-03-09")), noon, finished)
    case, report = Case.objects.get(), Report.objects.get()
    assert (case.state, case.ending) == ("reported", "")
    assert report.text == "楼下路灯不亮\n办理情况：已办结\n办结时间：2024-03-09"


# ---- dry run ----


def test_a_dry_run_counts_and_writes_nothing(cast: Cast, noon: datetime) -> None:
    brought(sheet(row("1")), noon)
    before = counted()
    data = sheet(
        row("1"),
        row("2", 地点="月球", 联系电话="13812345678"),
        row("3", 办理情况="办结", 联系电话="13812345678"),
        row("4", None),
        row("5", 联系电话="无", 类别="怪事"),
    )
    judged, source = read(data, noon)
    result = flow.dry_run(judged, source, LEAVE_OUT)
    assert counted() == before
    assert ImportRun.objects.count() == 1
    assert (result.read, result.new, result.known, result.bad, result.left_out) == (5, 2, 1, 1, 1)
    assert (result.unlocated, result.uncategorised) == (1, 2)
    assert [one.sentence() for one in (*result.findings, *result.remarks)] == [
        "第 5 行，问题描述：不能为空",
        "第 3 行，地点：没有找到“月球”，先不定位，原话留在内容里；要定位，请在“位置”里添加别名",
        "第 6 行，类别：没有“怪事”这个类别，先不归类，原话留在内容里",
        "第 6 行，联系电话：不是一个电话号码，没有带入；请一格只写一个号码",
    ]


DAMAGED = [
    (row(9, None), "问题描述", "required"),
    (row(9, "字" * 20_001), "问题描述", "too_long"),
    (row(9, "坏\ufdd0字"), "问题描述", "noncharacter"),
    (row(9, 上报时间="去年春天"), "上报时间", "not_a_moment"),
    (row(9, 上报时间="2096-1-1"), "上报时间", "later_than_now"),
    (row(9, 上报时间="2026-13-08"), "上报时间", "not_a_moment"),
    (row(9, 上报时间="昨天下午"), "上报时间", "relative"),
    (row(9, 上报时间=11.3), "上报时间", "day_or_tens"),
    (row(1.5), "编号", "unreadable"),
    (row("9" * 81), "编号", "too_long"),
    (row(9, "#REF!"), "问题描述", "error_value"),
    (row("1", "别的事"), "编号", "twice"),
]


@pytest.mark.parametrize(
    ("bad", "head", "code"), DAMAGED, ids=[f"{head} {code}" for _, head, code in DAMAGED]
)
def test_a_damaged_row_is_named_and_stops_all(
    bad: tuple[Any, ...], head: str, code: str, cast: Cast, noon: datetime
) -> None:
    result = brought(sheet(row("1"), row("2"), bad, row("3")), noon)
    assert (result.is_stopped, [(one.row, one.column, one.code) for one in result.findings]) == (
        True,
        [(4, head, code)],
    )
    assert (counted(), ImportRun.objects.count()) == ((0, 0, 0), 0)


def test_without_that_stop_a_damaged_ledger_would_come_in(cast: Cast, noon: datetime) -> None:
    """Twin: with skip_bad the good rows come in and the bad one is still named."""
    result = brought(sheet(row("1"), row("2", 上报时间="去年"), row("3")), noon, skip_bad=True)
    assert (result.new, result.bad, result.is_stopped) == (2, 1, False)


# ---- again ----


def test_the_same_ledger_again_adds_nothing(cast: Cast, noon: datetime) -> None:
    assert brought(many(60), noon).new == 60
    before = counted()
    assert told(brought(many(60), noon + timedelta(days=1))) == (60, 0, 60, 0)
    assert counted() == before


def test_rows_without_a_number_are_known_by_what_they_say(cast: Cast, noon: datetime) -> None:
    data = sheet(row(None), row(None, "井盖松动"), row(None))
    assert told(brought(data, noon)) == (3, 2, 1, 0)
    assert told(brought(data, noon)) == (3, 0, 3, 0)


def test_one_number_in_two_layouts_is_two_matters(cast: Cast, noon: datetime) -> None:
    brought(sheet(row("1")), noon)
    assert brought(sheet(("1", "井盖松动"), heads=("编号", "问题描述")), noon).new == 1


# ---- staged, and taken up again ----


class Killed(BaseException):
    """The process ends here."""


def killed(done: int, total: int) -> None:
    raise Killed


def seen(cast: Cast, at: datetime) -> tuple[int, int]:
    seal(at=at)
    ledger.catch_up(at=at)
    shown = lists.listed(lists.CaseFilter(), actor=cast.zhou, at=at, soon=at)
    return shown.count(), ledger_queries.lines(LineFilter(), actor=SYSTEM).count()


def test_nobody_sees_an_import_that_was_killed_and_the_next_start_goes_on(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Killed):
        brought(many(60), noon, progress=killed)
    assert (Case.objects.count(), seen(cast, noon)) == (flow.FIRST_BATCH, (0, 0))
    assert brought(many(60), noon).read == 60
    assert (counted(), seen(cast, noon)) == ((60, 60, 120), (60, 60))
    assert ImportRun.objects.get().new == 60


def test_published_at_once_it_would_be_seen(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: without the run on its cases, a killed import stands half there."""
    real = flow.Opening
    monkeypatch.setattr(flow, "Opening", lambda *said, run_id: real(*said))
    with pytest.raises(Killed):
        brought(many(60), noon, progress=killed)
    assert seen(cast, noon)[0] == flow.FIRST_BATCH


def test_a_batch_is_whole_or_not_there(cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(rows: Any) -> None:
        raise Killed

    monkeypatch.setattr(flow, "write_firsts", torn)
    with pytest.raises(Killed):
        brought(many(3), noon)
    assert counted() == (0, 0, 0)
    monkeypatch.setattr(flow, "transaction", SimpleNamespace(atomic=nullcontext))  # twin: without it
    with pytest.raises(Killed):
        brought(many(3), noon)
    assert counted() == (3, 3, 0)


def test_a_batch_that_lost_a_race_is_tried_once_more(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = flow.store_many, []

    def refused_at_first(batch: Any) -> None:
        tries.append(len(batch.cases))
        if len(tries) == 1:
            raise IntegrityError
        real(batch)

    monkeypatch.setattr(flow, "store_many", refused_at_first)
    assert brought(many(3), noon).new == 3
    assert (tries, counted()) == ([3, 3], (3, 3, 6))


def test_a_slow_batch_makes_the_next_one_smaller(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(1000))
    monkeypatch.setattr(flow.time, "perf_counter", lambda: float(next(clock)))  # each batch takes a second
    told: list[int] = []
    brought(many(30), noon, progress=lambda done, total: told.append(done))
    assert told == [20, 24, 28, 30]


# ---- our own export ----


def test_our_own_ledger_maps_by_itself(cast: Cast, noon: datetime) -> None:
    from gezhi.ledger.export import export_ledger

    cast.lin_reports(noon)
    seen(cast, noon)
    for suffix in (".xlsx", ".csv"):
        to = io.BytesIO()
        export_ledger(LineFilter(), to, suffix=suffix, actor=cast.zhou, language="zh-hans", at=noon)
        book = read_book(to.getvalue(), f"台账{suffix}")
        fields = {one.name: one.field for one in mapping.propose(book) if one.field}
        assert fields == {
            "编号": "number", "状态": "status", "收到时间": "received_at", "地点": "place", "类别": "category", "问题描述": "text",
            "责任单位": "party", "结案时间": "closed_at", "结案方式": "status", "原始反映时间": "said_at", "社区": "area",
            "类别代码": "category", "结案说明": "note",
        }  # fmt: skip
        judged, _ = read(to.getvalue(), noon, f"台账{suffix}")
        (item,) = judged.items
        assert (judged.findings, item.place, item.is_finished) == ((), cast.town.stairwell, False)
        assert item.intake.category == catalogue.by_code("0501").id


def test_the_key_of_a_row_without_a_number_is_the_offices_own(
    cast: Cast, noon: datetime, monkeypatch: Any
) -> None:
    judged, _ = read(sheet(row(None)), noon)
    monkeypatch.setattr(ledger_sheet, "derived", lambda purpose: b"another office")
    other, _ = read(sheet(row(None)), noon)
    assert judged.items[0].intake.external_number != other.items[0].intake.external_number
