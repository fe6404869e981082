"""Hot spots: where more came in a month than the place's own past would lead one to expect (poisson; docs/adr/0032-see-it-all.md)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from gezhi.insight.poisson import chance, is_hot, most_expected
from gezhi.kernel.months import Span, later

LOOKED_BACK = 12  # months
Of = TypeVar("Of")
LEAST_PAST = 3  # months: with less there is no past to compare with


@dataclass(frozen=True, slots=True)
class Hot:
    """of: what was given. count: in the month; mean: of the months before; expected: what such a month does not exceed, but by chance.

    above: what holds it and is hot by it alone, the nearest first (`folded`).
    """

    of: object
    count: int
    mean: float
    expected: int
    above: tuple[object, ...] = ()


def past_of(month: int, first: int | None) -> Span | None:
    """The months that a month is compared with: the twelve before it, from the office's first one on. None when there are too few."""
    begins = max(later(month, -LOOKED_BACK), first or month)
    span = Span(begins, later(month, -1))
    return span if span.length() >= LEAST_PAST else None


def hot_spots(
    candidates: Iterable[Of],
    month: int,
    past: Span | None,
    count: Callable[[Of, Span], int],
    looked_at: int = 1,
) -> list[Hot]:
    """Those of the candidates that are hot, the farthest above what was to be expected first. count: of one in a span.

    looked_at: among how many these were picked: of all together no more than one is listed by chance, on average.
    """
    if past is None:
        return []
    found, by_chance = [], chance(looked_at)
    for one in candidates:
        now, mean = count(one, Span(month, month)), count(one, past) / past.length()
        if is_hot(now, mean, by_chance):
            found.append(Hot(one, now, mean, most_expected(mean, by_chance)))
    return sorted(found, key=lambda hot: hot.expected - hot.count)


def folded(found: Iterable[Hot], path_of: Callable[[object], str], looked_at: int = 1) -> list[Hot]:
    """The same, each surge once: what lies above a hot place and would not be hot without what came there, stands in that one's `above`.

    path_of: "" of what lies in no place (a category); it stays as it is. looked_at: as in `hot_spots`. The order is kept.
    """
    rows = list(found)
    kept: dict[str, Hot] = {}
    paths_of = [(path_of(one.of), one) for one in rows]
    for path, one in sorted(paths_of, key=lambda pair: -len(pair[0])):
        if not path:
            continue
        below = _widest([inner for inner in kept if inner.startswith(path)])
        count = one.count - sum(kept[inner].count for inner in below)
        mean = one.mean - sum(kept[inner].mean for inner in below)
        if not below or is_hot(count, max(0.0, mean), chance(looked_at)):
            kept[path] = one
            continue
        cause = max(below, key=lambda inner: kept[inner].count - kept[inner].expected)
        kept[cause] = replace(kept[cause], above=(*kept[cause].above, one.of))
    return [kept[path] if path else one for path, one in paths_of if not path or path in kept]


def _widest(inside: list[str]) -> list[str]:
    """Those that lie in no other of them."""
    return [one for one in inside if not any(one != other and one.startswith(other) for other in inside)]
