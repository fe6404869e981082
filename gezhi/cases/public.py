"""Cases for everybody's eyes: what a stranger may list, reduced to category, place, step and moment, with the sentence that the desk
says of it in public (publicly.py). Nothing else that anybody said.

Left out are batches of an import under way, what nobody has put into a category, matters that are referred out, and complaints of a
company with all that is kept from one (complaint.py). As long as nobody has looked, and for matters that point at somebody's home, the place
is no nearer than a compound or street and the point is rounded.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.cases.lifecycle import WORKING
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.publicly import UNREAD, words_of
from gezhi.cases.queries import public_step
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.discreet import is_discreet
from gezhi.catalogue.views import CategoryView
from gezhi.journal.queries import deeds
from gezhi.kernel.geo import Point, metres
from gezhi.kernel.ids import CASE_NUMBER
from gezhi.kernel.refusal import NotFound
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.onpath import within
from gezhi.places.queries import PlaceRow
from gezhi.reports.queries import unpublished_runs

FINE, COARSE = 5, 3  # decimals of a degree: about 1 m, about 100 m
METRES_PER_DEGREE: Final = 111_000
SLACK_DEGREES: Final = 0.001  # rounding moves a point by no more
MOST_NEAR: Final = 2000  # cases around a point that are looked through, the newest ones
_LOOKED_AT = (
    "number", "state", "ending", "category_id", "received_at", "entered_at", "closed_at", "fix_due", "lead_id", "place_id", "place_path",
)  # fmt: skip


class Circle(NamedTuple):
    """Around a point, by what is published of the cases: nobody finds an address by asking again and again."""

    centre: Point
    metres: float


@dataclass(frozen=True, slots=True)
class PublicFilter:
    """What a stranger asks for. received, stepped: from … up to and with …; None on either side is open. category_ids: None = all."""

    received: tuple[datetime | None, datetime | None] = (None, None)
    stepped: tuple[datetime | None, datetime | None] = (None, None)
    numbers: Collection[str] | None = None
    category_ids: Collection[UUID] | None = None
    is_open: bool | None = None
    around: Circle | None = None


class PublicCase(NamedTuple):
    """One case as a stranger may see it. words: reviewed for the public, "" as long as nobody has. point: WGS-84, perhaps rounded."""

    id: UUID
    number: str
    step: int
    ending: str
    category_id: UUID
    received_at: datetime
    stepped_at: datetime
    due_at: datetime | None
    lead_id: UUID | None
    place: PlaceRow | None
    point: Point | None
    words: str


class PlainStep(NamedTuple):
    """One of the four plain steps as it was reached. seq: grows within a case."""

    seq: int
    at: datetime
    step: int
    ending: str


def listed(wanted: PublicFilter, *, page: int, size: int) -> list[PublicCase]:
    """One page (from 1), newest first. At most 6 queries, whatever its size (1 more for each 500 places)."""
    rows = fitting(wanted).only(*_LOOKED_AT).order_by("-received_at", "-id")
    if wanted.around is None:
        return _shown(rows[(page - 1) * size : page * size])
    near = [one for one in _shown(_boxed(rows, wanted.around)[:MOST_NEAR]) if _is_in(one, wanted.around)]
    return near[(page - 1) * size : page * size]


def one(number: str) -> PublicCase:
    """One public case. At most 6 queries. Raises NotFound, also for what is not for everybody's eyes."""
    found = listed(PublicFilter(numbers=[number]), page=1, size=1) if CASE_NUMBER.match(number) else []
    if not found:
        raise NotFound("case")
    return found[0]


def named() -> QuerySet[Case]:
    """Open cases that a person has sorted and that are told to everybody with their very place: nothing veiled, nothing from an import. Lazy.

    What somebody who reports is shown as perhaps the same: category, place, step and day of it, never anybody's words.
    """
    states = [one.value for one in WORKING]
    rows: QuerySet[Case] = Case.objects.filter(complained_of=None, run_id=None, category__isnull=False)
    veiled = {leaf.id for leaf in catalogue.leaves() if is_discreet(leaf.code)}
    return rows.filter(state__in=states).exclude(category_id__in=[*veiled, *_kept_back()])


def named_at(path: str, limit: int) -> list[Case]:
    """Those at a place or below it, newest first. 1 query."""
    return list(named().filter(within(path)).order_by("-received_at", "-id")[:limit])


def named_as(number: str) -> Case | None:
    """The one of this number. 1 query, none for what is no number."""
    found: Case | None = named().filter(number=number).first() if CASE_NUMBER.match(number) else None
    return found


def plain_steps(case: PublicCase) -> list[PlainStep]:
    """The plain steps of one case in their order, a step said once as long as it lasts. 1 query."""
    found: list[PlainStep] = []
    state = ""
    for entry in deeds("case", case.id):
        state = entry.after.get("state", state)
        step = public_step(Case(state=state))
        if not found or found[-1].step != step:
            found.append(PlainStep(entry.seq, entry.at, step, entry.after.get("ending", "")))
    return found


