"""Small charts of months as points of an SVG. PURE. The same numbers stand in a table beside each."""

from collections.abc import Sequence
from typing import NamedTuple

WIDE, HIGH, MARGIN = 240, 56, 6  # units of the viewBox


class Bar(NamedTuple):
    """One month's: where it stands, and how high. text: what it says when one points at it."""

    x: float
    y: float
    width: float
    height: float
    text: str


class Chart(NamedTuple):
    """bars: of months that have a value. middle: the height of the median's line, None without one."""

    bars: Sequence[Bar]
    middle: float | None


def chart(
    values: Sequence[float | None], texts: Sequence[str], *, top: float | None, middle: float | None
) -> Chart:
    """Bars from zero to `top` (the highest value when None). texts: one a value."""
    highest = top or max((one for one in values if one is not None), default=0) or 1
    step = WIDE / max(1, len(values))
    width = min(24.0, step * 0.7)
    bars = [
        Bar(
            round(place * step + (step - width) / 2, 1), round(_y(one, highest), 1), round(width, 1),
            round(HIGH - _y(one, highest), 1), text,
        )
        for place, (one, text) in enumerate(zip(values, texts, strict=True))
        if one is not None
    ]  # fmt: skip
    return Chart(bars, round(_y(middle, highest), 1) if middle is not None else None)


def _y(value: float, highest: float) -> float:
    return MARGIN + (HIGH - MARGIN - 1) * (1 - min(1.0, value / highest))
