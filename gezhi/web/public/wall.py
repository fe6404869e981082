"""The wall screen of a hall (一张图): whoever holds its secret address sees figures and places. It looks again every half minute by itself.

What it shows is worked out once for all screens of one ground in a process, and kept for some seconds.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.catalogue import queries as catalogue
from gezhi.insight.wall import Event, wall
from gezhi.kernel.recent import Recent
from gezhi.kernel.refusal import NotFound
from gezhi.parties import walls
from gezhi.parties.walls import WallRow
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction
from gezhi.web import limits, times, words
from gezhi.web.asked import Asked
from gezhi.web.casework.lists import soon_at

FRESH: Final = timedelta(seconds=10)
MOST_KEPT: Final = 64  # grounds and languages, some 30 kB each
ASKED_PER_MINUTE: Final = 240  # of one address: ten screens behind one door, and whoever guesses
NIGHT: Final = (18, 6)  # from this hour to that one the colours are those of the night
MARK: Final = "X-Gezhi-Wall"  # by which the screen knows our answer from that of a hotel's log-in page
LOOKS: Final = ("day", "night")


_kept: Recent[tuple[UUID, str, str], str] = Recent(FRESH, MOST_KEPT)


@require_safe
@never_cache
def screen(request: Asked, secret: str) -> HttpResponse:
    """The page that hangs there: it is loaded once, and asks for `now` from then on. ?look=day|night fixes its colours."""
    row = _known(request, secret)
    look = request.GET.get("look", "")
    page = {
        "secret": secret,
        "now": _shown(row, request.now),
        "look_fixed": look if look in LOOKS else "",
        "title": _ground(row),
    }
    return render(request, "wall/screen.html", page)


@require_safe
@never_cache
def now(request: Asked, secret: str) -> HttpResponse:
    """What it shows now, as the piece of the page that changes."""
    answer = HttpResponse(_shown(_known(request, secret), request.now))
    answer[MARK] = "1"
    return answer


def _known(request: Asked, secret: str) -> WallRow:
    limits.count("wall", limits.address(request), most=ASKED_PER_MINUTE, minutes=1, at=request.now)
    row = walls.known(secret)
    if row is None:
        raise NotFound("wall")
    return row


def _shown(row: WallRow, at: datetime) -> str:
    """The piece, at most ten seconds old. While one works it out, the others wait for that."""
    key = (current(), str(row.place_id or ""), words.language())
    return _kept.of(key, at, lambda: _made(row, at))


def _made(row: WallRow, at: datetime) -> str:
    place = places.by_ids([row.place_id]).get(row.place_id) if row.place_id else None
    found = wall(
        place.path if place else paths.ROOT,
        at=at,
        soon=soon_at(at),
    )
    local = localtime(at)
    page = {
        "title": _ground(row),
        "wall": found,
        "came": [_said(one) for one in found.came],
        "done": [_said(one) for one in found.done],
        "time": f"{local:%H:%M}",
        "day": times.with_weekday(local.date()),
        "stamp": f"{local:%m-%d %H:%M}",
        "look": "night" if local.hour >= NIGHT[0] or local.hour < NIGHT[1] else "day",
        "note": _("演示：单位和电话都是虚构的，请不要拨打") if jurisdiction(current()).demonstration else "",
    }
    return render_to_string("wall/now.html", page)


def _ground(row: WallRow) -> str:
    place = places.by_ids([row.place_id]).get(row.place_id) if row.place_id else None
    return place.name if place else jurisdiction(current()).name


def _said(one: Event) -> dict[str, Any]:
    what = catalogue.category(one.category_id).plain_label(words.language()) if one.category_id else ""
    return {
        "time": f"{localtime(one.at):%H:%M}",
        "where": one.where or _("位置待核实"),
        "what": what or _("待分类"),
    }
