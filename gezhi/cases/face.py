"""What strangers see on the public map, in feeds and in tables: what was solved, and where the office says so, what is being solved.

Fewer than in the public list (public.py): nothing that nobody has accepted, nothing that was declined. A day, never a minute; the nearest
building, never a stairwell or a spot in it; of what points at somebody's home the compound or street, and neither words nor pictures.
"""

import hmac
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from gezhi.cases.lifecycle import State
from gezhi.cases.models import Case
from gezhi.cases.public import PublicFilter, fitting
from gezhi.cases.publicly import UNREAD
from gezhi.cases.solvings import ENDINGS
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.discreet import is_discreet
from gezhi.kernel.months import first_day, read
from gezhi.kernel.recent import Recent
from gezhi.parties.days import local_day, midnight, zone
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.tenancy.current import current
from gezhi.tenancy.keys import derived

DAYS: Final = 365  # back from today
MOST: Final = 40_000  # newest ones solved that are kept, some 10 MB; a subdistrict solves fewer in a year
MOST_OPEN: Final = 5_000
FRESH: Final = timedelta(seconds=30)
MOST_OFFICES: Final = 8
NEVER_NAMED: Final = frozenset({Kind.STAIRWELL.value, Kind.SPOT.value})
WIDE: Final = frozenset(
    one.value
    for one in (Kind.DISTRICT, Kind.SUBDISTRICT, Kind.COMMUNITY, Kind.COMPOUND, Kind.STREET, Kind.MARKET)
)
_COLUMNS = ("id", "category_id", "state", "received_at", "entered_at", "closed_at", "place_path")


class FacePlace(NamedTuple):
    """A place that strangers may be told."""

    id: UUID
    code: str
    name: str
    path: str
    kind: str


class FaceRow(NamedTuple):
    """One case. day: it was solved, or taken up; place None: nobody knows where. is_veiled: no words, no pictures."""

    id: UUID
    category_id: UUID
    is_open: bool
    received_on: date
    day: date
    place: FacePlace | None
    is_veiled: bool


@dataclass(frozen=True, slots=True)
class Face:
    """All rows of an office, the last day first. is_cut: there are more than are kept. at: the moment they were read."""

    rows: tuple[FaceRow, ...]
    is_cut: bool
    at: datetime


_kept: Recent[tuple[UUID, bool], Face] = Recent(FRESH, MOST_OFFICES)


def is_shown() -> bool:
    """Whether this office has a public face. No query as a rule."""
    return catalogue.rule("public_map") == 1


def face(at: datetime) -> Face:
    """What strangers see, at most 30 seconds old. 5 queries at most, none while it is kept; the others wait for whoever reads."""
    key = (current(), catalogue.rule("public_map_open") == 1)
    return _kept.of(key, at, lambda: _read(at, has_open=key[1]))


def of_month(first: date, at: datetime) -> Face:
    """What was solved in the month of this first day, however long ago. 2 or 3 queries."""
    found = _solved(midnight(first), min(midnight(first_day(first, 1)), at + FRESH))
    return Face(tuple(_rows(found[:MOST])), len(found) > MOST, at)


def narrowed(
    rows: Iterable[FaceRow],
    *,
    path: str = "",
    category_ids: Collection[UUID] | None = None,
    month: str = "",
) -> list[FaceRow]:
    """Those at a place or below it, of these categories, of a month ("2026-03")."""
    wanted = None if category_ids is None else frozenset(category_ids)
    first = read(month) if month else date.min
    after = first_day(first, 1) if month else date.max
    return [
        one
        for one in rows
        if (not path or (one.place is not None and paths.is_within(one.place.path, path)))
        and (wanted is None or one.category_id in wanted)
        and first <= one.day < after
    ]


def with_pictures(rows: Iterable[FaceRow]) -> list[UUID]:
    """Of which of these cases everybody may see cleared pictures, as they stand this moment. 1 or 2 queries, none for no case."""
    wanted = [one.id for one in rows if not one.is_veiled]
    if not wanted:
        return []
    veiled = [leaf.id for leaf in catalogue.leaves() if is_discreet(leaf.code)]
    now = _fitting().filter(id__in=wanted).exclude(category_id__in=veiled)
    return list(now.exclude(state__in=UNREAD).values_list("id", flat=True))


def mark(*parts: object) -> UUID:
    """A name for something of ours that stays the same and says nothing: ids of rows tell the very moment they were made."""
    whole = hmac.digest(derived("public-face"), "\0".join(map(str, parts)).encode(), "sha256")
    return UUID(bytes=whole[:16], version=5)


def _read(at: datetime, *, has_open: bool) -> Face:
    solved = _solved(midnight(local_day(at) - timedelta(days=DAYS)), at + FRESH)
    is_cut = len(solved) > MOST
    found = solved[:MOST]
    if has_open:
        ongoing = _fitting().filter(closed_at=None).exclude(state__in=UNREAD)
        found += list(ongoing.order_by("-received_at").values_list(*_COLUMNS)[:MOST_OPEN])
    rows = sorted(_rows(found), key=lambda one: (one.day, one.id), reverse=True)
    return Face(tuple(rows), is_cut, at)


def _fitting() -> QuerySet[Case]:
    return fitting(PublicFilter())


def _solved(since: datetime, until: datetime) -> list[tuple[Any, ...]]:
    """Newest first, one more than are kept. 1 query, along the index of closings."""
    rows = _fitting().filter(
        Q(closed_at__gte=since, closed_at__lt=until), state=State.CLOSED, ending__in=ENDINGS
    )
    return list(rows.order_by("-closed_at", "-id").values_list(*_COLUMNS)[: MOST + 1])


def _rows(found: Iterable[tuple[Any, ...]]) -> list[FaceRow]:
    """As strangers may see them. 1 query."""
    known, veiled = _told_places(), {leaf.id for leaf in catalogue.leaves() if is_discreet(leaf.code)}
    nearest: dict[tuple[str, bool], FacePlace | None] = {}
    here, rows = zone(), []
    for id, category_id, state, received_at, entered_at, closed_at, path in found:
        is_veiled = category_id in veiled
        if (path, is_veiled) not in nearest:
            nearest[path, is_veiled] = told_place(path, known, is_veiled=is_veiled)
        rows.append(
            FaceRow(
                id,
                category_id,
                state != State.CLOSED.value,
                received_at.astimezone(here).date(),
                (closed_at or entered_at).astimezone(here).date(),
                nearest[path, is_veiled],
                is_veiled,
            )
        )
    return rows


def told_place(path: str, known: Mapping[UUID, FacePlace], *, is_veiled: bool) -> FacePlace | None:
    """The lowest place on a path that strangers are told: a building, or the compound or street of what is veiled. No query."""
    for id in reversed(paths.ids(path)):
        place = known.get(id)
        if place is not None and (not is_veiled or place.kind in WIDE):
            return place
    return None


def _told_places() -> dict[UUID, FacePlace]:
    """Every place of the office that may be named. 1 query."""
    rows = places.subtree(paths.ROOT).exclude(kind__in=NEVER_NAMED)
    columns = rows.values_list("id", "code", "full_name", "path", "kind")
    return {row[0]: FacePlace(*row) for row in columns}
