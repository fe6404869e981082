"""`gezhi recount`: all roll-ups of every office counted anew from the ledger, with a count that moves."""

import argparse
from datetime import UTC, datetime

from gezhi.config.progress import Progress


def recount(chosen: argparse.Namespace) -> int:
    """The last line says how many lines were counted. What is read meanwhile stays as it was."""
    from gezhi.insight.rollups.anew import count_anew
    from gezhi.tenancy.current import scope
    from gezhi.tenancy.queries import all_jurisdictions

    total = 0
    for office in all_jurisdictions():
        progress = Progress(office.code)

        def tell(lines: int, of: Progress = progress) -> None:
            of.tell(str(lines))

        with scope(office.id):
            total += count_anew(at=datetime.now(UTC), told=tell)
        progress.end()
    print(f"{total} lines counted")
    return 0
