"""新到 as lines, and what reading one does. For desk and pocket."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.cases import floods
from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.notices import actions, queries, wording
from gezhi.notices.whom import News
from gezhi.places import queries as places
from gezhi.web import times, words
from gezhi.web.casework.lists import known_of, short_name
from gezhi.web.staff import actor_of, at_of

MOST = 100  # what is older is found by its case


def read(request: HttpRequest, notice_id: UUID) -> str:
    """The number of the case behind a notice, which is read now."""
    actor = actor_of(request)
    case_id = actions.read(notice_id, actor=actor, at=at_of(request))
    return str(cases.by_id(case_id, actor=actor).number)


def flood_of(notice_id: UUID) -> str:
    """What names, in the address of the list, the flood that a notice stands for; "" for none. 1 query."""
    one = queries.notice(notice_id)
    return floods.mark_of(floods.key_of(one.case)) if one and one.stands_for > 1 else ""


def listed(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Lines for the desk and the pocket: what came, where, of which category; nothing that a reporter said. 3 queries."""
    rows = list(queries.listed(actor)[:MOST])
    grounds = places.by_ids({one.case.place_id for one in rows if one.case.place_id})
    return [_row(one, known_of(grounds, one.case.place_id), at) for one in rows]


def _news(one: Any, at: datetime) -> str:
    """What came; of a deadline when it is, for the line's own time is when it was told."""
    said = wording.said(one.news, one.stands_for)
    if one.news != News.DUE_SOON or one.case.due_at is None or one.case.closed_at:
        return said
    return _("%(news)s：%(due)s 前") % {"news": said, "due": times.moment(one.case.due_at, at)}


def _row(one: Any, place: Any, at: datetime) -> dict[str, Any]:
    category = one.case.category_id and catalogue.category(one.case.category_id).label(get_language() or "")
    return {
        "id": one.id,
        "news": _news(one, at),
        "number": one.case.number,
        "short": one.case.number.split("-", 1)[1],
        "place": place.full_name if place else _("未定位"),
        "spot": short_name(place) if place else _("未定位"),
        "category": category or _("类别待定"),
        "state": words.of(words.ENDINGS, one.case.ending)
        if one.case.closed_at
        else words.of(words.STATES, one.case.state),
        "when": times.moment(one.at, at),
        "is_new": not one.is_read and one.settled_at is None,
    }
