"""Prove I8 of the figures: the tallies of some months equal a recount from the journal at the position they state.

Which months: drawn by a seed, one after the other until enough cases were recounted; at another position others are drawn.
"""

from collections.abc import Iterator
from random import Random
from uuid import UUID

from gezhi.insight.figures import cells
from gezhi.insight.figures.counts import NAMES
from gezhi.insight.figures.tally import AXES, SIZE, Counting, Sums, raised
from gezhi.insight.models import Tally
from gezhi.insight.rollups.following import Reached, reached
from gezhi.kernel.finding import Finding
from gezhi.kernel.months import bounds, month_at
from gezhi.ledger.models import Line
from gezhi.ledger.queries import position as ledger_position
from gezhi.ledger.recount import between
from gezhi.parties.days import zone

ENOUGH = 5000  # cases
AT_ONCE = 250  # cases counted from the journal at a time


def findings(seed: int | None = None) -> Iterator[Finding]:
    """What is wrong with the tallies of the jurisdiction in force. seed: which month is recounted; by default it follows the position."""
    stood = reached()
    if stood.position > ledger_position().number:
        yield Finding("I8", f"position {stood.position}", "the roll-ups have read farther than the ledger")
    if not stood.is_whole:
        return
    seed = stood.position if seed is None else seed
    left = ENOUGH
    for month in _drawn(_months(stood.edition), seed):
        cases = _cases(month)
        yield from _unlike(month, cases, stood, seed)
        left -= len(cases)
        if left <= 0:
            return


def _drawn(months: list[int], seed: int) -> list[int]:
    Random(seed).shuffle(months)
    return months


def _cases(month: int) -> list[UUID]:
    """Cases that the ledger has in a month (its lines are proved by its own check)."""
    since, until = bounds(month, zone())
    rows = Line.objects.filter(received_at__gte=since, received_at__lt=until)
    return list(rows.order_by("case_id").values_list("case_id", flat=True))


def _months(edition: int) -> list[int]:
    """Months that have tallies or lines, in order."""
    there = set(Tally.objects.filter(edition=edition).order_by().values_list("month", flat=True).distinct())
    for end in ("received_at", "-received_at"):
        first = Line.objects.order_by(end).values_list("received_at", flat=True).first()
        if first is not None:
            there.add(month_at(first, zone()))
    return sorted(there)


def _unlike(month: int, cases: list[UUID], stood: Reached, seed: int) -> Iterator[Finding]:
    wanted = _recounted(month, cases, stood.position)
    rows = Tally.objects.filter(edition=stood.edition, month=month)
    kept = {(row.place_path, row.axis): row.cells for row in rows}
    said = f"differs from the journal at {stood.position} (--seed {seed})"
    for (_month, path), axes in sorted(wanted.items()):
        for axis in AXES:
            text = cells.as_json(axes[axis], SIZE)
            there = kept.pop((path, axis), "{}")
            if text != there:
                yield Finding("I8", f"figures {month} {axis} {path}", f"{said}: {_what(text, there)}")
    for path, axis in kept:
        yield Finding("I8", f"figures {month} {axis} {path}", f"{said}: the journal has nothing there")


def _what(wanted: str, there: str) -> str:
    """The first key whose counts differ, and which they are."""
    right, wrong = cells.from_json(wanted), cells.from_json(there)
    for key in sorted(right.keys() | wrong.keys()):
        one, other = (cells.as_sum(of.get(key, {}), SIZE) for of in (right, wrong))
        for name, yes, no in zip(NAMES, one.counts, other.counts, strict=True):
            if yes != no:
                return f"{key or 'all'}: {name} {no}, not {yes}"
        if one != other:
            return f"{key or 'all'}: how long it took"
    return "written otherwise"


def _recounted(month: int, cases: list[UUID], position: int) -> Sums:
    counting = Counting()
    for at in range(0, len(cases), AT_ONCE):
        _old, new = between(cases[at : at + AT_ONCE], 0, position)
        counting.add(new)
    return raised({spot: axes for spot, axes in counting.sums.items() if spot[0] == month})
