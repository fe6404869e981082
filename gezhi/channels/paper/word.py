"""A paper as an editable .docx: headings, paragraphs and tables are Word's own, charts and pictures are pictures. python-docx is loaded at first use."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from gezhi.channels.paper.blocks import Chart, Heading, Items, Paper, Paragraph, PhotoPair, Table
from gezhi.channels.paper.chart import as_png

FONT = "宋体"
WIDE_CM, HALF_CM = 16.0, 7.6
LONGEST_SIDE, QUALITY = 1000, 80
TOO_EARLY = datetime(2000, 1, 1, tzinfo=UTC)


def as_docx(paper: Paper, file_of: Callable[[UUID], Path | None]) -> bytes:
    """file_of: the copy of a picture that everybody may see; a pair without is said in words."""
    import docx
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(11)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    for text, size in ((paper.title, 20), (paper.under, 11), (paper.note, 11)):
        if text:
            line = document.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = line.add_run(text)
            run.bold, run.font.size = size > 11, Pt(size)
    for block in paper.blocks:
        _ADD[type(block)](document, block, file_of)
    document.add_paragraph(paper.made).runs[0].font.size = Pt(9)
    # python-docx writes its own author and day into every file
    about = document.core_properties
    about.title, about.author, about.comments = paper.title, "", ""
    about.created = about.modified = TOO_EARLY
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _heading(document: Any, block: Heading, _file_of: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import RGBColor

    for run in document.add_heading(block.text, level=1).runs:
        run.font.name, run.font.color.rgb = FONT, RGBColor(0x0F, 0x5E, 0x63)
        run._element.rPr.rFonts.set(qn("w:eastAsia"), FONT)


def _paragraph(document: Any, block: Paragraph, _file_of: Any) -> None:
    from docx.shared import Pt

    run = document.add_paragraph().add_run(block.text)
    if block.is_note:
        run.font.size = Pt(9)


def _items(document: Any, block: Items, _file_of: Any) -> None:
    for line in block.lines:
        document.add_paragraph(line, style="List Bullet")


def _table(document: Any, block: Table, _file_of: Any) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document.add_paragraph().add_run(block.caption).bold = True
    made = document.add_table(rows=0, cols=len(block.heads), style="Table Grid")
    for place, row in enumerate((block.heads, *block.rows)):
        for at, (cell, text) in enumerate(zip(made.add_row().cells, row, strict=True)):
            line = cell.paragraphs[0]
            line.add_run(text).bold = place == 0
            if at:
                line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()


def _chart(document: Any, block: Chart, _file_of: Any) -> None:
    from docx.shared import Cm

    document.add_paragraph().add_run(block.caption).bold = True
    document.add_picture(io.BytesIO(as_png(block)), width=Cm(WIDE_CM))


def _pair(document: Any, block: PhotoPair, file_of: Callable[[UUID], Path | None]) -> None:
    from docx.shared import Cm

    document.add_paragraph().add_run(block.title).bold = True
    files = [(one, file_of(one.id)) for one in (block.before, block.after)]
    if all(file for _one, file in files):
        made = document.add_table(rows=2, cols=2)
        for at, (one, file) in enumerate(files):
            made.cell(0, at).paragraphs[0].add_run().add_picture(_jpeg(file), width=Cm(HALF_CM))
            made.cell(1, at).text = f"{one.label} {one.day}"
    if block.text:
        document.add_paragraph(block.text)


def _jpeg(file: Path | None) -> io.BytesIO:
    """Word opens no WebP."""
    from PIL import Image

    out = io.BytesIO()
    if file is not None:
        with Image.open(file) as picture:
            small = picture.convert("RGB")
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            small.save(out, "JPEG", quality=QUALITY)
    out.seek(0)
    return out


_ADD: dict[type, Callable[[Any, Any, Any], None]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Items: _items,
    Table: _table,
    Chart: _chart,
    PhotoPair: _pair,
}
