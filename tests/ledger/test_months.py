"""A month of the ledger that freezes: what was said then stays, what changed later is shown as a correction, and it equals a recount (I8)."""

import io
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import actions as catalogue_actions
from gezhi.config import worker
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, NotYours
from gezhi.ledger import actions, book, check, corrections, months, monthsheet, packing
from gezhi.ledger.columns import Kind
from gezhi.ledger.corrections import Correction
from gezhi.ledger.models import WHOLE, Line, MonthBook, MonthPart
from tests.cast import Cast, done, lin, walk

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MARCH = date(2026, 3, 1)
APRIL_3 = datetime(2026, 4, 3, 4, tzinfo=UTC)


def kept_up(at: datetime) -> None:
    seal(at=at)
    actions.catch_up(at=at)


@pytest.fixture
def march(cast: Cast, noon: datetime) -> Case:
    """Two doors at A1 and a lamp in B2, reported in March; the first door is in hand."""
    case = cast.lin_reports(noon)
    walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        at=noon + HOUR,
    )
    cast.lin_reports(noon + HOUR, "单元门关不上")
    cast.lin_reports(noon + DAY, "中街路灯不亮", place=cast.town.street_b)
    kept_up(noon + DAY)
    return case


def frozen(actor: Actor = SYSTEM, at: datetime = APRIL_3) -> months.BookRow:
    return months.book(months.freeze(MARCH, actor=actor, at=at), actor=SYSTEM)


def solve(case: Case, cast: Cast, at: datetime) -> None:
    walk(case, (cast.qian, done(at)), at=at)
    walk(
        case,
        (cast.zhao, Move("pass_check", note="门能关了，13800138000")),
        (lin(case), Move("satisfied")),
        at=at + HOUR,
    )
    kept_up(at + HOUR)


def told(row: months.BookRow, actor: Actor, at: datetime) -> list[Correction]:
    pairs = corrections.changed(row, actor=actor)
    return list(corrections.corrections(pairs, row, actor=actor, language="zh-hans", at=at))


def test_a_frozen_month_keeps_what_the_ledger_said(march: Case, cast: Cast) -> None:
    row = frozen()
    assert (row.month, row.desk, row.lines, row.by_id) == (MARCH, WHOLE, 3, None)
    solve(march, cast, APRIL_3 + DAY)
    then = list(corrections.then_rows(row, actor=SYSTEM, language="zh-hans"))
    assert [(one.line.number[-1], one.line.state, one.reason) for one in then] == [
        ("3", "reported", ""),
        ("2", "reported", ""),
        ("1", "in_hand", ""),
    ]
    assert [line.state for line in Line.objects.filter(case=march)] == ["closed"]


def test_what_changed_later_is_shown_as_corrections(march: Case, cast: Cast) -> None:
    row = frozen()
    assert told(row, SYSTEM, APRIL_3) == []
    solve(march, cast, APRIL_3 + DAY)
    said = {str(one.column and one.column.head): one for one in told(row, SYSTEM, APRIL_3 + 2 * DAY)}
    state, mended = said["状态"], said["处置完成"]
    assert (state.number, state.then, state.now, state.event) == (
        march.number,
        "处置中",
        "已结案",
        "satisfied",
    )
    assert (mended.then, mended.now, mended.at, mended.event) == (None, APRIL_3 + DAY, APRIL_3 + DAY, "done")
    assert said["核查"].reason.startswith("门能关了")
    assert "13800138000" not in said["核查"].reason
    assert {one.number for one in said.values()} == {march.number}


def test_a_line_that_came_or_moved_away_later_is_a_correction(
    march: Case, cast: Cast, noon: datetime
) -> None:
    row = frozen()
    cast.lin_reports(noon + 2 * DAY, "楼道灯不亮")
    kept_up(APRIL_3)
    (added,) = told(row, SYSTEM, APRIL_3)
    assert (added.number[-1], added.column, added.is_added) == ("4", None, True)
    assert list(check.findings()) == []


def test_everybody_sees_the_corrections_of_the_cases_he_may_see(march: Case, cast: Cast) -> None:
    row = frozen()
    solve(march, cast, APRIL_3 + DAY)
    assert told(row, cast.mo, APRIL_3 + DAY) == []
    assert [one.line.number[-1] for one in corrections.then_rows(row, actor=cast.mo, language="en")] == ["3"]


