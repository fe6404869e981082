"""A joint site visit of all who have or had a part: what a second return books. Story: docs/the-whole-network.md, section 7."""

from datetime import datetime
from uuid import UUID

from gezhi.kernel.actor import Actor


def book(case_id: UUID, *, actor: Actor, at: datetime, task: UUID | None = None) -> UUID | None:
    """The meeting of kind `visit` that a second return of the case, or of one of its tasks, books; in the caller's transaction.

    None as long as there are no meetings: of a case its `meeting_at` is set by the return itself, of a task its lead is told of the return.
    """
    return None
