"""The numbers beside the saved views, kept for a moment while nothing happens in the office, and where counting is slow."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from gezhi.cases import floods, lists
from gezhi.cases.floods import Flood
from gezhi.kernel.actor import Actor
from gezhi.web.desk import filters
from gezhi.web.standing import Standing

QUICK_SECONDS = 0.1  # below that (some ten thousand open cases) every page after a deed counts anew


class Tally(NamedTuple):
    """How many open cases each view has, and what is a flood among them."""

    counts: dict[str, int]
    floods: tuple[Flood, ...]


_kept: Standing[Actor, Tally] = Standing(QUICK_SECONDS)


def tallies(actor: Actor, *, at: datetime, soon: datetime) -> Tally:
    """How many open cases each view has for this actor, and which floods there are: as fresh as `Standing` keeps them. 1 query or 3; 1 more when so
    many wait that there may be a flood.
    """
    return _kept.of(actor, at, lambda: _counted(actor, at, soon))


def _counted(actor: Actor, at: datetime, soon: datetime) -> Tally:
    own = filters.own_party(actor)
    views = {name: replace(wanted, party=own) for name, (_label, wanted) in filters.VIEWS.items()}
    counts = lists.tallies(views, actor=actor, at=at, soon=soon)
    return Tally(
        counts, tuple(floods.floods(actor=actor, at=at)) if counts["reported"] >= floods.FROM else ()
    )
