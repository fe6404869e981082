"""What a text is probably about, for programs of staff: category, place, danger, and what may be the same. Nothing is done by asking."""

from typing import Any

from ninja import Router

from gezhi.flows.suggest import suggestion
from gezhi.parties.tokens import Scope
from gezhi.places.queries import PlaceRow
from gezhi.reports.intake import words
from gezhi.web.api.describing import described
from gezhi.web.api.door import JSON, Door
from gezhi.web.api.shapes import SuggestIn, SuggestOut
from gezhi.web.asked import Asked
from gezhi.web.casework import suggested
from gezhi.web.naming import place_named, point_of

router = Router()


@router.post(
    "suggest",
    auth=Door(scope=Scope.CASES_READ, body=JSON),
    response=SuggestOut,
    url_name="suggest",
    **described("suggest", 400, 401, 403, 413, 415, 422, 429, closed=True),
)
def suggest(request: Asked, body: SuggestIn) -> dict[str, Any]:
    """The likeliest categories (family 00: not ours) and places, each with its reason; whether it is dangerous; open cases that may be the
    same, of those this person may see. At most 14 queries.
    """
    place: PlaceRow | None = place_named(body.place) if body.place is not None else None
    point = point_of(body.point) if body.point is not None else None
    text = words(body.text, "text")
    found = suggestion(text, actor=request.actor, at=request.now, place=place, point=point)
    return {
        "categories": [
            {"code": one.category.code, "score": one.found.score, "why": suggested.why_category(one)}
            for one in found.categories
        ],
        "places": [
            {"code": one.place.code, "score": one.found.score, "why": suggested.why_place(one)}
            for one in found.places
        ],
        "danger": found.danger is not None,
        "call": found.danger.call if found.danger else None,
        "similar": [
            {"number": one.case.number, "score": one.sameness.score, "why": suggested.why_same(one)}
            for one in found.similar
        ],
    }
