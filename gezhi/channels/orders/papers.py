"""Fill an issuer's own form (.docx, .xlsx): `{{单号}}` becomes the order's number. Forms are judged (package.py) before they are kept
and before each filling. Documents are made when somebody downloads them and kept nowhere.

python-docx and openpyxl are loaded at first use only.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from gezhi.channels.orders.package import MOST_INFLATED, MOST_PARTS, MOST_RATIO, measure
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.workbook import BadSheet, Limits, repacked

MARKS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": ("单号", "number"),
    "issuer": ("来件单位", "issuer"),
    "category": ("类别", "category"),
    "received": ("收件时间", "received"),
    "due": ("时限", "due"),
    "case": ("案件编号", "case"),
    "place": ("位置", "place"),
    "party": ("承办单位", "party"),
    "text": ("内容", "text"),
    "until": ("延期至", "until"),
    "office": ("答复单位", "office"),
    "phone": ("联系电话", "phone"),
    "today": ("日期", "today"),
}
_NAMES = {spelling: key for key, spellings in MARKS.items() for spelling in spellings}
SUFFIXES = ("docx", "xlsx")
MEDIA: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_BYTES = 1_000_000  # of a form
MOST_MARKS = 200
_MARK = re.compile(r"\{\{\s*([^{}]{1,40}?)\s*\}\}")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SMALL = Limits(
    max_bytes=MOST_INFLATED,
    max_ratio=MOST_RATIO,
    max_parts=MOST_PARTS,
    max_rows=2000,
    max_columns=100,
    max_cells=20_000,
    max_signs=500_000,
)


def judged(data: bytes, suffix: str) -> None:
    """Whether a form may be kept. Raises Invalid("form", …): unknown_suffix, form_too_large, those of `package.measure`, no_marks,
    unknown_marks (marks), too_many, in_a_formula.
    """
    if suffix not in SUFFIXES:
        raise Invalid("form", "unknown_suffix")
    if len(data) > MOST_BYTES:
        raise Invalid("form", "form_too_large", kilobytes=MOST_BYTES // 1000)
    measure(data)
    marks = _tried(lambda: _marks_of(data, suffix))
    if not marks:
        raise Invalid("form", "no_marks")
    if len(marks) > MOST_MARKS:
        raise Invalid("form", "too_many")
    if strange := sorted({mark for mark in marks if mark not in _NAMES}):
        raise Invalid("form", "unknown_marks", marks=" ".join(strange)[:200])


def filled(data: bytes, suffix: str, values: Mapping[str, str]) -> bytes:
    """The form with its marks filled, as bytes of the same kind. values: by key of MARKS; a key without value leaves nothing."""
    said = {key: _UNSTORABLE.sub("", text) for key, text in values.items()}
    measure(data)
    made: bytes = _tried(lambda: (_filled_docx if suffix == "docx" else _filled_xlsx)(data, said))
    return made


def _tried(deed: Any) -> Any:
    """What the deed gives; whatever a reader of somebody else's file raises is a form that cannot be read."""
    try:
        return deed()
    except Invalid:
        raise
    except Exception as broken:
        raise Invalid("form", "broken_form") from broken


def _marks_of(data: bytes, suffix: str) -> list[str]:
    if suffix == "docx":
        return [mark for one in _paragraphs(_document(data)) for mark in _MARK.findall(one.text)]
    marks = []
    for cell in _cells(_book(data)):
        found = _MARK.findall(cell.value)
        if found and cell.value.startswith("="):
            raise Invalid("form", "in_a_formula")
        marks += found
    return marks


# ---- Word ----


def _document(data: bytes) -> Any:
    import docx

    return docx.Document(io.BytesIO(data))


