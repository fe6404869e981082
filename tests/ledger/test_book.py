"""问题处理台账 as people get it: who sees which lines, what the cells say, and that nothing in it is ever run."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gezhi.cases import queries as cases
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM, VISITOR, Actor
from gezhi.kernel.refusal import Invalid
from gezhi.ledger import actions, book, export, plain, queries
from gezhi.ledger.columns import COLUMNS, PRINTED, Kind
from gezhi.ledger.export import export_ledger
from gezhi.ledger.queries import LineFilter
from gezhi.reports import actions as reports
from tests.cast import Cast, done, lin, walk

HOUR = timedelta(hours=1)
ALL = LineFilter()
FORMULA = '=HYPERLINK("http://example.org","点我")'


def kept_up(at: datetime) -> None:
    seal(at=at)
    actions.catch_up(at=at)


def numbers(wanted: LineFilter, actor: Actor = SYSTEM) -> list[str]:
    """The last digits of the numbers that are listed."""
    return [line.number[-1] for line in queries.lines(wanted, actor=actor)]


def exported(suffix: str, at: datetime, *, wanted: LineFilter = ALL, language: str = "zh-hans") -> io.BytesIO:
    to = io.BytesIO()
    export_ledger(wanted, to, suffix=suffix, actor=SYSTEM, language=language, at=at)
    to.seek(0)
    return to


def local(hour: int) -> datetime:
    """An hour of the day of noon as a sheet shows it: the office's time, without a zone."""
    return datetime(2026, 3, 2, hour)  # noqa: DTZ001 - sheets know no zones


def sheet_of(at: datetime, **more: Any) -> Any:
    return openpyxl.load_workbook(exported(".xlsx", at, **more)).active


def cells_of(sheet: Any, row: int) -> dict[str, Any]:
    """One row by its heads."""
    return {head.value: cell for head, cell in zip(sheet[4], sheet[row], strict=True)}


@pytest.fixture
def mended(cast: Cast, noon: datetime) -> Case:
    """A broken door of Lin's, mended within two hours, checked and confirmed."""
    case = cast.lin_reports(noon, "楼道门玻璃碎了\n请打 13800138000")
    case = walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        at=noon + HOUR,
    )
    case = walk(case, (cast.qian, done(noon)), at=noon + 2 * HOUR)
    case = walk(case, (cast.zhao, Move("pass_check", note="好了")), at=noon + 3 * HOUR)
    case = walk(case, (lin(case), Move("satisfied")), at=noon + 4 * HOUR)
    kept_up(noon + 4 * HOUR)
    return case


# ---- who sees what ----


@pytest.fixture
def three(cast: Cast, noon: datetime) -> Cast:
    """1 a door in A1, 2 dirt that the property company is complained of for, 3 a lamp in B2 a day later."""
    cast.lin_reports(noon)
    cast.lin_reports(noon + HOUR, "物业一周没扫楼道了", category=catalogue.by_code("1204").id)
    cast.lin_reports(noon + 24 * HOUR, "中街路灯不亮", place=cast.town.street_b)
    kept_up(noon)
    return cast


@pytest.mark.parametrize(
    ("who", "seen"),
    [("chen", "21"), ("wei", "21"), ("sun", "1"), ("mo", "3"), ("zhou", "321"), ("gao", "")],
)
def test_everybody_sees_the_lines_of_the_cases_he_may_see(who: str, seen: str, three: Cast) -> None:
    assert "".join(numbers(LineFilter(), getattr(three, who))) == seen


def test_a_visitor_sees_no_line(three: Cast) -> None:
    assert numbers(LineFilter(), VISITOR) == []


