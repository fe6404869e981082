"""Hold a case for the rest of the transaction, so that what is decided about it stays true."""

from uuid import UUID

from gezhi.cases.models import Case
from gezhi.kernel.refusal import NotFound


def locked(case_id: UUID) -> Case:
    """The case, locked against other writers; readers and rows that refer to it do not wait. Raises NotFound."""
    case: Case | None = Case.objects.select_for_update(no_key=True).filter(id=case_id).first()
    if case is None:
        raise NotFound("case")
    return case
