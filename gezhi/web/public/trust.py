"""What stands above a form so that people dare to fill it in: the place, what was solved here, who answers the phone."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.duty import queries as duty
from gezhi.duty.queries import Answering
from gezhi.parties import queries as parties
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow
from gezhi.web.words import language

SERVING = ("property", "owners")  # besides the desk, who answers residents directly


def open_path(place: PlaceRow) -> str:
    """From where on strangers are told what happened: the building of a stairwell, else the place itself. 1 query for a spot, else none."""
    if place.kind == Kind.STAIRWELL:
        return paths.above(place.path)[-1]
    if place.kind == Kind.SPOT:
        inside = [one for one in places.ancestors(place.path) if one.kind == Kind.STAIRWELL]
        return paths.above(inside[0].path)[-1] if inside else place.path
    return place.path


class Solved(NamedTuple):
    """One matter solved here. Category, day, and pictures that the desk has looked at: nothing of a person."""

    what: str
    day: str
    case_id: UUID


def solved_here(path: str, limit: int = 3) -> list[Solved]:
    """What was last solved at a place or below it, newest first; where nothing was, in its compound. At most 4 queries."""
    rows = cases.solved_at(path, limit)
    compound = paths.upper(path, paths.COMPOUND)
    if not rows and len(compound) < len(path):
        rows = cases.solved_at(compound, limit)
    return [Solved(category_words(case.category_id), short_day(case.closed_at), case.id) for case in rows]


def solved_note(place: PlaceRow) -> str:
    """The last one as a line under the place's name; "" when there is none yet. At most 5 queries."""
    found = solved_here(open_path(place), 1)
    return _("最近办好：%(what)s（%(day)s）") % found[0]._asdict() if found else ""


def desk_answering(path: str, at: datetime) -> Answering:
    """Whose phone to ring now about this place. 3 queries."""
    return duty.answering(parties.desk_of(path, at), at)


def answering_here(place: PlaceRow, at: datetime) -> list[Answering]:
    """Everybody who answers for a place now: who serves it, then the desk. 2 queries and one per kind of service."""
    serving = [parties.serving(place.path, place.grid_id, kind, at) for kind in SERVING]
    ids = [id for id in (*serving, parties.desk_of(place.path, at)) if id]
    found = duty.answering_for(ids, at)
    return [found[id] for id in dict.fromkeys(ids)]


def category_words(category_id: UUID | None) -> str:
    """The resident's name of a category; a plain word when nobody has named one. No query as a rule."""
    if category_id is None:
        return _("一件事")
    return catalogue.category(category_id).plain_label(language())


def short_day(at: datetime | None) -> str:
    """`3月2日`, local."""
    return date_format(timezone.localtime(at), _("n月j日")) if at else ""