def test_without_the_policy_all_lines_would_be_seen(three: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twin: it is the policy of cases that hides lines."""
    monkeypatch.setattr(queries, "visible_to", lambda actor: Case.objects.all())
    assert numbers(LineFilter(), three.mo) == ["3", "2", "1"]


def test_each_filter_keeps_what_it_says(three: Cast, noon: datetime) -> None:
    town = three.town
    dirt = catalogue.by_code("1204")
    assert numbers(LineFilter(state="reported")) == ["3", "2", "1"]
    assert numbers(LineFilter(state="closed")) == []
    assert numbers(LineFilter(place_path=town.row(town.community_a).path)) == ["2", "1"]
    assert numbers(LineFilter(place_path="/")) == ["3", "2", "1"]
    assert numbers(LineFilter(category=dirt.id)) == ["2"]
    assert numbers(LineFilter(category=dirt.parent_id)) == ["2"]
    assert numbers(LineFilter(party=three.desk_b)) == ["3"]
    assert numbers(LineFilter(since=noon + HOUR)) == ["3", "2"]
    assert numbers(LineFilter(until=noon + HOUR)) == ["1"]
    assert numbers(LineFilter(words="路灯")) == ["3"]
    assert numbers(LineFilter(words="371072-2026-0000002")) == ["2"]


@pytest.mark.parametrize("lines", [1, 3])
def test_looking_up_all_names_costs_six_queries(
    lines: int, three: Cast, noon: datetime, django_assert_num_queries: Callable[..., Any]
) -> None:
    found = queries.lines(LineFilter(), actor=SYSTEM)[:lines]
    catalogue.leaves()
    with django_assert_num_queries(6):
        assert len(list(queries.rows(found, actor=SYSTEM, language="zh-hans", at=noon))) == lines


# ---- what a line says to its reader ----


def test_private_numbers_are_masked(mended: Case, noon: datetime) -> None:
    [row] = queries.rows(queries.lines(LineFilter(), actor=SYSTEM), actor=SYSTEM, language="zh-hans", at=noon)
    assert row.matter == "楼道门玻璃碎了 请打 ***"


def test_the_restatement_of_the_desk_stands_instead_of_the_words(
    cast: Cast, mended: Case, noon: datetime
) -> None:
    [report_id] = cases.report_ids([mended.id])[mended.id]
    reports.restate(report_id, "楼道门玻璃破损", actor=cast.chen, at=noon)
    [row] = queries.rows(queries.lines(LineFilter(), actor=SYSTEM), actor=SYSTEM, language="zh-hans", at=noon)
    assert row.matter == "楼道门玻璃破损"


def test_what_was_erased_is_gone_from_the_ledger_at_once(cast: Cast, mended: Case, noon: datetime) -> None:
    [report_id] = cases.report_ids([mended.id])[mended.id]
    reports.erase(report_id, "本人要求", actor=cast.zhou, at=noon)
    [row] = queries.rows(queries.lines(LineFilter(), actor=SYSTEM), actor=SYSTEM, language="zh-hans", at=noon)
    assert row.matter == ""


def test_a_clock_that_runs_is_late_only_after_its_deadline(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    kept_up(noon)
    assert case.fix_due is not None
    [line] = queries.lines(LineFilter(), actor=SYSTEM)

    def judged(at: datetime) -> bool | None:
        return next(iter(queries.rows([line], actor=SYSTEM, language="zh-hans", at=at))).fixed_on_time

    late = case.fix_due + timedelta(seconds=1)
    assert (judged(noon), judged(case.fix_due), judged(late)) == (None, None, False)


# ---- the workbook ----


def test_the_workbook_is_made_for_an_office(mended: Case, noon: datetime) -> None:
    sheet = sheet_of(noon + 4 * HOUR)
    printed = openpyxl.utils.get_column_letter(len(PRINTED))
    last = openpyxl.utils.get_column_letter(len(COLUMNS))
    assert sheet.title == "问题处理台账"
    assert sheet["A1"].value == "问题处理台账"
    merged = {str(area) for area in sheet.merged_cells.ranges}
    assert {f"A1:{printed}1", f"A2:{printed}2", "A3:F3", "G3:J3", "K3:L3"} <= merged
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C5", f"A4:{last}5")
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.print_area == f"'问题处理台账'!$A$1:${printed}$5"
    page = sheet.page_setup
    assert (page.orientation, str(page.paperSize), page.fitToWidth, page.fitToHeight) == (
        "landscape",
        "9",
        None,
        0,
    )
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert sheet.column_dimensions["A"].width > 20


def test_the_workbook_says_whose_it_is_and_what_it_covers(mended: Case, noon: datetime) -> None:
    wanted = LineFilter(state="closed", since=noon, words="玻璃")
    sheet = sheet_of(noon + 4 * HOUR, wanted=wanted)
    covers = f"依据流水第 {queries.position().number} 条及以前的记录，生成于 2026-03-02 16:00"
    assert sheet["A2"].value == "    ".join(
        [
            "威海经济技术开发区",
            "收到时间 2026-03-02 12:00 至 …",
            "范围：全辖区；状态：已结案；词语：玻璃",
            covers,
        ]
    )
    assert (sheet.oddFooter.left.text, sheet.oddFooter.right.text) == (covers, "&P / &N")


COUNTS = {"暂停分钟": 0, "退回次数": 0, "处置轮次": 1, "催办次数": 0, "处置前照片": 0, "处置后照片": 3}


def test_a_line_in_the_workbook_has_moments_as_moments_and_counts_as_counts(
    mended: Case, noon: datetime
) -> None:
    line = cells_of(sheet_of(noon + 5 * HOUR), 5)
    assert mended.fix_due is not None
    due = mended.fix_due + timedelta(hours=8)  # Shanghai
    assert {head: cell.value for head, cell in line.items()} == {
        "编号": "371072-2026-0000001",
        "状态": "已结案",
        "收到时间": local(12),
        "地点": "悦海社区 悦海花园 3号楼 2单元",
        "类别": catalogue.by_code("0501").label("zh-hans"),
        "问题描述": "楼道门玻璃碎了 请打 ***",
        "责任单位": "长峰物业",
        "处置时限": due.replace(tzinfo=None),
        "处置完成": local(14),
        "处置按时": "是",
        "结案时间": local(16),
        "结案方式": "已解决",
        "原始反映时间": None,
        "来源": "扫码",
        "社区": "悦海社区",
        "网格": "悦海一格 A1",
        "类别代码": "0501",
        "立案条件": catalogue.condition(mended.condition_id).label("zh-hans"),
        "层级": "社区",
        "经手单位": "悦海社区 → 长峰物业",
        "受理": local(13),
        "派遣": local(13),
        "接单": local(13),
        "核查": local(15),
        "回访确认": local(16),
        "先期处置时限": line["先期处置时限"].value,
        "先期处置": local(14),
        "先期处置按时": line["先期处置按时"].value,
        "结案说明": None,
        "反映人评价": "满意",
        "由他人核查": "是",
        "复发": "否",
        **dict.fromkeys(("前一次编号", "分自编号", "并入编号")),
        **COUNTS,
    }
    assert line["收到时间"].number_format == "yyyy-mm-dd hh:mm"
    assert line["退回次数"].data_type == "n"


def test_nothing_somebody_said_is_run_by_the_workbook(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon, FORMULA)
    kept_up(noon)
    cell = cells_of(sheet_of(noon), 5)["问题描述"]
    assert (cell.data_type, cell.value, cell.hyperlink) == ("s", FORMULA, None)


def test_a_workbook_that_guesses_would_run_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin: left to guess, the writer makes a formula of it."""
    cast.lin_reports(noon, FORMULA)
    kept_up(noon)

    def careless(style: str, tz: tzinfo) -> Callable[[str, Any], str]:
        return lambda name, value: (
            f'<c r="{name}"><f>{str(value)[1:].replace(chr(34), "&quot;")}</f></c>'
            if str(value).startswith("=")
            else ""
        )

    monkeypatch.setitem(book.DRAWN_BY, Kind.TEXT, careless)
    assert cells_of(sheet_of(noon), 5)["问题描述"].data_type == "f"


def test_category_names_follow_the_language(mended: Case, noon: datetime) -> None:
    sheet = sheet_of(noon, language="en")
    assert catalogue.by_code("0501").label("en") in [cell.value for cell in sheet[5]]


def test_more_lines_than_a_sheet_holds_are_refused(
    three: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "MOST_LINES", 2)
    with pytest.raises(Invalid) as refused:
        exported(".xlsx", noon)
    assert (refused.value.field, refused.value.code) == ("lines", "too_many")


def test_an_empty_ledger_is_a_whole_workbook(cast: Cast, noon: datetime) -> None:
    sheet = sheet_of(noon)
    assert (sheet.max_row, sheet["A1"].value) == (4, "问题处理台账")


# ---- the text table ----


def test_the_text_table_has_the_same_columns_and_can_be_opened_anywhere(three: Cast, noon: datetime) -> None:
    data = exported(".csv", noon).getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    heads, *lines = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert heads == [str(column.head) for column in COLUMNS]
    assert [line[0][-1] for line in lines] == ["3", "2", "1"]
    assert lines[2][2] == "2026-03-02 12:00"


def said_in_csv(at: datetime) -> str:
    text = io.StringIO(exported(".csv", at).getvalue().decode("utf-8-sig"), newline="")
    [line] = csv.DictReader(text)
    return line["问题描述"]


def test_nothing_somebody_said_is_run_from_the_text_table(cast: Cast, noon: datetime) -> None:
    cast.lin_reports(noon, FORMULA)
    kept_up(noon)
    assert said_in_csv(noon) == "'" + FORMULA


def test_a_text_table_without_care_would_be_run(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin."""
    cast.lin_reports(noon, FORMULA)
    kept_up(noon)
    monkeypatch.setattr(plain, "safe_cell", lambda text: text)
    assert said_in_csv(noon) == FORMULA


# ---- the file ----


@pytest.mark.parametrize(
    ("who", "scope"),
    [
        ("system", "全辖区"),
        ("zhou", "全辖区"),
        ("chen", "悦海社区"),
        ("wei", "悦海一格 A1"),
        ("sun", "悦海社区 悦海花园"),
        ("gao", "经区综合行政执法局办的"),
        ("nobody", "无"),
    ],
)
def test_a_ledger_says_whose_lines_it_holds(who: str, scope: str, three: Cast, noon: datetime) -> None:
    actor = {"system": SYSTEM, "nobody": VISITOR}.get(who) or getattr(three, who)
    to = io.BytesIO()
    count = export_ledger(ALL, to, suffix=".xlsx", actor=actor, language="zh-hans", at=noon)
    sheet = openpyxl.load_workbook(to).active
    assert (count, f"范围：{scope} " in f"{sheet.cell(2, 1).value} ") == (len(numbers(ALL, actor)), True)


@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_a_ledger_is_written_to_a_file(suffix: str, three: Cast, noon: datetime, tmp_path: Path) -> None:
    to = tmp_path / f"台账{suffix}"
    count = export_ledger(LineFilter(), to, suffix=suffix, actor=three.chen, language="zh-hans", at=noon)
    assert (count, [file.name for file in tmp_path.iterdir() if file.is_file()]) == (2, [to.name])


def test_an_export_that_fails_leaves_the_old_file(
    three: Cast, noon: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "ledger.xlsx"
    to.write_bytes(b"the old one")
    monkeypatch.setattr(book, "MOST_LINES", 2)
    with pytest.raises(Invalid):
        export_ledger(LineFilter(), to, suffix=".xlsx", actor=SYSTEM, language="zh-hans", at=noon)
    assert to.read_bytes() == b"the old one"
    assert not (tmp_path / "ledger.xlsx.half").exists()


def test_a_suffix_nobody_knows_is_refused(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        export_ledger(LineFilter(), io.BytesIO(), suffix=".pdf", actor=SYSTEM, language="zh-hans", at=noon)
    assert (refused.value.field, refused.value.code) == ("suffix", "unknown")
    assert set(export.MEDIA_TYPES) == set(export.WRITERS)
