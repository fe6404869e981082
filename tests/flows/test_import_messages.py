"""The messages of a board: every one becomes a waiting case, again adds nothing, a damaged row stops it all before it begins."""

import io
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError

from gezhi.cases import lists
from gezhi.cases.models import Case
from gezhi.flows import import_messages as flow
from gezhi.flows.cells import RowFinding
from gezhi.flows.import_messages import Result, import_messages
from gezhi.journal.models import Entry
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.sheet import BadSheet
from gezhi.ledger import actions as ledger
from gezhi.ledger import queries as ledger_queries
from gezhi.ledger.queries import LineFilter
from gezhi.reports.models import ImportRun, Report
from tests.cast import Cast

HEADS = ("留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "反对数", "点赞数")
REAL = Path(
    os.environ.get(
        "GEZHI_REAL_MESSAGES", Path(__file__).parents[3] / "shared/data/citizen-messages/messages.xlsx"
    )
)
USER = "A00012345"
SAID = datetime(2019, 2, 28, 3, 25, 5, tzinfo=UTC)  # 2019/2/28 11:25:05 in Shanghai


def sheet(*rows: Sequence[Any], heads: Sequence[str] = HEADS) -> bytes:
    """A workbook of these rows."""
    book, to = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    for row in (heads, *rows):
        page.append(list(row))
    book.save(to)
    return to.getvalue()


def message(
    number: object, text: object = "路灯坏了三天", said: object = "2019/2/28 11:25:05", subject: str = "路灯"
) -> tuple[Any, ...]:
    return (number, USER, subject, said, text, 0, 3)


def many(count: int) -> bytes:
    return sheet(*(message(number, f"第 {number} 盏路灯不亮") for number in range(1, count + 1)))


def brought(data: bytes, at: datetime, filename: str = "messages.xlsx", **more: Any) -> Result:
    return import_messages(data, filename, actor=SYSTEM, at=at, **more)


def counted() -> tuple[int, int, int]:
    """How many reports, cases and journal entries of both there are."""
    return (
        Report.objects.count(),
        Case.objects.count(),
        Entry.objects.filter(subject_kind__in=["report", "case"]).count(),
    )


# ---- what becomes of a message ----


def test_a_message_becomes_a_report_with_a_case_that_waits_at_the_intake_desk(
    cast: Cast, noon: datetime
) -> None:
    assert brought(sheet(message(160, "\t\t\n\t 东门路灯\xa0坏了\r\n\r\n  三天了 ")), noon) == Result(
        1, 1, 0, 0
    )
    report, case = Report.objects.get(), Case.objects.get()
    assert (report.text, report.source, report.external_number, report.said_at, report.received_at) == (
        "路灯\n东门路灯\xa0坏了\n三天了",
        "message-board",
        "160",
        SAID,
        noon,
    )
    assert (report.channel, report.place_id, report.contact) == ("import", None, None)
    assert (case.state, case.channel, case.place_id, case.lead_id, case.received_at, case.is_askable) == (
        "reported",
        "import",
        None,
        cast.office_desk,
        noon,
        False,
    )
    assert case.due_at is not None
    assert case.due_at > noon


def test_the_user_of_a_message_is_kept_nowhere(cast: Cast, noon: datetime) -> None:
    brought(sheet(message(160)), noon)
    report, entries = Report.objects.get(), Entry.objects.all()
    said = [str(vars(report)), *(str(vars(entry)) for entry in entries), str(vars(Case.objects.get()))]
    assert [text for text in said if USER in text] == []


@pytest.mark.parametrize(
    "said",
    [
        "2019/2/28 11:25:05",
        " 2019-02-28 11:25:05\t",
        "2019年2月28日 11:25:05",
        datetime(2019, 2, 28, 11, 25, 5),  # noqa: DTZ001 - sheets know no zones
        43524.4757523148,
    ],
)
def test_a_time_may_be_a_text_a_date_or_a_count_of_days(said: object, cast: Cast, noon: datetime) -> None:
    brought(sheet(message(1, said=said)), noon)
    assert Report.objects.get().said_at == SAID


@pytest.mark.parametrize(
    "heads",
    [
        ("留 言 编 号", "用户", "留言标题", "留言时间（必填）", "留言内容", "a", "b"),
        ("Message number", "User", "Subject", "Time", "Text", "a", "b"),
        ("留言編號", "用戶", "留言主題", "留言時間", "留言詳情", "a", "b"),
    ],
)
def test_columns_are_found_by_their_heads(heads: Sequence[str], cast: Cast, noon: datetime) -> None:
    assert brought(sheet(message(7), heads=heads), noon).new == 1
    assert Report.objects.get().text == "路灯\n路灯坏了三天"


def test_a_text_table_will_do(cast: Cast, noon: datetime) -> None:
    data = "留言编号,留言时间,留言详情\n7,2019/2/28 11:25:05,路灯坏了\n".encode("gb18030")
    assert brought(data, noon, "messages.csv") == Result(1, 1, 0, 0)
    assert Report.objects.get().text == "路灯坏了"


def test_a_sheet_without_the_columns_is_refused(cast: Cast, noon: datetime) -> None:
    with pytest.raises(BadSheet) as refused:
        brought(sheet(("1", "x"), heads=("留言编号", "留言主题")), noon)
    assert (refused.value.code, refused.value.details["heads"]) == ("missing_heads", ("留言时间", "留言详情"))


# ---- again, and twice in one sheet ----


def test_the_same_sheet_again_adds_nothing(cast: Cast, noon: datetime) -> None:
    assert brought(many(60), noon) == Result(60, 60, 0, 0)
    before = counted()
    assert brought(many(60), noon + timedelta(days=1)) == Result(60, 0, 60, 0)
    assert counted() == before


def test_a_longer_sheet_adds_what_is_new(cast: Cast, noon: datetime) -> None:
    brought(many(3), noon)
    assert brought(many(5), noon) == Result(5, 2, 3, 0)


def test_a_message_that_stands_twice_counts_once(cast: Cast, noon: datetime) -> None:
    assert brought(sheet(message(1), message(2), message(1)), noon) == Result(3, 2, 1, 0)


def test_two_messages_with_one_number_are_not_merged(cast: Cast, noon: datetime) -> None:
    data = sheet(message(1), message(1, "别的事"))
    assert brought(data, noon) == Result(2, 0, 0, 1, (RowFinding(3, "留言编号", "twice"),), is_stopped=True)


# ---- damaged rows ----

DAMAGED = [
    (message(None), "留言编号", "required"),
    (message(1.5), "留言编号", "unreadable"),
    (message("9" * 81), "留言编号", "too_long"),
    (message(9, None), "留言详情", "required"),
    (message(9, "\t \n\xa0"), "留言详情", "required"),
    (message(9, "字" * 20_001), "留言详情", "too_long"),
    (message(9, "坏\ufdd0字"), "留言详情", "noncharacter"),
    (message(9, said="去年春天"), "留言时间", "unreadable"),
    (message(9, said="28/2/2019 11:25"), "留言时间", "unreadable"),
    (message(9, said=None), "留言时间", "required"),
    (message(9, said="2019/2/30 11:25"), "留言时间", "unreadable"),
    (message(9, said="2096/2/28 11:25"), "留言时间", "in_the_future"),
    (message(9, "#REF!"), "留言详情", "error_value"),
]


@pytest.mark.parametrize(
    ("row", "cell", "code"), DAMAGED, ids=[f"{cell} {code}" for _, cell, code in DAMAGED]
)
def test_a_damaged_row_is_named_and_stops_all_before_anything_is_written(
    row: tuple[Any, ...], cell: str, code: str, cast: Cast, noon: datetime
) -> None:
    finding = RowFinding(4, cell, code)
    assert brought(sheet(message(1), message(2), row, message(3)), noon) == Result(
        4, 0, 0, 1, (finding,), is_stopped=True
    )
    assert (counted(), ImportRun.objects.count()) == ((0, 0, 0), 0)
    assert finding.sentence().startswith(f"第 4 行，{cell}：")


def test_without_that_stop_a_damaged_sheet_would_come_in(cast: Cast, noon: datetime) -> None:
    """Twin: with skip_bad the good rows come in and the bad one is still named."""
    data = sheet(message(1), message(2, said="去年"), message(3))
    assert brought(data, noon, skip_bad=True) == Result(
        3, 2, 0, 1, (RowFinding(3, "留言时间", "unreadable"),)
    )
    assert sorted(Report.objects.values_list("external_number", flat=True)) == ["1", "3"]


# ---- staged, and taken up again ----


class Killed(BaseException):
    """The process ends here."""


def killed_after(batches: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if done >= batches * flow.BATCH:
            raise Killed

    return progress


def test_nobody_sees_an_import_before_it_is_published(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Killed):
        brought(many(60), noon, progress=killed_after(1))
    seal(at=noon)
    ledger.catch_up(at=noon)
    shown = lists.listed(lists.CaseFilter(), actor=cast.zhou, at=noon, soon=noon)
    assert (Case.objects.count(), shown.count()) == (flow.BATCH, 0)
    assert list(ledger_queries.lines(LineFilter(), actor=SYSTEM)) == []


def test_a_killed_import_goes_on_where_it_stopped(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Killed):
        brought(many(60), noon, progress=killed_after(1))
    assert brought(many(60), noon) == Result(60, 60, 0, 0)
    seal(at=noon)
    ledger.catch_up(at=noon)
    run = ImportRun.objects.get()
    assert counted() == (60, 60, 120)
    assert set(Report.objects.values_list("run_id", flat=True)) == {run.id}
    assert lists.listed(lists.CaseFilter(), actor=cast.zhou, at=noon, soon=noon).count() == 60
    assert ledger_queries.lines(LineFilter(), actor=SYSTEM).count() == 60


def test_a_batch_is_whole_or_not_there(cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def torn(*deeds: Any, **who: Any) -> None:
        raise Killed

    monkeypatch.setattr(flow, "record", torn)
    with pytest.raises(Killed):
        brought(many(3), noon)
    assert counted() == (0, 0, 0)


def test_a_batch_in_pieces_would_be_seen(cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twin: without the transaction reports stay that no case and no entry knows."""

    def torn(*deeds: Any, **who: Any) -> None:
        raise Killed

    monkeypatch.setattr(flow, "record", torn)
    monkeypatch.setattr(flow, "_write_once", flow._write_once.__wrapped__)
    with pytest.raises(Killed):
        brought(many(3), noon)
    assert counted() == (3, 3, 0)


def test_a_batch_that_lost_a_race_for_a_number_is_tried_once_more(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another import wrote one of the numbers between this one's look and its write: the database refused."""
    real, tries = flow.open_many, []

    def refused_at_first(openings: Any, *, at: datetime) -> Any:
        tries.append(len(openings))
        if len(tries) == 1:
            raise IntegrityError
        return real(openings, at=at)

    monkeypatch.setattr(flow, "open_many", refused_at_first)
    assert brought(many(3), noon) == Result(3, 3, 0, 0)
    assert (tries, counted()) == ([3, 3], (3, 3, 6))


def test_progress_is_told_batch_by_batch(cast: Cast, noon: datetime) -> None:
    told: list[tuple[int, int]] = []
    brought(many(60), noon, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 60) for done in (*range(flow.BATCH, 60, flow.BATCH), 60)]


# ---- the real thing ----


@pytest.mark.one_engine
@pytest.mark.skipif(not REAL.exists(), reason=f"the real messages are not on this machine ({REAL.name})")
def test_all_real_messages_come_in_and_come_in_once(cast: Cast, noon: datetime) -> None:
    """Reads the 4,326 real messages when they are there; none of their words is kept in a test."""
    data = REAL.read_bytes()
    assert brought(data, noon) == Result(4326, 4326, 0, 0)
    assert brought(data, noon) == Result(4326, 0, 4326, 0)
    assert Report.objects.filter(said_at=None).count() == 0
    assert Case.objects.exclude(state="reported").count() == 0
    assert Case.objects.values("number").distinct().count() == 4326
