"""The same ledger as a text table (.csv) for other programs: one row of heads, UTF-8 with its mark, nothing that a sheet would run."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from gezhi.kernel.sheet import safe_cell
from gezhi.ledger.columns import COLUMNS, Value
from gezhi.ledger.heading import Heading, minute
from gezhi.ledger.rows import Row

TOLD = 256  # lines


def write(rows: Iterable[Row], to: BinaryIO, heading: Heading) -> int:
    """Write into a binary file, in the language in force; moments in the office's zone. Returns how many lines."""
    count = 0
    for reached in writing(rows, to, heading):
        count = reached
    return count


def writing(rows: Iterable[Row], to: BinaryIO, heading: Heading) -> Iterator[int]:
    """As `write`, step by step: how many lines are written after some of them, and at the end."""
    text = io.TextIOWrapper(to, encoding="utf-8-sig", newline="")
    # every field is quoted, or a delimiter inside one would open a new cell
    table = csv.writer(text, quoting=csv.QUOTE_ALL)
    table.writerow([str(column.head) for column in COLUMNS])
    count = 0
    for count, row in enumerate(rows, start=1):
        table.writerow([_cell(column.value(row), heading) for column in COLUMNS])
        if count % TOLD == 0:
            yield count
    text.detach()
    yield count


def _cell(value: Value, heading: Heading) -> str:
    if isinstance(value, datetime):
        return minute(value, heading.tz)
    return safe_cell("" if value is None else str(value))
