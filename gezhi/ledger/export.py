"""Write the ledger into a file: the one door for the command line and for the desk's button."""

import os
from collections.abc import Iterable
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

WRITERS = {".xlsx": book.write, ".csv": plain.write}
MEDIA_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
}


def export_ledger(
    wanted: LineFilter, to: Path | BinaryIO, *, suffix: str, actor: Actor, language: str, at: datetime
) -> int:
    """Write the lines that this actor may see and that fit. Returns how many.

    suffix: ".xlsx" or ".csv". language: zh-hans, zh-hant or en. Raises Invalid("suffix", "unknown"), Invalid("lines", "too_many").
    """
    with translation.override(language):
        found = lines(wanted, actor=actor).iterator(chunk_size=CHUNK)
        said = heading(wanted, actor=actor, language=language, at=at)
        return export(rows(found, actor=actor, language=language, at=at), to, suffix=suffix, heading=said)


def export(rows: Iterable[Row], to: Path | BinaryIO, *, suffix: str, heading: Heading) -> int:
    """Write rows in the language in force. A file that is there already is replaced only when the new one is whole."""
    if suffix not in WRITERS:
        raise Invalid("suffix", "unknown", known=tuple(WRITERS))
    if not isinstance(to, Path):
        return WRITERS[suffix](rows, to, heading)
    half = to.with_name(f"{to.name}.half")
    try:
        with half.open("wb") as file:
            count = WRITERS[suffix](rows, file, heading)
            file.flush()
            os.fsync(file.fileno())
        half.replace(to)
    finally:
        half.unlink(missing_ok=True)
    return count
