"""Hold a case for the rest of the transaction, so that what is decided about it stays true."""

from typing import Final
from uuid import UUID

from gezhi.cases.models import Case
from gezhi.kernel.refusal import NotFound
from gezhi.tenancy.prepared import PreparedRows


def locked(case_id: UUID) -> Case:
    """The case, locked against other writers; readers and rows that refer to it do not wait. 1 query. Raises NotFound."""
    found = _BY_ID.found(case_id)
    if not found:
        raise NotFound("case")
    return found[0]


_BY_ID: Final = PreparedRows(Case, lambda id: Case.objects.select_for_update(no_key=True).filter(id=id))
