"""Places by name or around a point, for whoever puts a pin on the map of the report form. Nothing of who asks is kept."""

from contextlib import suppress
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gezhi.insight.mapping import named
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow
from gezhi.web import limits, mapframe
from gezhi.web.asked import Asked
from gezhi.web.limits import TooOften
from gezhi.web.public.home import LONGEST_SEARCH

FOUND, SHOWN = 6, 40
ASKED_PER_TEN_MINUTES = 600  # of one address, which many share; panning asks, too


@require_safe
@never_cache
def spots(request: Asked) -> JsonResponse:
    """{"places": [{"code", "name", "lon", "lat"}]}: those that words mean (q=), else those of a view (bbox=, zoom=), with the "rank" of mapping.named. At most 5 queries for words, 1 for a view."""
    if put_off := _put_off("spots", request):
        return put_off
    typed = request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    if typed:
        return JsonResponse({"places": _named(typed)})
    try:
        view = mapframe.view_of(request.GET)
    except Invalid:
        return JsonResponse({"places": []}, status=422)
    return JsonResponse({"places": [_called(one) for one in places.within_box(*view[:4], limit=SHOWN)]})


def _put_off(what: str, request: Asked) -> JsonResponse | None:
    """The answer for an address that asked for this too often."""
    try:
        limits.count(what, limits.address(request), most=ASKED_PER_TEN_MINUTES, minutes=10, at=request.now)
    except TooOften as too_often:
        return JsonResponse({"places": []}, status=429, headers={"Retry-After": str(too_often.seconds)})
    return None


def _named(words: str) -> list[dict[str, Any]]:
    """The best places for these words, each at its own point or that of the nearest above it."""
    found = places.find(words, FOUND) or places.find_around(words, FOUND)[0]
    wide = (Kind.DISTRICT, Kind.SUBDISTRICT)
    return [_told(one, _at(one)) for one in found[:FOUND] if one.kind not in wide]


def _at(place: PlaceRow) -> PlaceRow | None:
    if place.lon is not None:
        return place
    return next((one for one in reversed(places.ancestors(place.path)) if one.lon is not None), None)


def _told(one: PlaceRow, at: PlaceRow | None = None) -> dict[str, Any]:
    where = at or one
    return {"code": one.code, "name": one.full_name if at else one.name, "lon": where.lon, "lat": where.lat}


def _called(one: PlaceRow) -> dict[str, Any]:
    return {**_told(one), "rank": named.RANKS.get(Kind(one.kind), named.HOUSE)}


@require_safe
@never_cache
def frame(request: Asked) -> HttpResponse:
    """What a map needs to be made (map.js), around the place of ?near=CODE where one is named; only plans for residents. At most 5 queries."""
    if put_off := _put_off("map", request):
        return put_off
    near = None
    with suppress(NotFound):
        near = places.by_code(request.GET["near"][:40]).id if request.GET.get("near") else None
    made = mapframe.frame(request.now, near=near, for_residents=True)
    return HttpResponse(made["map"], content_type="application/json")


@require_safe
def cells(request: Asked) -> JsonResponse:
    """Borders of the open grid cells, as GeoJSON: which ground they cover is no secret."""
    if put_off := _put_off("cells", request):
        add_never_cache_headers(put_off)
        return put_off
    answer = JsonResponse(mapframe.borders())
    patch_cache_control(answer, max_age=300, public=True)
    return answer
