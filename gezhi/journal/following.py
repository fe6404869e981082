"""Follow the sealed journal: the one loop and the one way of holding a cursor, for the ledger, the notices, search and the roll-ups.

Each batch is one short transaction of the follower's own: hold the cursor, read on, write, move it. Read twice or by two workers at
once gives the same.
"""

from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar

from gezhi.tenancy.models import TenantModel

Cursor = TypeVar("Cursor", bound=TenantModel)


def read_on(batch: Callable[[], int], *, is_behind: Callable[[], bool], most: int | None = None) -> int:
    """Do batches until nothing is left, or so many of them. Returns how many entries. Opens no transaction when nothing is new.

    batch: reads on and says how many entries; 0 when another worker was faster.
    """
    total = 0
    for _batch in count() if most is None else range(most):
        done = batch() if is_behind() else 0
        if not done:
            break
        total += done
    return total


def held(cursor: type[Cursor], **beginning: Any) -> Cursor:
    """The follower's cursor, locked for the rest of the transaction: while it stands still, what it keeps is what it is."""
    cursor.objects.get_or_create(defaults=beginning)
    found: Cursor = cursor.objects.select_for_update(no_key=True).get()
    return found
