"""Reports of an import, made ready before the office's only writer is asked for its turn, and written in one statement.

What stands there is what `actions.receive_many` would have written, row for row.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from gezhi.journal.actions import Deed
from gezhi.reports.contact import seal
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.reports.receipts import digest_of, received_deed
from gezhi.tenancy import inserting
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.inserting import Mould, Ready

_DIFFER = (
    "id", "code_digest", "text", "place_id", "place_path", "category_id", "said_at", "contact", "contact_key", "contact_tail", "may_call",
    "external_number",
)  # fmt: skip


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
        self.mould = Mould(bare, *_DIFFER)

    def ready(self, said: Intake) -> Voice:
        """One row as `intake.judged` gave it, with its number in somebody else's book. Nothing is written.

        Raises ValueError for another channel or source, a row without number, with an idempotency key, a point, a picture or a recording.
        """
        if (said.channel, said.source) != (self.channel, self.source) or not said.external_number:
            raise ValueError("a row of another book")
        if said.key or said.evidence or said.voice or said.lon is not None:
            raise ValueError("a row of a book has no key, no point and nothing beside it")
        id = new_id()
        sealed = seal(id, said.contact) if said.contact else None
        row = self.mould.cast(
            id,
            digest_of(id),
            said.text,
            said.place,
            said.place_path,
            said.category,
            said.said_at,
            sealed and sealed.number,
            sealed and sealed.key,
            sealed.tail if sealed else "",
            said.may_call,
            said.external_number,
        )
        deed = received_deed(
            id, channel=said.channel, place=said.place, category=said.category, text=said.text
        )
        return Voice(id, row, deed)


def store(voices: Sequence[Voice]) -> None:
    """Write them, inside the caller's transaction, who journals their deeds. 1 INSERT. Raises IntegrityError where a number is known by now."""
    inserting.write(Report, [one.row for one in voices])
