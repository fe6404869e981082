"""Case numbers: `371072-2026-0000001`. A process takes a block ahead of its transactions, so nobody queues for a counter."""

import threading
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from gezhi.cases.models import NumberBlock
from gezhi.kernel.ids import case_number
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

BLOCK = 50

_stock: dict[tuple[UUID, int], range] = {}
_lock = threading.Lock()


def stock_up(year: int) -> None:
    """Reserve a block of numbers in a transaction of its own. Call it outside any transaction; inside one it does nothing."""
    if connection.in_atomic_block:
        return
    with _lock:
        if len(_stock.get((current(), year), range(0))) == 0:
            _stock[current(), year] = _reserve(year, BLOCK)


def next_number(year: int) -> str:
    """The next number of this process's block; without one, a single number taken in the caller's transaction."""
    with _lock:
        left = _stock.get((current(), year), range(0))
        if left:
            _stock[current(), year] = left[1:]
    taken = left or _reserve(year, 1)
    return case_number(jurisdiction(current()).code, year, taken[0])


def forget() -> None:
    """Let go of reserved blocks (between tests, whose databases are rolled back)."""
    with _lock:
        _stock.clear()


@transaction.atomic
def _reserve(year: int, count: int) -> range:
    rows = NumberBlock.objects.filter(year=year)
    if not rows.update(next=F("next") + count):
        NumberBlock.objects.bulk_create([NumberBlock(year=year, next=1)], ignore_conflicts=True)
        rows.update(next=F("next") + count)
    end = int(rows.values_list("next", flat=True).get())
    return range(end - count, end)