def test_without_the_policy_others_would_read_them(
    march: Case, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: it is the policy of cases that hides lines."""
    row = frozen()
    monkeypatch.setattr(corrections, "visible_to", lambda actor: Case.objects.all())
    assert len(list(corrections.then_rows(row, actor=cast.mo, language="en"))) == 3


def test_a_desk_freezes_its_own_month_and_no_others(march: Case, cast: Cast) -> None:
    with pytest.raises(NotYours):
        months.freeze(MARCH, cast.desk_b, actor=cast.chen, at=APRIL_3)
    with pytest.raises(NotYours):
        months.freeze(MARCH, WHOLE, actor=cast.chen, at=APRIL_3)
    row = months.book(months.freeze(MARCH, cast.desk_a, actor=cast.chen, at=APRIL_3), actor=cast.chen)
    assert (row.lines, row.by_id) == (2, cast.chen.id)
    with pytest.raises(NotFound):
        months.book(row.id, actor=cast.mo)
    assert list(check.findings()) == []


def test_a_month_freezes_once_and_only_when_it_is_over(march: Case) -> None:
    with pytest.raises(Invalid) as early:
        months.freeze(MARCH, actor=SYSTEM, at=datetime(2026, 3, 31, 15, 59, tzinfo=UTC))
    assert early.value.code == "not_over"
    months.freeze(MARCH, actor=SYSTEM, at=datetime(2026, 3, 31, 16, tzinfo=UTC))
    with pytest.raises(NotFromHere) as again:
        months.freeze(MARCH, actor=SYSTEM, at=APRIL_3)
    assert again.value.code == "is_frozen"


def test_the_clockwork_freezes_on_the_day_that_the_office_chose(march: Case, cast: Cast) -> None:
    def passes(at: datetime) -> None:
        worker.tidy_up(at)
        worker.do_errands(at)

    passes(APRIL_3)
    assert not MonthBook.objects.exists()
    catalogue_actions.change_rule("freeze_month_day", 4, revision=1, actor=SYSTEM, at=APRIL_3)
    passes(APRIL_3)
    assert not MonthBook.objects.exists()
    passes(APRIL_3 + DAY)
    passes(APRIL_3 + 2 * DAY)
    assert [(one.month, one.frozen_at) for one in MonthBook.objects.all()] == [(MARCH, APRIL_3 + DAY)]


@pytest.mark.parametrize("part", [1, 2, 1000])
def test_lines_that_move_while_they_are_read_are_counted_where_the_book_stands(
    march: Case, cast: Cast, monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    monkeypatch.setattr(months, "PART", part)
    reading = months.in_pieces

    def slowly(found: QuerySet[Line], size: int) -> Iterator[Line]:
        solve(march, cast, APRIL_3 - DAY)  # the clockwork goes on between the position and the lines
        return reading(found, size)

    monkeypatch.setattr(months, "in_pieces", slowly)
    row = frozen()
    then = {
        one.line.number: one.line.state for one in corrections.then_rows(row, actor=SYSTEM, language="en")
    }
    assert then[march.number] == "in_hand"
    assert [number[-1] for number in then] == ["3", "2", "1"]
    assert list(check.findings()) == []


def test_no_more_than_a_part_of_a_month_is_held_at_a_time(
    march: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(months, "PART", 10)
    read: list[int] = []
    held: list[int] = []
    line = Line.objects.get(case=march)

    def coming() -> Iterator[Line]:
        for number in range(25):
            read.append(number)
            yield line

    def packed(part: list[Line]) -> bytes:
        held.append(len(read))
        return b""

    monkeypatch.setattr(months, "pack", packed)
    assert months._packed(coming())[0] == 25
    assert held == [10, 20, 25]


def test_of_a_month_that_stands_as_it_was_no_line_is_read_but_those_of_its_book(
    march: Case, cast: Cast, noon: datetime
) -> None:
    row = frozen()
    with CaptureQueriesContext(connection) as asked:
        assert list(corrections.changed(row, actor=cast.chen)) == []
    of_month = [one["sql"] for one in asked if '"received_at" >=' in one["sql"]]
    assert len(of_month) == 1
    assert '"state"' not in of_month[0]  # ids alone
    cast.lin_reports(noon + 2 * DAY, "楼道灯不亮")
    cast.lin_reports(noon + 2 * DAY, "中街又不亮", place=cast.town.street_b)
    kept_up(APRIL_3)
    assert [one.number[-1] for one in corrections.changed(row, actor=cast.chen)] == ["4"]
    assert [one.number[-1] for one in corrections.changed(row, actor=cast.mo)] == ["5"]
    assert [one.number[-1] for one in corrections.changed(row, actor=SYSTEM)] == ["5", "4"]


def test_a_sheet_of_corrections_is_written_in_steps(march: Case) -> None:
    head = monthsheet.month_heading(frozen(), actor=SYSTEM, language="zh-hans", at=APRIL_3)
    beside = book.Beside(
        "更正", "", (("编号", 21, Kind.TEXT), ("栏目", 9, Kind.TEXT)), ([str(n), ""] for n in range(1200))
    )
    assert [*book.writing([], io.BytesIO(), head, [beside])] == [0, 0, 0]  # 500, 1,000, and the end
    to = io.BytesIO()
    again = book.Beside(
        "更正", "", (("编号", 21, Kind.TEXT), ("栏目", 9, Kind.TEXT)), [[str(n), ""] for n in range(1200)]
    )
    book.write([], to, head, [again])
    assert openpyxl.load_workbook(to)["更正"].max_row == 1203


# ---- what check proves ----


def plant(row: months.BookRow, **wrong: object) -> None:
    """Another value in the first line of a frozen book."""
    part = MonthPart.objects.get(book_id=row.id, number=0)
    lines = [Line(**fields) for fields in packing.unpack(part.pack)]
    for name, value in wrong.items():
        setattr(lines[0], name, value)
    MonthPart.objects.filter(id=part.id).update(pack=packing.pack(lines))


def test_a_planted_line_is_found(march: Case) -> None:
    row = frozen()
    assert list(check.findings()) == []
    plant(row, state="closed")
    assert [(one.where[:19], one.what[:24]) for one in check.findings()] == [
        ("month book 2026-03", "is not what was frozen: "),
        ("month book 2026-03,", "differs from the journal"),
    ]


def test_a_planted_line_with_its_digest_forged_is_found_by_the_recount(march: Case) -> None:
    row = frozen()
    plant(row, state="closed")
    part = MonthPart.objects.get(book_id=row.id)
    MonthBook.objects.filter(id=row.id).update(digest=packing.digest([part.pack]))
    assert [one.what[:6] for one in check.findings()] == ["is not", "differ"]


def test_a_line_cut_off_and_a_part_that_is_broken_are_found(march: Case) -> None:
    row = frozen()
    part = MonthPart.objects.get(book_id=row.id)
    lines = [Line(**fields) for fields in packing.unpack(part.pack)]
    MonthPart.objects.filter(id=part.id).update(pack=packing.pack(lines[1:]))
    assert [one.what for one in check.findings()][1:] == ["is missing in it"]
    MonthPart.objects.filter(id=part.id).update(pack=zlib.compress(b"{"))
    assert "has a part that cannot be read" in [one.what for one in check.findings()]


def test_without_the_recount_a_planted_line_would_pass(march: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twin: with digest and recount switched off nothing is found."""
    row = frozen()
    plant(row, state="closed")
    monkeypatch.setattr(check, "_of_book", lambda book: iter(()))
    assert list(check.findings()) == []


def test_ten_thousand_lines_are_about_a_megabyte(march: Case) -> None:
    line = Line.objects.get(case=march)
    some = []
    for number in range(1000):
        other = Line(**{name: getattr(line, name) for name in packing.NAMES})
        other.case_id = months.new_id()
        other.number = f"371072-2026-{number:07d}"
        other.received_at += number * timedelta(seconds=97)
        some.append(other)
    assert len(packing.pack(some)) < 60_000
    assert [one["case_id"] for one in packing.unpack(packing.pack(some))] == [one.case_id for one in some]
