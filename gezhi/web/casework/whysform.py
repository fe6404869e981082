"""Why work is given back, as chips of a form; and whom of a party it may be assigned to."""

from datetime import datetime
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from gezhi.cases.effects import AT_WORK
from gezhi.cases.whys import OTHER, WHYS
from gezhi.parties import queries as parties


def options() -> list[tuple[str, str]]:
    """(code, words) of the list; words of one's own are written below it."""
    return [(code, str(words)) for code, words in WHYS.items() if code != OTHER]


def reason(code: str, own: str) -> str:
    """What is kept: the reason chosen in the office's own language, then the words."""
    with translation.override(None):
        ready = str(WHYS[code]) if code in WHYS and code != OTHER else ""
    return "：".join(part for part in (ready, own) if part)


def people(party: UUID, at: datetime) -> list[tuple[str, str]]:
    """Who works for a party today, each once. 1 query."""
    found = {str(one.account_id): one.name for one in parties.people(party, at) if one.duty in AT_WORK}
    return list(found.items())


def which_return(number: int) -> str:
    """What giving it back will do, this time."""
    if number == 1:
        return _("这是第 1 次退回：回到受理席，另派。")
    if number == 2:
        return _("这是第 2 次退回：回到受理席，同时约定联合踏勘。")
    return _("这是第 %(n)s 次退回：转到上一级。") % {"n": number}
