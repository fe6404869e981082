"""That a practice was tried on a case, and whether it helped, stands in the case's story."""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor

if TYPE_CHECKING:
    from gezhi.cases.models import Case

EVENT: Final = "practice_used"  # what the deed is called; its outcome is one of these two
USEFUL, USELESS = "useful", "useless"


def tell(case: "Case", practice_id: UUID, text: str, *, helped: bool, actor: Actor, at: datetime) -> None:
    """In the caller's transaction, who holds the case and has asked whether the actor may."""
    after = {"outcome": USEFUL if helped else USELESS, "practice": practice_id}
    record(Deed("case", case.id, EVENT, after=after, words={"text": text}), actor=actor, at=at)
