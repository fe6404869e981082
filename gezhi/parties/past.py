"""A party as it stood at an earlier moment: today's row with the journal's changes since taken back.

What it served and who had a post stands in dated rows: ask `queries` for a day.
"""

from datetime import datetime
from uuid import UUID

from gezhi.journal.past import earlier, put_back
from gezhi.kernel.refusal import NotFound
from gezhi.parties.models import Party
from gezhi.parties.queries import PartyRow


def party_on(id: UUID, moment: datetime) -> PartyRow:
    """One party as it stood. 2 queries. Raises NotFound, also before it was taken into the book."""
    row = Party.objects.filter(id=id).first()
    fields = earlier("party", [id], moment)[id]
    if row is None or fields is None:
        raise NotFound(party=str(id))
    put_back(row, fields)
    return PartyRow(*(getattr(row, name) for name in PartyRow._fields))
