"""Whether others have said it: what everybody may be shown of open matters close by, and the one tap of whoever means one of them.

Shown are category, place, how far in a word, how old, which step, and a picture that the desk lets everybody see; never anybody's words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.cases import public
from gezhi.cases.lifecycle import State
from gezhi.cases.likely import Alike, Said, alike_in_public
from gezhi.cases.queries import public_step
from gezhi.cases.sameness import Sameness
from gezhi.cases.titles import numbers_in
from gezhi.catalogue import queries as catalogue
from gezhi.flows.look_at_photo import public_photos
from gezhi.flows.suggest import categories, spots_in
from gezhi.kernel.geo import Point
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow
from gezhi.web.public import told, trust
from gezhi.web.public.progress import STEPS

if TYPE_CHECKING:
    from gezhi.cases.models import Case

AT_HAND = 3
ME_TOO = "我也遇到了："
IN_A_HOUSE = frozenset({Kind.BUILDING, Kind.STAIRWELL})
SHARED = {Kind.COMPOUND.value: gettext_noop("同一小区"), Kind.STREET.value: gettext_noop("同一条街")}
Cards = list[dict[str, Any]]


def here(place: PlaceRow, at: datetime) -> Cards:
    """Open matters at a place or below it, of a stairwell in its whole building; newest first. 1 query where there are none, else 5."""
    area = paths.above(place.path)[-1] if place.kind == Kind.STAIRWELL else place.path
    return _cards([Alike(one, Sameness(1.0)) for one in public.named_at(area, AT_HAND)], place, at)


class Draft(NamedTuple):
    """What somebody is about to report. where: his words for the place, when no code names it. point: where his photo was taken. topic: a leaf's code or ""."""

    text: str
    topic: str = ""
    where: str = ""
    place: PlaceRow | None = None
    point: Point | None = None


def likely(draft: Draft, at: datetime) -> Cards:
    """What may be the very matter that somebody is about to report. 1 query where there is none, else 10; 3 more where only a photo says where."""
    spot = draft.place or next((one.place for one in spots_in(draft.where)), None)
    if spot is None and draft.point is None:
        return []
    said = f"{draft.where}\n{draft.text}".strip()
    codes = (draft.topic,) if draft.topic else tuple(one.category.code for one in categories(said))
    return _cards(alike_in_public(Said(draft.text, at, codes, spot, draft.point)), spot, at)


def me_too(case: "Case") -> str:
    """The first line of a report that means a known case, with its number, by which the desk finds it. What was typed stands below."""
    what = catalogue.category(case.category_id).plain.zh if case.category_id else ""
    return f"{ME_TOO}{what}（{case.number}）\n"  # the desk reads it, not who taps


def meant_by(case: "Case") -> "Case | None":
    """The open matter that a report of one tap asks to join, while nobody at the desk has looked; None for every other. 1 query for such a one."""
    if State(case.state) is not State.REPORTED or not case.title.startswith(ME_TOO):
        return None
    return public.named_as(next(iter(numbers_in(case.title)), ""))


def _cards(found: Sequence[Alike], place: PlaceRow | None, at: datetime) -> Cards:
    """4 queries; none for none."""
    if not found:
        return []
    named = {id for one in found for id in (one.case.place_id, public.rough_place(one.case.place_path)) if id}
    grounds = places.by_ids(named)
    pictures = public_photos([one.case.id for one in found])
    return [
        {
            "number": one.case.number,
            "what": trust.category_words(one.case.category_id),
            "where": grounds[one.case.place_id].full_name if one.case.place_id in grounds else "",
            "facts": [
                part
                for part in (
                    _far(one, place, grounds),
                    _age(one.case.received_at, at),
                    _(STEPS[public_step(one.case) - 1]),
                )
                if part
            ],
            "photos": told.public_thumbs(pictures[one.case.id][:1]),
        }
        for one in found
    ]


def _far(one: Alike, place: PlaceRow | None, grounds: Mapping[UUID, PlaceRow]) -> str:
    """「就在这里」「同一栋楼」「同一小区」「同一条街」「附近」; "" where the place says it. In no metres: three of them would be a point."""
    is_near = "near" in one.sameness.why
    if place is None:
        return _("附近")
    if not is_near and place.kind in IN_A_HOUSE:
        return _("就在这里") if one.case.place_id == place.id else _("同一栋楼")
    rough = public.rough_place(one.case.place_path)
    shared = grounds[rough].kind if rough in grounds and rough in paths.ids(place.path) else None
    if shared in SHARED:
        return _(SHARED[shared])
    if is_near:
        return _("附近")
    return _("就在这里") if one.case.place_id == place.id else ""


def _age(since: datetime, at: datetime) -> str:
    days = (timezone.localtime(at).date() - timezone.localtime(since).date()).days
    if days < 1:
        return _("今天说的")
    return _("昨天说的") if days == 1 else _("%(days)s 天前说的") % {"days": days}
