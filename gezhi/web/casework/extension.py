"""More time, in plain words: when it is due now, what some more days would make of it, what was asked for."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.cases import timing
from gezhi.kernel.worktime import ROUND_THE_CLOCK, WORKING_DAY_MINUTES, due_at
from gezhi.web import times

if TYPE_CHECKING:
    from gezhi.cases.models import Case

DAYS = (1, 3, 5)  # whoever needs another day picks it himself


def standing(case: "Case", event: str, at: datetime) -> str:
    """The present deadline, and for whoever decides the one that was asked for; "" where no time is at stake."""
    if event not in {"request_extension", "approve_extension"} or case.fix_due is None:
        return ""
    now = {"due": times.moment(case.fix_due, at)}
    if event == "approve_extension" and case.extension_until:
        more = times.between(case.fix_due, case.extension_until)
        asked = times.moment(case.extension_until, at)
        return _("现在的时限：%(due)s。申请延到：%(asked)s，多 %(more)s。") % {
            **now,
            "asked": asked,
            "more": more,
        }
    if case.fix_due < at:
        return _("现在的时限：%(due)s，已经过了。") % now
    return _("现在的时限：%(due)s。") % now


def offers(case: "Case", at: datetime) -> list[dict[str, Any]]:
    """Some more working days, counted from the present deadline, or from now once that is over, with the day each gives."""
    if case.fix_due is None:
        return []
    is_round = timing.limits_of(case).round_fix
    hours = ROUND_THE_CLOCK if is_round else timing.calendar_of(case)
    day, begin = 1440 if is_round else WORKING_DAY_MINUTES, max(case.fix_due, at)
    found = [(days * day, due_at(begin, days * day, hours)) for days in DAYS]
    return [
        {
            "value": f"{timezone.localtime(due.at):%Y-%m-%dT%H:%M}",
            "label": _("再要 %(span)s") % {"span": times.span(minutes, is_working=not is_round)},
            "hint": _("延到 %(due)s") % {"due": times.moment(due.at, at)},
        }
        for minutes, due in found
        if due
    ]
