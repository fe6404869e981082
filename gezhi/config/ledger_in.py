"""`gezhi import-ledger`: read, map, judge, and bring in, with a line for each column and a count that moves."""

import argparse
import hashlib
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from gezhi.channels import books as channel
from gezhi.channels.excel import mapping
from gezhi.channels.excel.book import Book, name_of, read_book
from gezhi.config.options import LEDGER_FIELDS
from gezhi.config.speaking import speaking
from gezhi.flows import import_ledger as flow
from gezhi.flows.import_ledger import Result
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid
from gezhi.reports import books
from gezhi.web.desk.books_in import reason
from gezhi.web.punctuation import aside


def import_ledger(chosen: argparse.Namespace, *, say: Callable[[str], None]) -> Result:
    """Raises BadSheet, Invalid("mapping", …)."""
    data, at = chosen.file.read_bytes(), datetime.now(UTC)
    book = read_book(data, chosen.file.name, sheet=chosen.sheet, encoding=chosen.encoding)
    fields = _fields(book, chosen.map, say)
    sheet, source = channel.judged(book, fields, at)
    if chosen.dry_run:
        return flow.dry_run(sheet, source, chosen.finished)
    digest = hashlib.sha256(data).hexdigest()
    result, run = flow.import_ledger(
        sheet,
        source,
        digest,
        finished=chosen.finished,
        skip_bad=chosen.skip_bad,
        actor=SYSTEM,
        at=at,
        progress=_progress,
    )
    if run is not None:
        books.remember(mapping.layout_digest(book.heads), fields, actor=SYSTEM, at=at)
    return result


def _progress(done: int, total: int) -> None:
    print(f"\r{done}/{total}", end="", file=sys.stderr, flush=True)


def _fields(book: Book, said: Sequence[str], say: Callable[[str], None]) -> tuple[str, ...]:
    """What each column is: as said, else as remembered, else as proposed. Every column is named."""
    proposals, _ = channel.fields_for(book)
    fields = list(mapping.as_fields(proposals, len(book.heads)))
    for pair in said:
        head, _equals, field = (part.strip() for part in pair.rpartition("="))
        if field and field not in LEDGER_FIELDS:
            raise Invalid("mapping", "unknown", name=field[:40])
        fields[_column(book, head)] = field
    for one in proposals:
        field = fields[one.column]
        with speaking():
            say(aside(f"{name_of(book.heads, one.column)} → {field or '-'}", reason(one, field)))
    return mapping.judged(fields, len(book.heads))


def _column(book: Book, head: str) -> int:
    names = [name_of(book.heads, at) for at in range(len(book.heads))]
    for known in (names, list(book.heads)):
        if known.count(head.strip()) == 1:
            return known.index(head.strip())
    raise Invalid("mapping", "no_such_head", head=head[:40], heads=names)
