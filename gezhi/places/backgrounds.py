"""What lies below the map: tiles of somebody else, and scanned plans. Both are optional; without them the map is places and borders."""

import math
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor
from gezhi.kernel.geo import BadPoint, point
from gezhi.kernel.mooring import BadMooring, Mark, moored
from gezhi.kernel.refusal import Invalid, NotFound, Stale
from gezhi.kernel.text import BadText, clean_name
from gezhi.places import policy
from gezhi.places.models import MapBackground, MapPlan
from gezhi.places.register import locked_register
from gezhi.tenancy.current import current

ATTRIBUTION_SIGNS = 200
SYSTEMS = ("wgs84", "gcj02", "bd09")
MOST_PLANS = 20
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]{1,5})?")
_SIGNS = re.compile(r"[!-~]*")


@dataclass(frozen=True, slots=True)
class Background:
    """Tiles as they are set; version 0 = nothing was ever set."""

    tiles: str = ""
    labels: str = ""
    attribution: str = ""
    system: str = "wgs84"
    most_zoom: int = 18
    version: int = 0

    @property
    def source(self) -> str:
        """`https://host`: what a page must be allowed to load pictures from, "" for none."""
        parts = urlsplit(self.tiles)
        return f"{parts.scheme}://{parts.netloc}" if self.tiles else ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A scanned plan. corners: (lon, lat) of its upper left, upper right and lower left. is_public: residents see it, too."""

    id: UUID
    name: str
    picture: UUID
    width: int
    height: int
    marks: list[list[float]]
    corners: list[list[float]]
    is_public: bool


_FIELDS = tuple(Background.__slots__)
_PLAN_FIELDS = tuple(Plan.__slots__)


FRESH_SECONDS = 2.0
KEPT_OFFICES = 64
_kept: dict[UUID, tuple[float, Background]] = {}


def background() -> Background:
    """As it is set, at most FRESH_SECONDS ago. No query as a rule, else 1."""
    office, now = current(), time.monotonic()
    read_at, known = _kept.get(office, (-math.inf, Background()))
    if now - read_at < FRESH_SECONDS:
        return known
    found = MapBackground.objects.values_list(*_FIELDS).first()
    if len(_kept) >= KEPT_OFFICES:
        _kept.clear()
    _kept[office] = now, Background(*found) if found else Background()
    return _kept[office][1]


def plans() -> list[Plan]:
    """Plans that are on the map, by name. 1 query."""
    rows = MapPlan.objects.filter(removed_at=None).order_by("name", "id")
    return [Plan(*row) for row in rows.values_list(*_PLAN_FIELDS)]


def plan(id: UUID) -> Plan:
    """One of them. 1 query. Raises NotFound."""
    found = MapPlan.objects.filter(id=id, removed_at=None).values_list(*_PLAN_FIELDS).first()
    if found is None:
        raise NotFound("plan")
    return Plan(*found)


@transaction.atomic
def set_tiles(wanted: Background, *, actor: Actor, at: datetime) -> Background:
    """Put other tiles below the map, or none. wanted.version: of the row that was seen.

    Raises NotYours, Stale, Invalid: tiles (address, no_place, scheme), labels (as tiles; other_host), attribution (empty), system (unknown), most_zoom (range).
    """
    policy.keeps_places(actor)
    locked_register()
    _judge(wanted)
    row = MapBackground.objects.first() or MapBackground(version=0)
    if row.version != wanted.version:
        raise Stale()
    before = {name: getattr(row, name) for name in _FIELDS}
    for name in _FIELDS:
        setattr(row, name, getattr(wanted, name))
    row.version += 1
    row.save()
    after = {name: getattr(row, name) for name in _FIELDS}
    _kept.pop(current(), None)
    # a thread beside this one may read the old one until the commit
    transaction.on_commit(partial(_kept.pop, current(), None))
    record(Deed("map", row.id, "tiles_set", _told(before), _told(after)), actor=actor, at=at)
    return Background(*(getattr(row, name) for name in _FIELDS))


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """For the journal: a key in an address is a secret of the office's, and stands in no line of a history."""
    told = {name: values[name] for name in ("attribution", "system", "most_zoom")}
    return told | {name: values[name].partition("?")[0] for name in ("tiles", "labels")}


