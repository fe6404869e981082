"""Borders of grid cells, checked when they are drawn; and the sign that tells every process that the map changed."""

import json
from collections.abc import Sequence
from functools import partial

from django.db import transaction

from gezhi.kernel.geo import overlaps, polygon_problems
from gezhi.kernel.refusal import Invalid
from gezhi.places.map import forget_map
from gezhi.places.models import GridCell, PlaceRegister
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current

MAX_SIGNS = 2_000_000


def tidy_outline(outline: str) -> str:
    """The geometry of a GeoJSON Polygon, MultiPolygon or Feature as stored text; "" stays "". Raises Invalid("outline", …)."""
    if not outline:
        return ""
    if len(outline) > MAX_SIGNS:
        raise Invalid("outline", "too_many")
    try:
        drawn = json.loads(outline)
    except (ValueError, RecursionError) as broken:
        raise Invalid("outline", "not_polygon") from broken
    stopping = [problem for problem in polygon_problems(drawn) if problem.stops]
    if stopping:
        raise Invalid("outline", stopping[0].code, at=stopping[0].at)
    return json.dumps(drawn.get("geometry", drawn), separators=(",", ":"))


def refuse_overlaps(cells: Sequence[GridCell]) -> None:
    """Invalid("outline", "overlap") when one of these, about to be written, claims ground of a sister cell."""
    drawn = [cell for cell in cells if cell.outline]
    if not drawn:
        return
    known = GridCell.objects.filter(community_id__in={cell.community_id for cell in drawn}).exclude(
        outline=""
    )
    meant = {cell.id: cell for cell in [*known, *drawn]}
    for community in {cell.community_id for cell in drawn}:
        sisters = [cell for cell in meant.values() if cell.community_id == community]
        if found := overlaps((cell.code, json.loads(cell.outline)) for cell in sisters):
            raise Invalid("outline", "overlap", cells=(found[0].first, found[0].second), at=found[0].at)


def map_changed(register: PlaceRegister) -> None:
    """Give the map a new stamp: this process reads it again at once, others within a second (see map.locate)."""
    register.map_stamp = new_id()
    register.save(update_fields=["map_stamp"])
    forget_map(current())
    # a thread beside this one may read the old borders until the commit
    transaction.on_commit(partial(forget_map, current()))
