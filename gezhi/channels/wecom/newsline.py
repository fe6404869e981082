"""A notice in few words, the same for a card and for a group: what, which case, where, by when. Nothing that anybody wrote."""

from typing import Any, NamedTuple

from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases.public import rough_place
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.discreet import is_discreet
from gezhi.channels.addresses import outside
from gezhi.channels.subjects import subject
from gezhi.notices import wording
from gezhi.notices.whom import News
from gezhi.places import queries as places

PRESSING = frozenset({News.DUE_SOON, News.ESCALATED, News.URGED})


class Told(NamedTuple):
    """Lines of one notice in the language in force. due: "" without a limit. url: "" while the office has no address."""

    head: str
    where: str
    what: str
    due: str
    url: str
    is_pressing: bool


def told(notice: Any, *, among_others: bool = False) -> Told:
    """A notice with its case (notices.queries.notice). among_others: whoever reads it is not of the party alone. 1 query."""
    case = subject(notice)
    place = rough_place(case.place_path) if among_others and _is_discreet(case) else case.place_id
    found = places.by_ids([place]) if place else {}
    where = found[place].full_name if place in found else _("位置待定")
    what = (
        catalogue.category(case.category_id).label(get_language() or "")
        if case.category_id
        else _("类别待定")
    )
    due = f"{localtime(case.due_at):%Y-%m-%d %H:%M}" if case.due_at is not None else ""
    return Told(
        head=_("%(news)s：%(number)s")
        % {"news": wording.said(notice.news, notice.stands_for), "number": case.number},
        where=_("位置：%(place)s") % {"place": where},
        what=_("类别：%(category)s") % {"category": what},
        due=_("时限：%(due)s") % {"due": due} if due else "",
        url=outside(case.path),
        is_pressing=notice.news in PRESSING,
    )


def _is_discreet(case: Any) -> bool:
    """Whether it may point at somebody's home; what nobody has put into a category may."""
    return case.category_id is None or is_discreet(catalogue.category(case.category_id).code)
