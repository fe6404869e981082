"""A sheet of orders: in their layout, all or nothing, the same file again adds nothing."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from django.apps import apps
from django.db import IntegrityError

from gezhi.cases import check
from gezhi.cases.models import Case, Order
from gezhi.cases.orders import queries as orders
from gezhi.cases.orders.number import number_key
from gezhi.channels.orders.moments import Here
from gezhi.channels.orders.sheet import judge
from gezhi.config import worker
from gezhi.flows import import_orders as flow
from gezhi.flows import take_order as taking
from gezhi.flows.cells import RowFinding
from gezhi.flows.import_orders import Brought, import_orders
from gezhi.flows.take_order import Coming, coming_of, take_order
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.sheet import BadSheet
from gezhi.reports.models import ImportRun, Report
from tests.cast import Cast

HERE = ZoneInfo("Asia/Shanghai")
HEADS = (
    "工单编号",
    "诉求标题",
    "诉求内容",
    "诉求地址",
    "办理时限",
    "退单时限",
    "诉求类别",
    "来电人",
    "联系电话",
    "紧急程度",
)
ROW = (
    "WH1",
    "路灯不亮",
    "王秀英反映楼前路灯不亮",
    "悦海花园",
    "2026-03-05 17:00",
    "2026-03-03",
    "市政",
    "王秀英",
    "13800001234",
    "急",
)


def book(*rows: Sequence[object], heads: Sequence[str] = HEADS) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate([heads, *rows]):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def many(count: int) -> list[tuple[str, ...]]:
    return [(f"WH{number}", *ROW[1:]) for number in range(count)]


def coming(data: bytes) -> list[Coming]:
    sheet = judge(data, "a.xlsx", issuer="hotline", here=Here(HERE))
    assert sheet.findings == ()
    return [coming_of(one) for one in sheet.orders]


def bring(cast: Cast, data: bytes, at: datetime) -> Brought:
    return import_orders("hotline", coming(data), file_digest="0" * 64, actor=cast.zhou, at=at)


def test_each_row_is_an_order_with_its_case(cast: Cast, noon: datetime) -> None:
    assert bring(cast, book(*many(12)), noon) == Brought(12, 12, 0)
    order, case, report = (kind.objects.order_by("id").first() for kind in (Order, Case, Report))
    assert (order.due_at, order.category, case.order_due) == (
        datetime(2026, 3, 5, 17, tzinfo=HERE),
        "市政",
        order.due_at,
    )
    assert order.return_until == datetime(2026, 3, 3, 23, 59, tzinfo=HERE)
    assert report.text.split("\n")[:2] == ["路灯不亮", "来电人反映楼前路灯不亮"]
    assert ("紧急程度：急" in report.text, "王秀英" in report.text, report.contact is not None) == (
        True,
        False,
        True,
    )
    assert list(check.findings()) == []


def test_the_same_file_again_adds_nothing(cast: Cast, noon: datetime) -> None:
    bring(cast, book(*many(3)), noon)
    assert bring(cast, book(*many(4)), noon + timedelta(hours=1)) == Brought(4, 1, 3)
    assert (Order.objects.count(), Report.objects.count()) == (4, 4)


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = flow._write
    calls = iter([written])

    def dies(*args: Any, **more: Any) -> Any:
        return next(calls)(*args, **more)

    monkeypatch.setattr(flow, "_write", dies)
    with pytest.raises(StopIteration):
        bring(cast, book(*many(12)), noon)
    assert (Order.objects.count(), ImportRun.objects.get().published_at) == (10, None)
    monkeypatch.setattr(flow, "_write", written)
    assert bring(cast, book(*many(12)), noon).read == 12
    assert (Order.objects.count(), Case.objects.count()) == (12, 12)


def test_every_bad_row_is_named_by_number_and_column() -> None:
    rows = (
        ("", *ROW[1:]),
        (*ROW[:4], "下周", *ROW[5:]),
        ("WH3", "", "", *ROW[3:]),
        ROW,
        (ROW[0], "另一件", *ROW[2:]),
    )
    sheet = judge(book(*rows), "a.xlsx", issuer="hotline", here=Here(HERE))
    assert sheet.findings == (
        RowFinding(2, "工单编号", "required"),
        RowFinding(3, "办理时限", "unreadable"),
        RowFinding(4, "诉求内容", "required"),
        RowFinding(6, "工单编号", "twice"),
    )


def test_a_number_that_a_spreadsheet_rounded_is_no_number() -> None:
    sheet = judge(book((2.5, *ROW[1:])), "a.xlsx", issuer="hotline", here=Here(HERE))
    assert [one.code for one in sheet.findings] == ["unreadable"]


def test_a_sheet_without_its_columns_says_which() -> None:
    with pytest.raises(BadSheet) as bad:
        judge(book(("a", "b"), heads=("标题", "备注")), "a.xlsx", issuer="hotline", here=Here(HERE))
    assert (bad.value.code, bad.value.details["heads"]) == ("missing_heads", ("工单编号", "办理时限"))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7"])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    with pytest.raises(BadSheet):
        judge(data, "a.xlsx", issuer="hotline", here=Here(HERE))


# ---- two at once, and half of one ----

DANGER = "王秀英反映楼道里有燃气味"


def killed_after_one_batch(cast: Cast, data: bytes, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        calls = iter([flow._write])
        patched.setattr(flow, "_write", lambda *args, **more: next(calls)(*args, **more))
        with pytest.raises(StopIteration):
            bring(cast, data, at)


def seen(cast: Cast) -> int:
    return orders.listed(cast.zhou).count()


def test_two_clerks_with_two_files_share_no_run(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after_one_batch(cast, book(*many(12)), noon, monkeypatch)
    other = [(f"B{number}", *ROW[1:]) for number in range(2)]
    assert import_orders(
        "hotline", coming(book(*other)), file_digest="1" * 64, actor=cast.zhou, at=noon
    ) == Brought(2, 2, 0)
    assert seen(cast) == 2  # of the other file nothing is seen yet


def test_the_same_file_sent_twice_at_once_is_taken_in_by_both(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, publish = book(*many(3)), flow.publish_run

    def second_first(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(flow, "publish_run", publish)
        assert bring(cast, data, noon) == Brought(3, 3, 0)
        return publish(*args, **more)

    monkeypatch.setattr(flow, "publish_run", second_first)
    assert bring(cast, data, noon) == Brought(3, 3, 0)
    assert (seen(cast), ImportRun.objects.count()) == (3, 1)


@pytest.mark.parametrize("how", ["pasted", "another sheet"])
def test_an_order_of_a_sheet_that_broke_off_is_seen_by_whoever_meets_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    killed_after_one_batch(cast, book(*many(12)), noon, monkeypatch)
    assert seen(cast) == 0
    if how == "pasted":
        assert take_order(coming(book(*many(1)))[0], actor=cast.zhou, at=noon).is_new is False
    else:
        some = coming(book(*many(2)))
        assert import_orders("hotline", some, file_digest="1" * 64, actor=cast.zhou, at=noon) == Brought(
            2, 0, 2
        )
    assert (seen(cast), ImportRun.objects.filter(published_at=None).count()) == (10, 0)
    assert bring(cast, book(*many(12)), noon).read == 12
    assert (seen(cast), list(check.findings())) == (12, [])


def test_a_batch_in_which_somebody_was_faster_is_written_once_more(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive, calls = flow.receive_many, iter([True])

    def collides(*args: Any, **more: Any) -> Any:
        if next(calls, False):
            raise IntegrityError
        return receive(*args, **more)

    monkeypatch.setattr(flow, "receive_many", collides)
    assert bring(cast, book(*many(2)), noon) == Brought(2, 2, 0)


def test_words_of_danger_in_a_sheet_start_the_clock_for_making_safe(cast: Cast, noon: datetime) -> None:
    bring(cast, book((ROW[0], "燃气味", DANGER, *ROW[3:]), ("WH2", *ROW[1:])), noon)
    feared, plain = Case.objects.order_by("id")
    assert (feared.feared_id is not None, feared.make_safe_due is not None) == (True, True)
    assert (plain.feared_id, plain.make_safe_due) == (None, None)


def test_twin_without_that_look_it_would_start_none(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "feared", lambda text: None)
    bring(cast, book((ROW[0], "燃气味", DANGER, *ROW[3:])), noon)
    assert Case.objects.get().make_safe_due is None


def test_twin_unless_it_is_published_then_it_is_known_and_nobody_sees_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after_one_batch(cast, book(*many(12)), noon, monkeypatch)
    monkeypatch.setattr(taking, "publish_left", lambda *args, **more: None)
    assert take_order(coming(book(*many(1)))[0], actor=cast.zhou, at=noon).is_new is False
    assert seen(cast) == 0


def test_orders_of_a_sheet_that_nobody_sends_again_are_shown_after_an_hour(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed_after_one_batch(cast, book(*many(12)), noon, monkeypatch)
    worker.tidy_up(noon + timedelta(hours=1))
    assert seen(cast) == 0
    worker.tidy_up(noon + timedelta(hours=1, seconds=1))
    assert seen(cast) == 10
    assert bring(cast, book(*many(12)), noon + timedelta(hours=2)) == Brought(12, 2, 10)


# ---- refused whole, or taken whole ----

UNSTORABLE = "漏\uffff水"


def test_words_that_cannot_be_kept_are_found_in_their_row_before_anything_is_written() -> None:
    rows = [*many(12), ("B1", "", UNSTORABLE, *ROW[3:]), ("B2", "", "漏" * 20_001, *ROW[3:])]
    lines = [",".join(row) for row in (HEADS, *rows)]
    sheet = judge("\n".join(lines).encode(), "a.csv", issuer="hotline", here=Here(HERE))
    assert sheet.findings == (
        RowFinding(14, "诉求内容", "noncharacter"),
        RowFinding(15, "诉求内容", "too_long"),
    )
    assert [one.sentence() for one in sheet.findings] == [
        "第 14 行，诉求内容：含有无法保存的字符",
        "第 15 行，诉求内容：太长",
    ]


def with_a_bad_one() -> list[Coming]:
    good = coming(book(*many(12)))
    return [*good, replace(good[0], terms=replace(good[0].terms, number="B1"), text=UNSTORABLE)]


def test_a_refused_sheet_leaves_nothing_also_an_hour_later(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        import_orders("hotline", with_a_bad_one(), file_digest="0" * 64, actor=cast.zhou, at=noon)
    worker.tidy_up(noon + timedelta(hours=2))
    left = (Order.objects.count(), Report.objects.count(), Case.objects.count(), ImportRun.objects.count())
    assert (refused.value.field, refused.value.details["row"], left) == ("text", 12, (0, 0, 0, 0))


def test_twin_unless_it_is_judged_first_half_of_it_appears_an_hour_later(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow, "judged_rows", lambda _rows: [])
    with pytest.raises(AssertionError):
        test_a_refused_sheet_leaves_nothing_also_an_hour_later(cast, noon)


# ---- one number, however it is written ----

SPELLINGS = ("WH-1", "wh-1", "ＷＨ-1", "WH–1", "WH -1", "Wh—1")


def test_a_number_is_one_however_it_is_written_and_shown_as_it_was_first(cast: Cast, noon: datetime) -> None:
    bring(cast, book((SPELLINGS[0], *ROW[1:])), noon)
    for other in SPELLINGS[1:]:
        assert bring(cast, book((other, *ROW[1:])), noon) == Brought(1, 0, 1)
        again = coming(book((other, *ROW[1:])))[0]
        assert take_order(again, actor=cast.zhou, at=noon).is_new is False
    assert [one.number for one in Order.objects.all()] == ["WH-1"]


def test_spellings_of_one_number_within_a_sheet_are_one_order() -> None:
    sheet = judge(book(*((one, *ROW[1:]) for one in SPELLINGS)), "a.xlsx", issuer="hotline", here=Here(HERE))
    assert ([one.number for one in sheet.orders], sheet.repeats, sheet.findings) == (["WH-1"], 5, ())


def test_a_dash_between_digits_parts_them() -> None:
    assert number_key("2026-1-12") != number_key("2026-11-2")
    assert number_key("2026 – 1-12") == number_key("2026-1－12")
    assert number_key("---") == "---"
    assert len(number_key("ﷺ" * 80)) == 64


def test_the_keys_of_orders_that_are_there_are_those_of_new_ones(cast: Cast, noon: datetime) -> None:
    filling = import_module("gezhi.cases.migrations.0009_keys_of_orders_that_are_there")
    for number in (*SPELLINGS, "2026-1-12", "〔2026〕 12号", "---", "ﷺ" * 80, "ａ_１_２"):
        assert filling.key_of(number) == number_key(number)


def test_orders_that_were_two_by_their_spelling_stay_two(cast: Cast, noon: datetime) -> None:
    bring(cast, book(*((f"WH{count}", *ROW[1:]) for count in range(2))), noon)
    first, second = Order.objects.order_by("id")
    Order.objects.filter(id=first.id).update(number="WH-1", number_key="")
    Order.objects.filter(id=second.id).update(number="wh－1", number_key=" ")
    filling = import_module("gezhi.cases.migrations.0009_keys_of_orders_that_are_there")
    filling.give_keys(apps, None)
    Order.objects.filter(id=second.id).update(number_key="")
    filling.give_keys(apps, None)
    filling.give_keys(apps, None)
    keys = [one.number_key for one in Order.objects.order_by("id")]
    assert keys == ["WH1", f"WH1 {second.id.hex}"]


# ---- nobody waits for a large book ----


def large(rows: int) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as made:
        sheet = made.add_worksheet()
        for number in range(rows):
            sheet.write_row(number, 0, HEADS if number == 0 else [f"WH{number}", *ROW[1:]])
    return file.getvalue()


def refused_at_once(data: bytes, monkeypatch: pytest.MonkeyPatch, *, before: str) -> str:
    """Why it was refused, before a step of the reading."""
    with monkeypatch.context() as patched:
        patched.setattr(before, None)
        with pytest.raises(BadSheet) as bad:
            judge(data, "a.xlsx", issuer="hotline", here=Here(HERE))
    return bad.value.code


def test_a_book_with_far_too_many_rows_is_never_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused_at_once(large(2000), monkeypatch, before="gezhi.kernel.sheet._opened") == "too_many_rows"


def test_a_book_that_says_it_is_far_too_large_is_never_inflated(monkeypatch: pytest.MonkeyPatch) -> None:
    large_part = io.BytesIO(large(2))
    with zipfile.ZipFile(large_part, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/media/image1.bmp", b"".join(bytes([one % 251]) * 200 for one in range(110_000)))
    code = refused_at_once(large_part.getvalue(), monkeypatch, before="gezhi.kernel.workbook._inflated")
    assert code == "bomb"


def test_twin_without_these_limits_it_would_be_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gezhi.channels.orders.sheet.small", lambda _rows: None)
    with pytest.raises(TypeError):  # it came to the reader
        refused_at_once(large(2000), monkeypatch, before="gezhi.kernel.sheet._opened")


def test_empty_rows_between_orders_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row for one in many(500) for row in (one, ("",) * len(HEADS))]
    assert judge(book(*rows), "a.xlsx", issuer="hotline", here=Here(HERE)).read == 500
