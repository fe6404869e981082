"""Every clock of a case for its page: made safe, fixed, the present step, the review; each by the hours it is counted in."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.cases import timing
from gezhi.kernel.worktime import ROUND_THE_CLOCK, WorkCalendar
from gezhi.web import times, words
from gezhi.web.casework import lists

if TYPE_CHECKING:
    from gezhi.cases.models import Case


class Line(NamedTuple):
    """One deadline: what it is called, when it runs out, when it was kept or missed, and the hours it is counted in."""

    label: str
    due: datetime
    done: datetime | None
    hours: WorkCalendar


def clocks(case: "Case", known: dict[UUID, Any], at: datetime, soon: datetime) -> list[dict[str, Any]]:
    """Lines {label, chip, due} in the order of time: what was kept or missed, and what is left. known: the case's parties; soon: `lists.soon_at`."""
    limits, working = timing.limits_of(case), lists.calendar_of(case, known)
    safe = ROUND_THE_CLOCK if limits.round_make_safe else working
    fix = ROUND_THE_CLOCK if limits.round_fix else working
    ended = case.closed_at or case.done_at
    lines: list[Line] = []
    if case.make_safe_due:  # whatever is done counts as made safe; it is said where it was asked
        lines.append(Line(_("先做什么"), case.make_safe_due, case.made_safe_at, safe))
    if case.fix_due:
        lines.append(Line(words.of(words.CLOCKS, "fix"), case.fix_due, ended, fix))
    if case.stage_due and case.stage_due != case.fix_due:
        label = words.of(words.CLOCKS, lists.step_of(case))
        lines.append(Line(label, case.stage_due, None, lists.hours_of(case, known)))
    if case.order_due and not case.closed_at:
        lines.append(Line(words.of(words.CLOCKS, "order"), case.order_due, None, ROUND_THE_CLOCK))
    drawn = partial(_chip, case, at, soon)
    shown = [
        {
            "label": one.label,
            "due": _("应于 %(when)s 前") % {"when": times.moment(one.due, at)},
            "chip": drawn(one.due, one.done, hours=one.hours),
        }
        for one in sorted(lines, key=lambda line: line.done or line.due)
    ]
    if case.review_at:  # its chip says the day
        paused = times.clock(case.review_at, at=at, soon=at, hours=working, is_paused=True)
        shown.append({"label": words.of(words.CLOCKS, "review"), "due": "", "chip": paused})
    return shown


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
        return times.clock(due, at=at, soon=soon, hours=hours)
    is_late = due is not None and done > due
    words_for = _("%(when)s 完成，超时") if is_late else _("%(when)s 完成")
    state = "overdue" if is_late else "in_time"
    return times.Clock(state, words_for % {"when": times.moment(done, at)}, times.exact(done))
