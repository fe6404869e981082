"""Write the ledger into a file: the one door for the command line and for the desk's button."""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.utils import translation

from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid
from gezhi.ledger import book, plain
from gezhi.ledger.heading import Heading, heading
from gezhi.ledger.queries import LineFilter, lines
from gezhi.ledger.rows import CHUNK, Row, rows

WRITERS = {".xlsx": book.writing, ".csv": plain.writing}
MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
}


Tell = Callable[[int], None]


def export_ledger(
    wanted: LineFilter,
    to: Path | BinaryIO,
    *,
    suffix: str,
    actor: Actor,
    language: str,
    at: datetime,
    tell: Tell | None = None,
) -> int:
    """Write the lines that this actor may see and that fit. Returns how many. tell: how many are written, again and again.

    suffix: ".xlsx" or ".csv". language: zh-hans, zh-hant or en. Raises Invalid("suffix", "unknown"), Invalid("lines", "too_many").
    """
    with translation.override(language):
        found = lines(wanted, actor=actor).iterator(chunk_size=CHUNK)
        said = heading(wanted, actor=actor, language=language, at=at)
        shown = rows(found, actor=actor, language=language, at=at)
        return export(shown, to, suffix=suffix, heading=said, tell=tell)


def export(
    rows: Iterable[Row], to: Path | BinaryIO, *, suffix: str, heading: Heading, tell: Tell | None = None
) -> int:
    """Write rows in the language in force. A file that is there already is replaced only when the new one is whole."""
    if not isinstance(to, Path):
        return _to_the_end(writing(rows, to, suffix=suffix, heading=heading), tell)
    half = to.with_name(f"{to.name}.half")
    try:
        with half.open("wb") as file:
            count = _to_the_end(writing(rows, file, suffix=suffix, heading=heading), tell)
            file.flush()
            os.fsync(file.fileno())
        half.replace(to)
    finally:
        half.unlink(missing_ok=True)
    return count


def writing(rows: Iterable[Row], to: BinaryIO, *, suffix: str, heading: Heading) -> Iterator[int]:
    """As `export`, step by step: how many lines are written after each."""
    if suffix not in WRITERS:
        raise Invalid("suffix", "unknown", known=tuple(WRITERS))
    return WRITERS[suffix](rows, to, heading)


def _to_the_end(steps: Iterator[int], tell: Tell | None) -> int:
    count = 0
    for count in steps:
        if tell:
            tell(count)
    return count
