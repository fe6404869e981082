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
from gezhi.work.facing import Facing, facing
from gezhi.work.wording import TASK_STATES

MOST = 100  # what is older is found by its case


def read(request: HttpRequest, notice_id: UUID) -> tuple[str, str]:
    """What is behind a notice, which is read now: ("case", its number), or another thing's kind and id."""
    actor = actor_of(request)
    about, id = actions.read(notice_id, actor=actor, at=at_of(request))
    return (about, str(cases.by_id(id, actor=actor).number)) if about == "case" else (about, str(id))


def flood_of(notice_id: UUID) -> str:
    """What names, in the address of the list, the flood that a notice stands for; "" for none. 1 query."""
    one = queries.notice(notice_id)
    return floods.mark_of(floods.key_of(one.case)) if one and one.case and one.stands_for > 1 else ""


def listed(actor: Actor, at: datetime) -> list[dict[str, Any]]:
    """Lines for the desk and the pocket: what came, where, of which category; nothing that a reporter said. 3 queries, 1 more with tasks."""
    rows = list(queries.listed(actor)[:MOST])
    tasks = facing([one.about_id for one in rows if one.about == "task"])
    told = [(one, thing) for one in rows if (thing := one.case or tasks.get(one.about_id))]
    grounds = places.by_ids({thing.place_id for _, thing in told if thing.place_id})
    return [_row(one, thing, known_of(grounds, thing.place_id), at) for one, thing in told]


def _news(one: Any, at: datetime) -> str:
    """What came; of a deadline when it is, for the line's own time is when it was told."""
    said = wording.said(one.news, one.stands_for)
    if one.news != News.DUE_SOON or one.case is None or one.case.due_at is None or one.case.closed_at:
        return said
    return _("%(news)s：%(due)s 前") % {"news": said, "due": times.moment(one.case.due_at, at)}


def _row(one: Any, thing: Any, place: Any, at: datetime) -> dict[str, Any]:
    category = thing.category_id and catalogue.category(thing.category_id).label(get_language() or "")
    return {
        "id": one.id,
        "news": _news(one, at),
        "number": thing.number,
        "short": thing.number.split("-", 1)[1],
        "place": place.full_name if place else _("未定位"),
        "spot": short_name(place) if place else _("未定位"),
        "category": category or _("类别待定"),
        "state": _state(thing),
        "when": times.moment(one.at, at),
        "is_new": not one.is_read and one.settled_at is None,
    }


def _state(thing: Any) -> str:
    """How the case, or the task, stands."""
    if isinstance(thing, Facing):
        return words.of(TASK_STATES, thing.state)
    return words.of(words.ENDINGS, thing.ending) if thing.closed_at else words.of(words.STATES, thing.state)
