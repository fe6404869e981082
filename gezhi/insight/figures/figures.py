"""From counts to figures: a rate with its n, with the median and the quartiles of its months; a time with those of its cases. PURE but for the definitions' names."""

from collections.abc import Sequence
from dataclasses import dataclass

from gezhi.insight.definitions import DEFINITIONS, TIMES, Definition
from gezhi.insight.figures.cells import Sum
from gezhi.insight.figures.counts import PLACE_OF
from gezhi.insight.histogram import Spread, spread_of


@dataclass(frozen=True, slots=True)
class Figure:
    """One rate. over of n; value: None when there are fewer than `least`. months: value of each month, None likewise.

    spread: of the months that have a value, as rates. apart: counts beside it.
    """

    of: Definition
    over: int
    n: int
    value: float | None
    months: tuple[float | None, ...]
    spread: Spread | None
    apart: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Time:
    """How long it took, in hours: of: to_done, to_closed. spread: None when there are fewer than `least`."""

    of: str
    n: int
    spread: Spread | None
    months: tuple[float | None, ...]


def count(found: Sum, name: str) -> int:
    """One count by its name."""
    return found.counts[PLACE_OF[name]]


def rate(found: Sum, of: Definition, least: int) -> float | None:
    """0 to 1; None when fewer than `least` (or none) are in its denominator."""
    n = count(found, of.under)
    return count(found, of.over) / n if n >= max(1, least) else None


def figure(of: Definition, whole: Sum, months: Sequence[Sum], least: int) -> Figure:
    """A figure of a span: all its months added up, and each."""
    by_month = tuple(rate(one, of, least) for one in months)
    return Figure(
        of,
        count(whole, of.over),
        count(whole, of.under),
        rate(whole, of, least),
        by_month,
        spread_of([one for one in by_month if one is not None]),
        tuple((name, count(whole, name)) for name in of.apart),
    )


def figures(whole: Sum, months: Sequence[Sum], least: int) -> list[Figure]:
    """All of them, in the order of their definitions."""
    return [figure(of, whole, months, least) for of in DEFINITIONS]


def times(whole: Sum, months: Sequence[Sum], least: int) -> list[Time]:
    """Both times."""
    return [time(of, whole, months, least) for of in TIMES]


def time(of: str, whole: Sum, months: Sequence[Sum], least: int) -> Time:
    """Median and quartiles of the cases of a span, and the median of each month."""
    spread = _enough(whole.spread(of), least)
    each = [_enough(one.spread(of), least) for one in months]
    n = sum((whole.to_done if of == "to_done" else whole.to_closed).values())
    return Time(of, n, spread, tuple(one.median if one else None for one in each))


def _enough(spread: Spread | None, least: int) -> Spread | None:
    return spread if spread is not None and spread.n >= least else None
