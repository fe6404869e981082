"""How many cases lie at each spot for one person and one filter, kept for some seconds in each process."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from gezhi.insight.mapping.ground import Counted, Ground, ground
from gezhi.tenancy.current import current

FRESH = timedelta(seconds=3)
KEPT_TIMES = 20  # counting takes at most a twentieth of the time
LONGEST = timedelta(seconds=30)
MOST_KEPT = 60  # some hundred kB each with ten thousand places

Rows = Iterable[tuple[UUID | None, tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Layer:
    """What is shown: where the spots are and what they count. at: the moment it was counted at. is_whole: False when it may be more."""

    ground: Ground
    counted: Counted
    at: datetime
    is_whole: bool = True


@dataclass(slots=True)
class _Kept:
    layer: Layer
    until: datetime


_kept: dict[tuple[object, ...], _Kept] = {}


def layer(
    key: tuple[object, ...], kinds: int, count: Callable[[], tuple[Rows, bool]], *, at: datetime
) -> Layer:
    """What `count` gives, by spot, and whether that is all. kinds: how many numbers each of its rows has.

    key: all that the counts hang on (who looks, for what), besides the office; who has it in common shares the memory. It is as old as FRESH, or as counting is slow.
    """
    whole = (current(), *key)
    known = _kept.get(whole)
    if known is not None and known.layer.at <= at < known.until:
        return known.layer
    if known is not None:
        known.until = at + FRESH  # one counts anew, the others need not, too
    began = time.perf_counter()
    told, is_whole = count()
    rows = list(told)
    here = ground()
    strange = next((place for place, _ in rows if place and place not in here.spot_of), None)
    here = ground(strange) if strange else here
    made = Layer(here, here.counted(rows, kinds), at, is_whole)
    cost = timedelta(seconds=time.perf_counter() - began) * KEPT_TIMES
    while len(_kept) >= MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[whole] = _Kept(made, at + min(max(FRESH, cost), LONGEST))
    return made
