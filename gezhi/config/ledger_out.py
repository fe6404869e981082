"""`gezhi export-ledger`: the whole ledger as one file, with a bar."""

import argparse
from datetime import datetime

from gezhi.config.progress import Progress, bar
from gezhi.config.speaking import Failed
from gezhi.config.worker import keep_books
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger.export import WRITERS, export_ledger
from gezhi.ledger.queries import LineFilter, lines


def write(chosen: argparse.Namespace, *, at: datetime) -> int:
    """Bring the ledger up to date, then write it; returns how many lines. Raises Failed with one clear sentence."""
    to, all_of_it = chosen.to, LineFilter()
    if to.suffix.lower() not in WRITERS:
        raise Failed(f"export-ledger: {to.name} ends in none of {' '.join(WRITERS)}")
    if not to.parent.is_dir():
        raise Failed(f"export-ledger: there is no folder {to.parent}")
    keep_books(at)
    of, told = lines(all_of_it, actor=SYSTEM).count(), Progress("export-ledger")
    count = export_ledger(
        all_of_it,
        to,
        suffix=to.suffix.lower(),
        actor=SYSTEM,
        language=chosen.language,
        at=at,
        tell=lambda done: told.tell(f"{bar(min(done, of), max(of, 1))} {done}/{of}"),
    )
    told.end()
    return count