def words_for_all(case_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """What somebody at the desk has looked at and lets everybody read of these cases. 1 query, none for no case."""
    return words_of(case_ids)


def fitting(wanted: PublicFilter) -> QuerySet[Case]:
    """What a stranger may know of at all. Lazy; 1 query for imports under way."""
    rows: QuerySet[Case] = Case.objects.filter(complained_of=None, category__isnull=False)
    rows = rows.exclude(category_id__in=_kept_back())
    if hidden := unpublished_runs():
        rows = rows.exclude(run_id__in=hidden)
    if wanted.numbers is not None:
        return rows.filter(number__in=list(wanted.numbers))
    rows = _between(_between(rows, "received_at", wanted.received), "entered_at", wanted.stepped)
    if wanted.category_ids is not None:
        rows = rows.filter(category_id__in=list(wanted.category_ids))
    return rows if wanted.is_open is None else rows.filter(closed_at__isnull=wanted.is_open)


def _kept_back() -> list[UUID]:
    """Leaves of which strangers see no case."""
    return [leaf.id for leaf in catalogue.leaves() if leaf.complains_of_party or leaf.refer_out]


def _between(
    rows: QuerySet[Case], field: str, limits: tuple[datetime | None, datetime | None]
) -> QuerySet[Case]:
    since, until = limits
    rows = rows.filter(**{f"{field}__gte": since}) if since else rows
    return rows.filter(**{f"{field}__lte": until}) if until else rows


def _boxed(rows: QuerySet[Case], around: Circle) -> QuerySet[Case]:
    """Those whose point may lie in the circle."""
    (lon, lat), high = around.centre, around.metres / METRES_PER_DEGREE + SLACK_DEGREES
    wide = high / max(cos(radians(lat)), 0.01)
    across, along = (lon - wide, lon + wide), (lat - high, lat + high)
    told = CaseReport.objects.filter(report__lon__range=across, report__lat__range=along)
    at_place = Q(place__lon__range=across, place__lat__range=along)
    return rows.filter(at_place | Q(id__in=told.values("case_id")))


def _is_in(case: PublicCase, around: Circle) -> bool:
    return case.point is not None and metres(case.point, around.centre) <= around.metres


def _shown(rows: QuerySet[Case]) -> list[PublicCase]:
    cases = list(rows)
    if not cases:
        return []
    words, told = words_for_all(case.id for case in cases), points_of(case.id for case in cases)
    near = {case.id: _near_place(case) for case in cases}
    known = places.by_ids(
        {id for id in near.values() if id} | {case.place_id for case in cases if case.place_id}
    )
    return [
        PublicCase(
            case.id,
            case.number,
            public_step(case),
            case.ending,
            _leaf(case).id,
            case.received_at,
            case.closed_at or case.entered_at,
            case.fix_due,
            None if case.state in UNREAD else case.lead_id,
            _known(near[case.id], known),
            _point(case, told.get(case.id), known),
            words.get(case.id, ""),
        )
        for case in cases
    ]


def _is_veiled(case: Case) -> bool:
    """Whether strangers are told only roughly where it is."""
    return case.state in UNREAD or case.ending == "declined" or is_discreet(_leaf(case).code)


def _leaf(case: Case) -> CategoryView:
    """Every case that fits has one."""
    if case.category_id is None:
        raise ValueError("a case without a category is for nobody's eyes")
    return catalogue.category(case.category_id)


def rough_place(path: str) -> UUID | None:
    """The compound or street on the path of a place, or what is above it; None for no place."""
    return paths.end(paths.upper(path, paths.COMPOUND))


def _near_place(case: Case) -> UUID | None:
    rough = rough_place(case.place_path) if _is_veiled(case) else None
    return rough or case.place_id


def _point(case: Case, told: Point | None, known: Mapping[UUID, PlaceRow]) -> Point | None:
    """Where somebody said it is, else where its place is."""
    row = _known(case.place_id, known)
    own = Point(row.lon, row.lat) if row and row.lon is not None and row.lat is not None else None
    found = told or own
    if found is None:
        return None
    signs = COARSE if _is_veiled(case) else FINE
    return Point(round(found.lon, signs), round(found.lat, signs))


def _known(id: UUID | None, among: Mapping[UUID, PlaceRow]) -> PlaceRow | None:
    return among.get(id) if id else None


def points_of(case_ids: Iterable[UUID]) -> dict[UUID, Point]:
    """What the first report that names a point says of each case. 1 query."""
    rows: QuerySet[Any, Any] = CaseReport.objects.filter(
        case_id__in=list(case_ids), report__lon__isnull=False
    )
    said = rows.order_by("linked_at", "id").values_list("case_id", "report__lon", "report__lat")
    found: dict[UUID, Point] = {}
    for case_id, lon, lat in said:
        found.setdefault(case_id, Point(lon, lat))
    return found
