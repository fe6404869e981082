"""Hand down to the suggestions what the office's own confirmed cases teach: daily, or once enough new ones are there. The worker's chore."""

from datetime import datetime, timedelta

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.reports import queries as reports
from gezhi.reports import vocabulary
from gezhi.reports.features import features
from gezhi.reports.learning import Confirmed

NEWEST = 3000  # older ones say what people said then
AFTER = timedelta(days=1)
ENOUGH_NEW = 50  # sooner than that, when so many came
LEAST = 20  # a handful teaches nothing but its own streets
BATCH = 200


def learn_when_due(*, at: datetime) -> int:
    """Learn anew when a day has passed or fifty more cases are confirmed. Returns from how many, 0 when it was not due. 2 queries then."""
    last = vocabulary.learned_at()
    have = cases.count_confirmed(NEWEST)
    if have < LEAST:
        return 0
    is_due = last is None or at - last >= AFTER or have - vocabulary.learned_of() >= ENOUGH_NEW
    return learn(at=at) if is_due else 0


def learn(*, at: datetime) -> int:
    """From the newest confirmed cases. Nothing is locked meanwhile; the lesson is one small write."""
    pairs = cases.confirmed(NEWEST)
    have = cases.count_confirmed(NEWEST)  # those without words teach nothing, and are not new the next time
    codes = {one.id: one.code for one in catalogue.leaves()}
    told: list[Confirmed] = []
    for start in range(0, len(pairs), BATCH):
        some = dict(pairs[start : start + BATCH])
        for row in reports.for_desk(some):
            category = some[row.id]
            if row.text and category in codes:
                told.append(Confirmed(frozenset(features(row.text)), codes[category]))
    return vocabulary.keep_learned(told, of=have, at=at)
