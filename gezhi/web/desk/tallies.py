"""The numbers beside the saved views, kept for a moment while nothing happens in the office, and where counting is slow."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from gezhi.cases import floods, lists
from gezhi.cases.floods import Flood
from gezhi.journal import queries as journal
from gezhi.kernel.actor import Actor
from gezhi.web.desk import filters

STILL = timedelta(
    seconds=5
)  # so long they hold while the journal does not grow: deadlines pass without a deed
SLOW_SECONDS = 0.1  # below that (some ten thousand open cases) every page after a deed counts anew
KEPT_TIMES = 20  # counting takes at most a twentieth of the time
LONGEST = timedelta(seconds=30)
MOST_KEPT = 500


class _Kept(NamedTuple):
    """until: for whatever was done since; still_until: for as long as nothing was."""

    at: datetime
    until: datetime
    still_until: datetime
    length: int
    counts: dict[str, int]
    floods: tuple[Flood, ...] = ()


_kept: dict[Actor, _Kept] = {}


class Tally(NamedTuple):
    """How many open cases each view has, and what is a flood among them."""

    counts: dict[str, int]
    floods: tuple[Flood, ...]


def tallies(actor: Actor, *, at: datetime, soon: datetime) -> Tally:
    """How many open cases each view has for this actor, and which floods there are: as the journal stands and 5 seconds old, or as much older as counting takes;
    where that is long, at most half a minute. 1 query or 3; 1 more when so many wait that there may be a flood.
    """
    known = _kept.get(actor)
    if known is not None and known.at <= at < known.until:
        return Tally(known.counts, known.floods)
    length = journal.length()
    if known is not None and known.at <= at and known.length == length:
        if at < known.still_until:
            return Tally(known.counts, known.floods)
        _kept[actor] = known._replace(still_until=at + STILL)  # one counts anew, the others need not, too
    own = filters.own_party(actor)
    views = {name: replace(wanted, party=own) for name, (_label, wanted) in filters.VIEWS.items()}
    began = time.perf_counter()
    counts = lists.tallies(views, actor=actor, at=at, soon=soon)
    alike = tuple(floods.floods(actor=actor, at=at)) if counts["reported"] >= floods.FROM else ()
    cost = time.perf_counter() - began
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    slow = min(timedelta(seconds=cost * KEPT_TIMES), LONGEST) if cost > SLOW_SECONDS else timedelta()
    _kept[actor] = _Kept(at, at + slow, at + STILL, length, counts, alike)
    return Tally(counts, alike)
