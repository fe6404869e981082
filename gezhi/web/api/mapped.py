"""The map for programs: what the person may see of open cases, gathered for one view of it."""

from typing import Any

from ninja import Query, Router

from gezhi.cases.lists import OPEN, CaseFilter
from gezhi.catalogue import queries as catalogue
from gezhi.insight.mapping import layers
from gezhi.insight.mapping.answer import seen
from gezhi.insight.search.finding import look_for
from gezhi.kernel.refusal import Invalid
from gezhi.parties.tokens import Scope
from gezhi.web import mapframe, times
from gezhi.web.api.describing import described
from gezhi.web.api.door import Door
from gezhi.web.api.shapes import MapOut, MapWanted
from gezhi.web.asked import Asked
from gezhi.web.naming import place_named

OFFICE = "office"  # the calendar by which "soon" is judged
router = Router()


@router.get(
    "map",
    auth=Door(scope=Scope.CASES_READ, asks=MapWanted),
    response=MapOut,
    url_name="map",
    **described("read_map", 400, 401, 403, 422, 429, closed=True),
)
def read_map(request: Asked, wanted: Query[MapWanted]) -> dict[str, Any]:
    """Signs with their counts by clock, at most 300. Counts are kept for some seconds: 1 query then, else 3, and 3 for where places lie."""
    view = mapframe.view_of({"bbox": wanted.bbox, "zoom": str(wanted.zoom)})
    soon = times.soon(request.now, catalogue.calendar(OFFICE))
    key = ("api", wanted.place, wanted.category, wanted.party, wanted.q)
    layer = layers.now(_filter(wanted), key=key, actor=request.actor, at=request.now, soon=soon)
    found = seen(layer, view, cells=mapframe.codes())
    signs = [
        {"point": [lon, lat], "counts": counts, "places": places, "place": code, "name": name}
        for lon, lat, counts, places, code, name in found["signs"]
    ]
    return {
        "kinds": list(layers.CLOCKS),
        "signs": signs,
        "heat": found["heat"],
        "total": found["total"],
        "apart": found["apart"],
    }


def _filter(wanted: MapWanted) -> CaseFilter:
    covered = catalogue.covered_by(wanted.category) if wanted.category is not None else ()
    if wanted.category is not None and not covered:
        raise Invalid("category", "unknown")
    sought = look_for(wanted.q or "")
    return CaseFilter(
        states=OPEN,
        place_path=place_named(wanted.place).path if wanted.place is not None else "",
        category_ids=covered,
        party=wanted.party,
        holds=sought.holds if sought else None,
    )
