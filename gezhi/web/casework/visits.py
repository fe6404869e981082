"""The joint site visit that a second return books, or a meeting: when, and who should come."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.cases.queries import Holding
from gezhi.web import times
from gezhi.web.punctuation import series

if TYPE_CHECKING:
    from gezhi.cases.models import Case


def visit(
    case: "Case", steps: Sequence[Any], holdings: Sequence[Holding], known: Mapping[UUID, Any], at: datetime
) -> dict[str, Any]:
    """What is booked on an open case, {} when nothing is. who: the desk, and everybody who has had it; the company complained of
    stays away. why: the words of whoever gave it back.
    """
    booked = next((step for step in reversed(steps) if step.entry.after.get("meeting_at")), None)
    if booked is None or case.meeting_at is None or case.closed_at is not None:
        return {}
    is_joint = booked.entry.event == "return"
    parties = dict.fromkeys([case.desk_id, *(held.party_id for held in holdings)])
    names = [known[id].name for id in parties if id in known and id != case.complained_of_id]
    return {
        "label": _("联合踏勘") if is_joint else _("会议"),
        "time": times.moment(case.meeting_at, at),
        "exact": times.exact(case.meeting_at),
        "is_past": case.meeting_at < at,
        "who": series(names) if is_joint else "",
        "why": booked.words.get("reason" if is_joint else "note", ""),
    }
