"""How often a desk may urge whoever has a case: as a reporter may, by the office's rule; whoever of the desk it is."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from gezhi.catalogue import queries as catalogue
from gezhi.journal.queries import last_by_staff
from gezhi.kernel.refusal import Invalid


def again_at(case_ids: Iterable[UUID], at: datetime) -> dict[UUID, datetime]:
    """From when each may be urged again, of those that were urged just now. 1 query."""
    pause = timedelta(minutes=catalogue.rule("urge_pause_minutes"))
    last = last_by_staff("case", case_ids, "urge", since=at - pause)
    return {id: when + pause for id, when in last.items()}


def judge(case_id: UUID, at: datetime) -> None:
    """Raises Invalid("urge", "too_soon"). 1 query."""
    if again := again_at([case_id], at).get(case_id):
        raise too_soon(again)


def too_soon(again: datetime) -> Invalid:
    """The refusal, with the hour from which it may be done."""
    return Invalid("urge", "too_soon", again=f"{timezone.localtime(again):%H:%M}")
