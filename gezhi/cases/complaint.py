"""What complains of a property company, and from whom it is kept therefore."""

from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.parties import queries as parties


def keep_from_company(case: Case) -> None:
    """What complains of a property company is about the one that served there when it was said, and is kept from that one.

    Where it has the case already, the desk takes it back.
    """
    complains = case.category_id is not None and catalogue.category(case.category_id).complains_of_party
    case.complained_of_id = (
        parties.serving(case.place_path, case.grid_id, "property", case.received_at)
        if complains and case.place_path
        else None
    )
    if case.complained_of_id is not None and case.lead_id == case.complained_of_id:
        case.lead_id, case.handler_id = case.desk_id, None
