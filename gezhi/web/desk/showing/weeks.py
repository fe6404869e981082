"""Weeks as they were counted once, while what they are counted from stands: a hundred thousand open lines are read through for each.

Kept is what is counted (`insight.week.counted`), for whoever asked and nobody else: it is found again by himself with his posts, and by the question to
the ledger with all that it says of what he is kept from. Pictures are asked for each time.
"""

import threading
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet

from gezhi.insight import week as weeks
from gezhi.insight.figures import exclusions
from gezhi.insight.week import Week
from gezhi.kernel.actor import Actor
from gezhi.ledger import queries as ledger
from gezhi.tenancy.current import current

if TYPE_CHECKING:
    from gezhi.ledger.models import Line

MOST_KEPT = 64  # some 20 kB each
Key = tuple[UUID, Actor, date, Any, int, int, datetime]

_kept: dict[Key, Week] = {}
_turn = threading.Lock()


def week(monday: date, path: str, *, actor: Actor, at: datetime) -> Week:
    """`insight.week.week`, counted anew when the ledger moved, an exclusion was decided or a minute is over (clocks run out, and people come and go).
    While one counts, the others wait for that. 4 queries, up to 6 more; 17 more when it is counted.
    """
    mine = weeks.of_lines(path, actor=actor)
    key = key_of(monday, mine, actor, at)
    found = _kept.get(key)
    if found is None:
        with _turn:
            if (found := _kept.get(key)) is None:
                if len(_kept) >= MOST_KEPT:
                    _kept.clear()
                found = _kept[key] = weeks.counted(monday, mine, path, actor=actor, at=at)
    return weeks.with_good(found, mine)


def key_of(monday: date, mine: "QuerySet[Line]", actor: Actor, at: datetime) -> Key:
    """All that what is kept hangs on. 2 queries."""
    sql, values = mine.query.sql_with_params()
    minute, asked = at.replace(second=0, microsecond=0), (sql, tuple(values))
    return (current(), actor, monday, asked, ledger.position().number, exclusions.granted(), minute)
