"""Bars as `ui/bars.html` writes them on a page: drawn by kernel.bars, with their colours, words and what one reads when pointing at them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from gezhi.kernel import bars

BRAND, SOFT, INK, MUTED = "var(--brand)", "var(--soft-edge)", "var(--ink)", "var(--muted)"
SPARK = bars.Frame(240, 56, head=6, foot=0, widest=24, least=1)  # stretched to the width of its card


class Bar(NamedTuple):
    """text: what it says when one points at it. is_faint: not all of it is known."""

    x: float
    y: float
    wide: float
    high: float
    fill: str
    text: str = ""
    is_faint: bool = False


class Word(NamedTuple):
    """y is the foot of the signs, x their middle."""

    x: float
    y: float
    text: str
    fill: str


class Chart(NamedTuple):
    """ground: the line that the bars stand on. middle: the height of the median's line, None without one."""

    wide: float
    high: float
    ground: float
    bars: Sequence[Bar]
    words: Sequence[Word] = ()
    middle: float | None = None


def filled(drawing: bars.Drawing, fill_of: Callable[[bars.Bar], Bar], words: Sequence[Word] = ()) -> Chart:
    """A drawing in colours."""
    frame = drawing.frame
    return Chart(frame.wide, frame.high, frame.ground, [fill_of(one) for one in drawing.bars], words)


def spark(
    values: Sequence[float | None], texts: Sequence[str], *, top: float | None, middle: float | None
) -> Chart:
    """One bar a month, small, from zero to `top` (the highest value when None). texts: one a value. middle: a value, drawn as a line."""
    made = bars.drawn([values], SPARK, top=top)
    chart = filled(made, lambda one: Bar(*one[2:], BRAND, texts[one.place]))
    level = None if middle is None else made.level(middle)
    return chart._replace(ground=SPARK.ground - 0.5, middle=level)