def _filled_docx(data: bytes, values: Mapping[str, str]) -> bytes:
    document = _document(data)
    for paragraph in _paragraphs(document):
        if "{{" in paragraph.text:
            _fill_paragraph(paragraph, values)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _paragraphs(document: Any) -> Iterator[Any]:
    """Of the body, its tables, its heads and feet, each once."""
    for section in document.sections:
        yield from _within(section.header)
        yield from _within(section.footer)
    yield from _within(document)


def _within(part: Any) -> Iterator[Any]:
    yield from part.paragraphs
    for table in part.tables:
        seen = set()
        for row in table.rows:
            for cell in row.cells:
                if cell._tc not in seen:  # a merged cell stands in each of its rows
                    seen.add(cell._tc)
                    yield from _within(cell)


def _fill_paragraph(paragraph: Any, values: Mapping[str, str]) -> None:
    """Run by run, so that bold stays bold; a mark that lies across runs is written into the first of them."""
    runs = paragraph.runs
    if sum(len(_MARK.findall(run.text)) for run in runs) == len(_MARK.findall(paragraph.text)):
        for run in runs:
            if _MARK.search(run.text):
                run.text = _said(run.text, values)
    elif runs:
        runs[0].text = _said("".join(run.text for run in runs), values)
        for run in runs[1:]:
            run.text = ""


def _said(text: str, values: Mapping[str, str]) -> str:
    return _MARK.sub(lambda mark: values.get(_NAMES.get(mark[1], ""), ""), text)


# ---- Excel ----


def _book(data: bytes) -> Any:
    import openpyxl

    try:
        repacked(data, _SMALL)
    except BadSheet as bad:
        raise Invalid("form", "bomb" if bad.code == "bomb" else "broken_form") from bad
    return openpyxl.load_workbook(io.BytesIO(data), keep_vba=False, keep_links=False)


def _cells(book: Any) -> Iterator[Any]:
    """Cells with text."""
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if isinstance(cell.value, str))


def _filled_xlsx(data: bytes, values: Mapping[str, str]) -> bytes:
    book = _book(data)
    for cell in _cells(book):
        if _MARK.search(cell.value) and not cell.value.startswith("="):
            cell.value = _said(cell.value, values)
            cell.data_type = "s"  # never a formula, whatever it begins with
            cell.quotePrefix = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---- our own, where an office has none of its issuer ----

_OWN: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "answer": ("{{来件单位}}办理情况答复", ("一、办理情况", "{{内容}}")),
    "return": ("{{来件单位}}退件说明", ("一、退回理由", "{{内容}}")),
    "extend": ("{{来件单位}}延期申请", ("一、申请延期至 {{延期至}}", "二、理由", "{{内容}}")),
}
_FACTS = (
    ("单号", "{{单号}}"),
    ("类别", "{{类别}}"),
    ("收件时间", "{{收件时间}}"),
    ("办理时限", "{{时限}}"),
    ("位置", "{{位置}}"),
    ("本单位案件编号", "{{案件编号}}"),
    ("承办单位", "{{承办单位}}"),
)
_SIGNED = ("{{答复单位}}", "{{联系电话}}", "{{日期}}")


def own(paper: str, suffix: str) -> bytes:
    """The plain form that comes with the product, marks unfilled: a pattern for an office's own, too."""
    title, body = _OWN[paper]
    out = io.BytesIO()
    if suffix == "docx":
        document = _blank()
        document.add_heading(title, level=1)
        table = document.add_table(rows=0, cols=2, style="Table Grid")
        for label, mark in _FACTS:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = label, mark
        for line in ("", *body, "", *_SIGNED):
            document.add_paragraph(line)
        document.save(out)
        return out.getvalue()
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in ((title,), *_FACTS, *((line,) for line in (*body, *_SIGNED))):
        sheet.append(row)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 60
    book.save(out)
    return out.getvalue()


def _blank() -> Any:
    """An empty page whose Chinese has a font that every office has."""
    import docx
    from docx.oxml.ns import qn

    document = docx.Document()
    for name in ("Normal", "Heading 1"):
        document.styles[name].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    return document
