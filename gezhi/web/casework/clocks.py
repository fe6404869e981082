"""Every clock of a case for its page: made safe, fixed, the present step, the review; each by the hours it is counted in."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.cases import timing
from gezhi.kernel.worktime import ROUND_THE_CLOCK, WorkCalendar
from gezhi.web import times, words
from gezhi.web.casework import lists

if TYPE_CHECKING:
    from gezhi.cases.models import Case


def clocks(case: "Case", known: dict[UUID, Any], at: datetime) -> list[dict[str, Any]]:
    """Lines {label, chip, due}: what was kept or missed, and what is left. known: the case's parties."""
    limits, working = timing.limits_of(case), lists.calendar_of(case, known)
    drawn = partial(_chip, case, at, lists.soon_at(at))
    safe = ROUND_THE_CLOCK if limits.round_make_safe else working
    fix = ROUND_THE_CLOCK if limits.round_fix else working
    ended = case.closed_at or case.done_at
    lines = []
    if case.make_safe_due:  # whatever is done counts as made safe; it is said where it was asked
        lines.append(
            (_("先期处置"), case.make_safe_due, drawn(case.make_safe_due, case.made_safe_at, hours=safe))
        )
    if case.fix_due:
        lines.append((_("办结"), case.fix_due, drawn(case.fix_due, ended, hours=fix)))
    if case.stage_due and case.stage_due != case.fix_due:
        hours = lists.hours_of(case, known)
        label = words.of(words.NEXT, case.state)
        lines.append((label, case.stage_due, drawn(case.stage_due, None, hours=hours)))
    if case.review_at:
        paused = times.clock(case.review_at, at=at, soon=at, hours=working, is_paused=True)
        lines.append((_("挂账"), case.review_at, paused))
    return [{"label": label, "due": times.moment(due, at), "chip": chip} for label, due, chip in lines]


def _chip(
    case: "Case",
    at: datetime,
    soon: datetime,
    due: datetime | None,
    done: datetime | None,
    *,
    hours: WorkCalendar,
) -> times.Clock:
    """What is left, or when it was done and whether in time."""
    if done is None:
        soon = lists.soon_for(case, due, at=at, soon=soon)
        return times.clock(due, at=at, soon=soon, hours=hours, long=True)
    is_late = due is not None and done > due
    words_for = _("%(when)s 完成，超时") if is_late else _("%(when)s 完成")
    state = "overdue" if is_late else "in_time"
    return times.Clock(state, words_for % {"when": times.moment(done, at)}, times.exact(done))
