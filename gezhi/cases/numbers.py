"""Case numbers: `371072-2026-0000001`. A process takes a block ahead of its transactions, so nobody queues for a counter."""

from collections import defaultdict, deque
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from gezhi.cases.models import NumberBlock
from gezhi.kernel.ids import case_number
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

BLOCK = 50

# Taking from either end of a deque is atomic. A lock around it would be held by one who waits for his turn to write, and
# asked for by the one whose turn it is: both would wait for ever.
_stock: defaultdict[tuple[UUID, int], deque[int]] = defaultdict(deque)


def stock_up(year: int, needed: int = 1) -> None:
    """Have so many numbers at hand, a block at a time, in a transaction of its own. Call it outside any; inside one it does nothing."""
    if connection.in_atomic_block:
        return
    stock = _stock[current(), year]
    if len(stock) < needed:  # two threads may both find it short: then there are two blocks
        stock.extend(_reserve(year, max(needed, BLOCK)))


def next_number(year: int) -> str:
    """The next number of this process's block; without one, a single number taken in the caller's transaction."""
    try:
        taken = _stock[current(), year].popleft()
    except IndexError:
        taken = _reserve(year, 1)[0]
    return case_number(jurisdiction(current()).code, year, taken)


def forget() -> None:
    """Let go of reserved blocks (between tests, whose databases are rolled back)."""
    _stock.clear()


@transaction.atomic
def _reserve(year: int, count: int) -> range:
    rows = NumberBlock.objects.filter(year=year)
    if not rows.update(next=F("next") + count):
        NumberBlock.objects.bulk_create([NumberBlock(year=year, next=1)], ignore_conflicts=True)
        rows.update(next=F("next") + count)
    end = int(rows.values_list("next", flat=True).get())
    return range(end - count, end)
