"""The numbers beside the saved views, kept for a moment where an office has so many open cases that counting is slow."""

import time
from datetime import datetime, timedelta
from typing import NamedTuple

from gezhi.cases import queries as cases
from gezhi.kernel.actor import Actor
from gezhi.web.desk import filters

SLOW_SECONDS = 0.1  # below that (some ten thousand open cases) every page counts anew
KEPT_TIMES = 20  # counting takes at most a twentieth of the time
LONGEST = timedelta(seconds=30)
MOST_KEPT = 500


class _Kept(NamedTuple):
    at: datetime
    until: datetime
    counts: dict[str, int]


_kept: dict[Actor, _Kept] = {}


def tallies(actor: Actor, *, at: datetime, soon: datetime) -> dict[str, int]:
    """How many open cases each view has for this actor, at most half a minute old. 1 query, or none."""
    known = _kept.get(actor)
    if known is not None and known.at <= at < known.until:
        return known.counts
    views = {name: wanted for name, (_label, wanted) in filters.VIEWS.items()}
    began = time.perf_counter()
    counts = cases.tallies(views, actor=actor, at=at, soon=soon)
    cost = time.perf_counter() - began
    if cost > SLOW_SECONDS:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[actor] = _Kept(at, at + min(timedelta(seconds=cost * KEPT_TIMES), LONGEST), counts)
    return counts
