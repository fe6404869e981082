"""Bars as shapes, and the shapes as SVG (page, PDF) or as a PNG (.docx takes no SVG). Lengths in pixels of a 720 wide drawing. Pure but for the font."""

import io
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from gezhi.channels.paper.blocks import Chart
from gezhi.kernel.bars import Frame, drawn

COLOURS = ("#2a8f88", "#c07a10", "#5b6b86")
INK, GRID = "#4a5758", "#c9d2d0"
SIGN = 15.0
FRAME = Frame(720.0, 260.0, head=44.0 + SIGN, foot=34.0, left=16.0, right=16.0, widest=44.0, between=3.0)
SHARPNESS = 2  # pixels of the PNG for one of the drawing
FONT = Path(__file__).parent.parent / "poster" / "data" / "NotoSansCJKsc-Regular.otf"


class Bar(NamedTuple):
    x: float
    y: float
    wide: float
    high: float
    colour: str


class Word(NamedTuple):
    """anchor: start or middle; y is the foot of the signs."""

    x: float
    y: float
    text: str
    anchor: str


class Shapes(NamedTuple):
    bars: tuple[Bar, ...]
    words: tuple[Word, ...]


def shapes(chart: Chart) -> Shapes:
    """The bars of each label side by side, their values above, the legend on top."""
    made = drawn([one.values for one in chart.series], FRAME)
    bars, words, x = [], [], FRAME.left
    for place, one in enumerate(chart.series):
        bars.append(Bar(x, 10.0, SIGN, SIGN, _colour(place)))
        words.append(Word(x + SIGN + 6, 23.0, one.name, "start"))
        x += SIGN * (len(one.name) + 3)
    for middle, label in zip(made.middles, chart.labels, strict=True):
        words.append(Word(middle, FRAME.ground + 22, label, "middle"))
    for bar in made.bars:
        bars.append(Bar(bar.x, bar.y, bar.wide, bar.high, _colour(bar.series)))
        value = chart.series[bar.series].values[bar.place]
        words.append(Word(bar.middle, round(bar.y - 5, 1), str(value), "middle"))
    return Shapes(tuple(bars), tuple(words))


def _colour(series: int) -> str:
    return COLOURS[series % len(COLOURS)]


def as_svg(chart: Chart) -> str:
    """For a page (its text takes the page's colour) and for the typesetter."""
    found = shapes(chart)
    rects = "".join(
        f'<rect x="{one.x:g}" y="{one.y:g}" width="{one.wide:g}" height="{one.high:g}" fill="{one.colour}"/>'
        for one in found.bars
    )
    said = "".join(
        f'<text x="{one.x:g}" y="{one.y:g}" text-anchor="{one.anchor}">{escape(one.text)}</text>'
        for one in found.words
    )
    line = f'<path d="M{FRAME.left:g} {FRAME.ground:g}H{FRAME.wide - FRAME.right:g}" stroke="{GRID}" stroke-width="1.5"/>'
    font = 'font-family="Noto Sans CJK SC, sans-serif" font-size="15" fill="currentColor"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {FRAME.wide:g} {FRAME.high:g}">{rects}{line}<g {font}>{said}</g></svg>'


def as_png(chart: Chart) -> bytes:
    """The same, black on white."""
    from PIL import Image, ImageDraw, ImageFont

    found = shapes(chart)
    picture = Image.new("RGB", (int(FRAME.wide * SHARPNESS), int(FRAME.high * SHARPNESS)), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT), int(SIGN * SHARPNESS))
    for bar in found.bars:
        if bar.high > 0:
            corners = (bar.x, bar.y, bar.x + bar.wide, bar.y + bar.high)
            draw.rectangle([round(one * SHARPNESS) for one in corners], fill=bar.colour)
    edge = FRAME.ground * SHARPNESS
    draw.line(
        [FRAME.left * SHARPNESS, edge, (FRAME.wide - FRAME.right) * SHARPNESS, edge], fill=GRID, width=3
    )
    for word in found.words:
        at = (word.x * SHARPNESS, word.y * SHARPNESS)
        draw.text(at, word.text, fill=INK, font=font, anchor="ls" if word.anchor == "start" else "ms")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
