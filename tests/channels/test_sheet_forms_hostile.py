"""Forms that would hold up whoever fills them: merged cells by the thousand, rows that are not there, formulas that are none, runs of one sign."""

import io
import re
import time
import zipfile
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import xlsxwriter
from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import TranslatorError

from gezhi.channels.orders import package
from gezhi.channels.sheetforms import filling, merging
from gezhi.channels.sheetforms import paper as papers
from gezhi.channels.sheetforms.filling import BROKEN, filled
from gezhi.channels.sheetforms.finding import judged
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.sheet import letters

TZ = ZoneInfo("Asia/Shanghai")


def made(lines: int, data: bytes) -> bytes:
    """Filled with a number and the same words in each line."""
    one = judged(data, "月报.xlsx")
    rows: Any = [None] * lines
    where = {"sheet": one.sheet, "first": one.first_row, "last": one.last_row}
    return filled(data, **where, fields=("serial", "=x", ""), rows=rows, tz=TZ)


def with_rows(said: str, behind: str = "") -> bytes:
    """A sheet with one row of heads; said: rows as XML behind it; behind: what stands behind all rows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("表")
    for at, head in enumerate(("序号", "问题描述", "责任单位")):
        sheet.write(0, at, head)
    book.close()
    part = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(out.getvalue())) as one:
        parts = {name: one.read(name) for name in one.namelist()}
    text = parts[part].decode().replace("</sheetData>", f"{said}</sheetData>{behind}")
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as two:
        for name, data in (parts | {part: text.encode()}).items():
            two.writestr(name, data)
    return whole.getvalue()


def merged(cells: Sequence[str]) -> str:
    return "<mergeCells>" + "".join(f'<mergeCell ref="{one}"/>' for one in cells) + "</mergeCells>"


def looks_at_merges(monkeypatch: pytest.MonkeyPatch, lines: int) -> int:
    """How often a cell's name is read while a form with a hundred merged cells gets so many lines more."""
    data = with_rows('<row r="2"><c r="A2"/></row>', merged([f"A{row}:B{row}" for row in range(10, 110)]))
    read, whole = [0], merging.split

    def counted(name: str) -> tuple[int, int]:
        read[0] += 1
        return whole(name)

    with monkeypatch.context() as patch:
        patch.setattr(merging, "split", counted)
        paper = papers.Paper(data, "表")
        paper.put_in_rows(2, 2, lines)
    return read[0]


def test_merged_cells_are_looked_through_once_however_many_lines_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few, many = looks_at_merges(monkeypatch, 10), looks_at_merges(monkeypatch, 30)
    assert many - few < 20 * 5


def test_sabotage_looking_through_them_for_each_line_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = papers.Paper._like_the_first

    def again(paper: papers.Paper, first: int, number: int) -> None:
        merging.within(paper.tree, first)
        whole(paper, first, number)

    monkeypatch.setattr(papers.Paper, "_like_the_first", again)
    few, many = looks_at_merges(monkeypatch, 10), looks_at_merges(monkeypatch, 30)
    assert many - few >= 20 * 5


def test_more_merged_cells_in_a_row_than_it_can_have_are_a_broken_form() -> None:
    pieces = [f"{letters(at)}2:{letters(at + 1)}2" for at in range(0, 2 * (merging.MOST + 1), 2)]
    with pytest.raises(Invalid) as refused:
        made(3, with_rows(A_LINE, merged(pieces)))
    assert refused.value.code == "broken_form"
    assert made(3, with_rows(A_LINE, merged(pieces[:-1])))


def test_rows_that_are_not_there_come_in_their_order() -> None:
    data = with_rows('<row r="6"><c r="A6" t="inlineStr"><is><t>合计</t></is></c></row>')
    paper = papers.Paper(data, "表")
    for number in (3, 2, 5, 4):
        paper.put(1, number, f"第{number}行")
        paper.put(0, number, number)
    sheet: Any = openpyxl.load_workbook(io.BytesIO(paper.made()))["表"]
    assert [[cell.value for cell in row[:2]] for row in sheet.iter_rows(min_row=2, max_row=6)] == [
        *([number, f"第{number}行"] for number in (2, 3, 4, 5)),
        ["合计", None],
    ]
    with zipfile.ZipFile(io.BytesIO(paper.made())) as package:
        part = package.read("xl/worksheets/sheet1.xml").decode()
    assert re.findall(r'<row r="([0-9]+)"', part) == ["1", "2", "3", "4", "5", "6"]


A_LINE = '<row r="2"><c r="A2"/></row><row r="3"><c r="A3" t="inlineStr"><is><t>合计</t></is></c></row>'


def with_rules(*formulas: str) -> bytes:
    """A form whose cells are coloured by these."""
    rule = '<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1"><formula>{}</formula></cfRule></conditionalFormatting>'
    return with_rows(A_LINE, "".join(map(rule.format, formulas)))


@pytest.mark.parametrize("said", ["'" * 4001, '"' * 4001, "A1)"])
def test_a_formula_that_is_none_is_a_broken_form(said: str) -> None:
    with pytest.raises(Invalid) as refused:
        made(3, with_rules(said))
    assert refused.value.code == "broken_form"
    assert made(3, with_rules("A1+1"))


def test_sabotage_what_the_reader_of_formulas_raises_is_none_of_what_a_file_may_do() -> None:
    assert not issubclass(TokenizerError, BROKEN)
    assert not issubclass(TranslatorError, BROKEN)


def test_a_formula_longer_than_a_sheet_takes_and_more_than_a_form_needs_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(package, "MOST_FORMULAS", 3)
    assert made(1, with_rules(*["A1+1"] * 3))
    for formulas, code in (["1+" * 4096 + "1"], "formula"), (["A1+1"] * 4, "bomb"):
        with pytest.raises(Invalid) as refused:
            judged(with_rules(*formulas), "月报.xlsx")
        assert refused.value.code == code


RUNS = (
    # what is read, a run of one sign, and how it would be read carelessly
    (package._CALL, "a", re.compile(r"([^\W\d][\w.]*)\s*\(")),
    (filling._MONTH, "_", re.compile(r"([0-9]{4}_*|_{2,})年")),
)


@pytest.mark.parametrize(("pattern", "sign", "careless"), RUNS)
def test_a_long_run_takes_no_longer_than_its_length(
    pattern: "re.Pattern[str]", sign: str, careless: "re.Pattern[str]"
) -> None:
    assert spent(pattern, sign * 100_000) < 0.2
    assert spent(careless, sign * 4_000) > 10 * spent(pattern, sign * 4_000)  # the sabotage


def spent(pattern: "re.Pattern[str]", text: str) -> float:
    """Seconds of the processor."""
    began = time.process_time()
    assert pattern.findall(text) == []
    return time.process_time() - began


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("SUM(A1:A3)+_xlfn.IFS(A1>1,2)", ["SUM", "_xlfn.IFS"]),
        ("1SUM(2)", ["1SUM"]),
        ("宏 (1)*IF (2)", ["宏", "IF"]),
        ("2*(3+4)", []),
    ],
)
def test_every_function_of_a_formula_is_named(formula: str, names: list[str]) -> None:
    assert package._CALL.findall(formula) == names
