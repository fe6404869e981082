"""Bars beside each other as shapes of a drawing, the same for a page, a paper and a picture. PURE; who draws them writes the words and colours."""

from collections.abc import Sequence
from typing import NamedTuple

Values = Sequence[float | None]


class Frame(NamedTuple):
    """A drawing in units of its own. widest: of one bar; share: of a place that its bars take; between: room between two of them;
    least: height of a bar that counts nothing."""

    wide: float
    high: float
    head: float
    foot: float
    left: float = 0.0
    right: float = 0.0
    widest: float = 1e9
    share: float = 0.7
    between: float = 0.0
    least: float = 0.0

    @property
    def ground(self) -> float:
        """Where bars stand."""
        return self.high - self.foot


class Bar(NamedTuple):
    """One value's, of this place and this series, both counted from 0."""

    place: int
    series: int
    x: float
    y: float
    wide: float
    high: float

    @property
    def middle(self) -> float:
        return round(self.x + self.wide / 2, 1)


class Drawing(NamedTuple):
    """frame; bars of what has a value, place by place; middles: of each place, for the words below it; top: the value that fills the height."""

    frame: Frame
    bars: tuple[Bar, ...]
    middles: tuple[float, ...]
    top: float

    def level(self, value: float) -> float:
        """How high a line at this value lies."""
        return round(self.frame.ground - _height(value, self.top, self.frame), 1)


def drawn(series: Sequence[Values], frame: Frame, *, top: float | None = None) -> Drawing:
    """The bars of each place side by side, from the ground to `top` (the highest value when None). All series are of one length."""
    highest = top or max((one for values in series for one in values if one is not None), default=0) or 1
    places, many = max(map(len, series), default=0), max(1, len(series))
    step = (frame.wide - frame.left - frame.right) / max(1, places)
    slot = round(min(frame.widest, step * frame.share / many), 1)
    middles = [frame.left + step * (place + 0.5) for place in range(places)]
    bars = [
        _bar(place, which, middles[place] + slot * (which - many / 2), slot, value, highest, frame)
        for place in range(places)
        for which, values in enumerate(series)
        if (value := values[place]) is not None
    ]
    return Drawing(frame, tuple(bars), tuple(round(one, 1) for one in middles), highest)


def _bar(place: int, which: int, x: float, slot: float, value: float, top: float, frame: Frame) -> Bar:
    high = _height(value, top, frame)
    wide = round(slot - frame.between, 1)
    return Bar(place, which, round(x, 1), round(frame.ground - high, 1), wide, round(high, 1))


def _height(value: float, top: float, frame: Frame) -> float:
    return (frame.ground - frame.head - frame.least) * min(1.0, value / top) + frame.least
