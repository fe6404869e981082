"""One deed under way: what `advance` hands to the effects, and what they hand back to be journalled and told."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from gezhi.cases.lifecycle import Arrow
from gezhi.cases.move import Move
from gezhi.cases.putback import Stood
from gezhi.journal.actions import Deed
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid


@dataclass(slots=True)
class Doing:
    """One deed on one case: the move, the arrow it takes, who and when.

    also: deeds on other cases that it touches. moved: the reports that change their case by it, None when none can; only they
    hear of it. elsewhere: the number of the case on the other side. facts: what the journal keeps besides changed fields.
    stood: of a deed that takes another back the clocks before that one.
    """

    move: Move
    arrow: Arrow
    actor: Actor
    at: datetime
    also: list[Deed] = field(default_factory=list)
    moved: list[UUID] | None = None
    elsewhere: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    stood: Stood | None = None

    def moves(self, reports: list[UUID], elsewhere: str) -> list[str]:
        """Note which reports go where; their ids as the journal keeps them."""
        self.moved, self.elsewhere = reports, elsewhere
        ids = [str(id) for id in reports]
        self.facts |= {"reports": ids, "elsewhere": elsewhere}
        return ids


def future(until: datetime | None, at: datetime) -> datetime:
    """Raises Invalid("until", "not_in_the_future")."""
    if until is None or until <= at:
        raise Invalid("until", "not_in_the_future")
    return until
