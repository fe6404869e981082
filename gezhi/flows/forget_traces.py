"""What is only a trace of what the journal keeps goes with its age: lists of bulk deeds, notices that wait no longer, messages that went out."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from gezhi.cases.bulk import actions as bulk
from gezhi.catalogue import queries as catalogue
from gezhi.journal import outbox
from gezhi.notices import actions as notices
from gezhi.parties.days import local_day, zone

AT_ONCE = 500  # rows of one transaction: nobody waits for it
MOST_TURNS = 20  # of each kind in one go; the worker comes again in five minutes


def forget_traces(*, at: datetime) -> None:
    """The worker's chore: nothing younger than the office's `keep_traces_days`, by whole days of its own. Since when all is kept is written down
    first: a kill in between leaves rows too many, and none that `gezhi check` misses.
    """
    day = local_day(at) - timedelta(days=catalogue.rule("keep_traces_days"))
    before = datetime.combine(day, time(), tzinfo=zone())
    notices.keep_since(before)
    kinds: tuple[Callable[..., int], ...] = (bulk.forget, notices.forget, outbox.forget)
    for forget in kinds:
        for _turn in range(MOST_TURNS):
            if forget(before=before, most=AT_ONCE) < AT_ONCE:
                break