def _judge(wanted: Background) -> None:
    if wanted.system not in SYSTEMS:
        raise Invalid("system", "unknown")
    if not 1 <= wanted.most_zoom <= 22:
        raise Invalid("most_zoom", "range")
    if not wanted.tiles and wanted.labels:
        raise Invalid("labels", "other_host")
    for name in ("tiles", "labels"):
        _judge_address(name, getattr(wanted, name))
    if wanted.labels and urlsplit(wanted.labels)[:2] != urlsplit(wanted.tiles)[:2]:
        raise Invalid("labels", "other_host")
    try:
        said = clean_name(wanted.attribution, ATTRIBUTION_SIGNS)
    except BadText as bad:
        raise Invalid("attribution", bad.code, **bad.details) from bad
    if wanted.tiles and not said:
        raise Invalid("attribution", "empty")


def _judge_address(name: str, address: str) -> None:
    """One host, said in full: it stands in the policy that tells browsers what they may load."""
    if not address:
        return
    try:
        parts = urlsplit(address)
    except ValueError as bad:
        raise Invalid(name, "tile_address") from bad
    if parts.scheme not in ("http", "https"):
        raise Invalid(name, "tile_scheme")
    if not _HOST.fullmatch(parts.netloc) or not _SIGNS.fullmatch(address) or set(address) & set("\"'<>\\;"):
        raise Invalid(name, "tile_address")
    behind = parts.path + parts.query
    if any(f"{{{part}}}" not in behind for part in "xyz"):
        raise Invalid(name, "tile_no_place")


@transaction.atomic
def add_plan(
    *,
    id: UUID,
    name: str,
    picture: UUID,
    size: tuple[int, int],
    marks: Sequence[Mark],
    is_public: bool = False,
    actor: Actor,
    at: datetime,
) -> Plan:
    """Lay a plan on the map. size: pixels of the picture as it is shown; marks: two or three; is_public: on the maps of residents, too.

    Raises NotYours, Invalid: name (empty), marks (plan_… a code of kernel.mooring, or of a point), plans (too_many).
    """
    policy.keeps_places(actor)
    locked_register()
    if MapPlan.objects.filter(removed_at=None).count() >= MOST_PLANS:
        raise Invalid("plans", "too_many", limit=MOST_PLANS)
    called, corners = _called(name), _corners(marks, size)
    row = MapPlan(
        id=id,
        name=called,
        picture=picture,
        width=size[0],
        height=size[1],
        marks=[list(one) for one in marks],
        corners=corners,
        is_public=is_public,
        made_at=at,
    )
    row.save(force_insert=True)
    after = {"name": called, "picture": picture, "marks": row.marks, "is_public": is_public}
    record(Deed("map", row.id, "plan_added", {}, after, is_first=True), actor=actor, at=at)
    return Plan(*(getattr(row, field) for field in _PLAN_FIELDS))


@transaction.atomic
def show_plan(id: UUID, *, is_public: bool, actor: Actor, at: datetime) -> None:
    """From now on residents see it, too, or no longer. Raises NotYours, NotFound."""
    policy.keeps_places(actor)
    locked_register()
    row = MapPlan.objects.filter(id=id, removed_at=None).first()
    if row is None:
        raise NotFound("plan")
    if row.is_public == is_public:
        return
    row.is_public = is_public
    row.save(update_fields=["is_public"])
    before, after = {"is_public": not is_public}, {"is_public": is_public}
    record(Deed("map", row.id, "plan_shown", before, after), actor=actor, at=at)


@transaction.atomic
def remove_plan(id: UUID, *, actor: Actor, at: datetime) -> None:
    """Take a plan off the map; the picture stays kept. Raises NotYours, NotFound."""
    policy.keeps_places(actor)
    locked_register()
    row = MapPlan.objects.filter(id=id, removed_at=None).first()
    if row is None:
        raise NotFound("plan")
    row.removed_at = at
    row.save(update_fields=["removed_at"])
    record(Deed("map", row.id, "plan_removed", {"name": row.name}, {}), actor=actor, at=at)


def _called(name: str) -> str:
    try:
        called = clean_name(name)
    except BadText as bad:
        raise Invalid("name", bad.code, **bad.details) from bad
    if not called:
        raise Invalid("name", "empty")
    return called


def _corners(marks: Sequence[Mark], size: tuple[int, int]) -> list[list[float]]:
    try:
        for one in marks:
            point(one.lon, one.lat)
        return [[round(part, 7) for part in corner] for corner in moored(marks, *size)]
    except BadPoint as bad:
        raise Invalid("marks", f"point_{bad.code}") from bad
    except BadMooring as bad:
        raise Invalid("marks", f"plan_{bad.code}") from bad
