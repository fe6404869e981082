"""Where and what: places, the cell around a point, and the categories. For everybody."""

from typing import Any

from django.utils.translation import get_language
from ninja import Query, Router

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.kernel.geo import Point
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.web.api.describing import described
from gezhi.web.api.door import Door
from gezhi.web.api.shapes import CategoryPage, PlacePage, PlacesWanted, Spot, SpotWanted
from gezhi.web.asked import Asked
from gezhi.web.naming import cursor_of, id_after, place_named

router = Router()


@router.get(
    "places/locate",
    auth=Door(is_open=True, asks=SpotWanted),
    response=Spot,
    url_name="locate",
    **described("locate", 400, 401, 422, 429),
)
def locate(request: Asked, wanted: Query[SpotWanted]) -> dict[str, str | None]:
    """The grid cell and the community that hold a WGS-84 point. At most 3 queries."""
    found = places.locate(*Point(wanted.lon, wanted.lat))
    if found is None:
        return {"grid": None, "place": None}
    return {
        "grid": places.grid(found.grid_id).code,
        "place": places.by_ids([found.place_id])[found.place_id].code,
    }


@router.get(
    "places",
    auth=Door(is_open=True, asks=PlacesWanted),
    response=PlacePage,
    url_name="places",
    **described("list_places", 400, 401, 422, 429),
)
def list_places(request: Asked, wanted: Query[PlacesWanted]) -> dict[str, Any]:
    """Open places: a subtree page by page, or the best ones for some words."""
    inside = place_named(wanted.place).path if wanted.place is not None else ""
    if wanted.q is not None:
        return {"items": _places(places.find(wanted.q, wanted.limit, inside=inside)), "next": None}
    found = places.page(inside, after=id_after(wanted.cursor), limit=wanted.limit + 1)
    items = found[: wanted.limit]
    return {"items": _places(items), "next": cursor_of(items[-1].id) if len(found) > len(items) else None}


def _places(found: list[PlaceRow]) -> list[dict[str, Any]]:
    """2 queries for any number of them."""
    above = places.by_ids({one.parent_id for one in found if one.parent_id})
    cells = {one.id: one.code for one in places.all_grids()}
    return [
        {
            "code": one.code,
            "name": one.name,
            "full_name": one.full_name,
            "kind": one.kind,
            "parent": above[one.parent_id].code if one.parent_id else None,
            "grid": cells[one.grid_id] if one.grid_id else None,
            "point": [one.lon, one.lat] if one.lon is not None else None,
        }
        for one in found
    ]


@router.get(
    "categories",
    auth=Door(is_open=True),
    response=CategoryPage,
    url_name="categories",
    **described("list_categories", 400, 401, 422, 429),
)
def list_categories(request: Asked) -> dict[str, Any]:
    """Top classes and the leaves that may be reported, in the reader's language. No query as a rule."""
    language = get_language() or ""
    return {
        "items": [
            _category(one, top if one is not top else None, language)
            for top in catalogue.tops()
            for one in (top, *catalogue.open_leaves(top.id))
        ]
    }


def _category(one: CategoryView, top: CategoryView | None, language: str) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.label(language),
        "plain_name": one.plain_label(language),
        "parent": top.code if top else None,
        "dangerous": one.dangerous,
        "refer_to": one.refer_to(language) or None,
        "refer_phone": one.refer_phone or None,
    }
