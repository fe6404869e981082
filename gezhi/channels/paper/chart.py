"""Bars as shapes, and the shapes as SVG (page, PDF) or as a PNG (.docx takes no SVG). Lengths in pixels of a 720 wide drawing. Pure but for the font."""

import io
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from gezhi.channels.paper.blocks import Chart

WIDE, HIGH, LEFT, RIGHT, TOP, BOTTOM = 720.0, 260.0, 16.0, 16.0, 44.0, 34.0
COLOURS = ("#2a8f88", "#c07a10", "#5b6b86")
INK, GRID = "#4a5758", "#c9d2d0"
SIGN = 15.0
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
    foot: float


def shapes(chart: Chart) -> Shapes:
    """The bars of each label side by side, their values above, the legend on top."""
    most = max((value for one in chart.series for value in one.values), default=0) or 1
    foot, room = HIGH - BOTTOM, HIGH - BOTTOM - TOP - SIGN
    step = (WIDE - LEFT - RIGHT) / max(1, len(chart.labels))
    wide = round(min(44.0, step * 0.7 / max(1, len(chart.series))), 1)
    bars, words = [], []
    x = LEFT
    for place, one in enumerate(chart.series):
        bars.append(Bar(x, 10.0, SIGN, SIGN, COLOURS[place % len(COLOURS)]))
        words.append(Word(x + SIGN + 6, 23.0, one.name, "start"))
        x += SIGN * (len(one.name) + 3)
    for at, label in enumerate(chart.labels):
        middle = LEFT + step * (at + 0.5)
        words.append(Word(round(middle, 1), foot + 22, label, "middle"))
        left = middle - wide * len(chart.series) / 2
        for place, one in enumerate(chart.series):
            high = round(room * one.values[at] / most, 1)
            bars.append(
                Bar(
                    round(left + place * wide, 1),
                    round(foot - high, 1),
                    wide - 3,
                    high,
                    COLOURS[place % len(COLOURS)],
                )
            )
            words.append(
                Word(
                    round(left + place * wide + wide / 2 - 1.5, 1),
                    round(foot - high - 5, 1),
                    str(one.values[at]),
                    "middle",
                )
            )
    return Shapes(tuple(bars), tuple(words), foot)


def as_svg(chart: Chart) -> str:
    """For a page (its text takes the page's colour) and for the typesetter."""
    found = shapes(chart)
    drawn = "".join(
        f'<rect x="{one.x:g}" y="{one.y:g}" width="{one.wide:g}" height="{one.high:g}" fill="{one.colour}"/>'
        for one in found.bars
    )
    said = "".join(
        f'<text x="{one.x:g}" y="{one.y:g}" text-anchor="{one.anchor}">{escape(one.text)}</text>'
        for one in found.words
    )
    line = f'<path d="M{LEFT:g} {found.foot:g}H{WIDE - RIGHT:g}" stroke="{GRID}" stroke-width="1.5"/>'
    font = 'font-family="Noto Sans CJK SC, sans-serif" font-size="15" fill="currentColor"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:g} {HIGH:g}">{drawn}{line}<g {font}>{said}</g></svg>'


def as_png(chart: Chart) -> bytes:
    """The same, black on white."""
    from PIL import Image, ImageDraw, ImageFont

    found = shapes(chart)
    picture = Image.new("RGB", (int(WIDE * SHARPNESS), int(HIGH * SHARPNESS)), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT), int(SIGN * SHARPNESS))
    for bar in found.bars:
        if bar.high > 0:
            corners = (bar.x, bar.y, bar.x + bar.wide, bar.y + bar.high)
            draw.rectangle([round(one * SHARPNESS) for one in corners], fill=bar.colour)
    edge = found.foot * SHARPNESS
    draw.line([LEFT * SHARPNESS, edge, (WIDE - RIGHT) * SHARPNESS, edge], fill=GRID, width=3)
    for word in found.words:
        at = (word.x * SHARPNESS, word.y * SHARPNESS)
        draw.text(at, word.text, fill=INK, font=font, anchor="ls" if word.anchor == "start" else "ms")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
