"""What complains of a property company, and from whom it is kept therefore.

As long as nobody has said what a voice is about, it may be about the company that serves there: it is kept from that one, too.
"""

from collections.abc import Callable, Mapping
from uuid import UUID

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.parties import queries as parties

STAFF = frozenset({"staff"})  # what a colleague found himself complains of nobody


def is_complaint(case: Case) -> bool:
    """Whether it is known to complain of a company, and not only kept from it until somebody has read it."""
    return case.complained_of_id is not None and case.category_id is not None


def kept_alike(case: Case) -> Mapping[str, UUID | None]:
    """What must be so of a case for the words of this one to go there: a complaint goes only where the same company cannot read it."""
    return {"complained_of_id": case.complained_of_id} if is_complaint(case) else {}


def may_carry_to(case: Case, other: Case) -> bool:
    """Whether the words of one case may go to another."""
    return all(getattr(other, name) == value for name, value in kept_alike(case).items())


def _complains(category_id: UUID) -> bool:
    return catalogue.category(category_id).complains_of_party


def keep_from_company(case: Case) -> None:
    """What complains of a property company is about the one that served there when it was said, and is kept from that one.

    Where it has the case already, the desk takes it back.
    """
    case.complained_of_id = complained_of(
        case.channel,
        case.category_id,
        lambda: (
            parties.serving(case.place_path, case.grid_id, "property", case.received_at)
            if case.place_path
            else None
        ),
    )
    take_from_company(case)


def complained_of(channel: str, category_id: UUID | None, company: Callable[[], UUID | None]) -> UUID | None:
    """Of which company a voice complains, or may. company: the one that serves at its place, asked only where that counts."""
    may_complain = channel not in STAFF if category_id is None else _complains(category_id)
    return company() if may_complain else None


def take_from_company(case: Case) -> None:
    """Where the company that is complained of has the case, the desk takes it."""
    if case.complained_of_id is not None and case.lead_id == case.complained_of_id:
        case.lead_id, case.handler_id = case.desk_id, None
