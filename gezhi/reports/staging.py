"""Reports of an import, made ready before the office's only writer is asked for its turn, and written in one statement.

What stands there is what `actions.receive_many` would have written, row for row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.journal.actions import Deed
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.reports.receipts import Own, own_values, received_deed
from gezhi.tenancy import inserting
from gezhi.tenancy.inserting import Mould, Ready


class Voice(NamedTuple):
    """One report that is ready to be written. deed: to be journalled in the same transaction."""

    id: UUID
    row: Ready
    deed: Deed


class Voices:
    """The reports of one run: one channel, one source, received at one moment."""

    def __init__(self, run_id: UUID, *, channel: str, source: str, at: datetime) -> None:
        self.channel, self.source = channel, source
        bare = Report(channel=channel, source=source, received_at=at, run_id=run_id)
        self.mould = Mould(bare, *Own._fields)

    def ready(self, said: Intake) -> Voice:
        """One row as `intake.judged` gave it, with its number in somebody else's book. Nothing is written.

        Raises ValueError for another channel or source, a row without number, with an idempotency key, a point, a picture or a recording.
        """
        if (said.channel, said.source) != (self.channel, self.source) or not said.external_number:
            raise ValueError("a row of another book")
        if said.key or said.evidence or said.voice or said.lon is not None:
            raise ValueError("a row of a book has no key, no point and nothing beside it")
        own = own_values(said)
        deed = received_deed(
            own.id, channel=said.channel, place=said.place, category=said.category, text=said.text
        )
        return Voice(own.id, self.mould.cast(*own), deed)


def store(voices: Sequence[Voice]) -> None:
    """Write them, inside the caller's transaction, who journals their deeds. 1 INSERT. Raises IntegrityError where a number is known by now."""
    inserting.write(Report, [one.row for one in voices])
