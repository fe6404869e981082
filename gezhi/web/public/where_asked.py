"""Words that name a place, on a form that has none: asked once, before it is sent to nowhere."""

from collections.abc import Mapping, MutableMapping
from typing import Any

from django.utils.translation import gettext as _

from gezhi.flows.suggest import spots_in
from gezhi.kernel.geo import Point, metres
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow
from gezhi.web.public.photo_hint import ELSEWHERE, candidates

FAR_METRES = 1000.0  # a point farther from the place that was chosen contradicts it
KEEP, PIN, PLACE, WEIGHED = "keep", "pin", "place", "weighed"
LONGEST = 200  # signs of the box that says where
TOO_WIDE = (Kind.DISTRICT, Kind.SUBDISTRICT)


def contradiction(sent: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, str] | None:
    """The place that was chosen and how far from it the point is, as {"place", "far"}, when one of both must be wrong. None: nothing to ask.

    It is asked once, and not of what waited on a phone. A place without a point stands where the nearest above it stands. 2 queries at most.
    """
    code = said.get("named") or said.get("spot")
    if not code or not said.get("pin") or sent.get(WEIGHED) or sent.get("waited"):
        return None
    place = places.by_code(code)
    if place.kind in (*TOO_WIDE, Kind.COMMUNITY):
        return None
    here = place if place.lon is not None else _above(place.path)
    if here is None or here.lon is None or here.lat is None:
        return None
    away = metres(said["pin"], Point(here.lon, here.lat))
    return {"place": place.full_name, "far": f"{away / 1000:.1f}"} if away > FAR_METRES else None


def _above(path: str) -> PlaceRow | None:
    inside = [one for one in places.ancestors(path) if one.kind not in (*TOO_WIDE, Kind.COMMUNITY)]
    return next((one for one in reversed(inside) if one.lon is not None), None)


def settle(sent: MutableMapping[str, Any]) -> None:
    """What was answered to that, put into the form: the other one goes. What was typed of the place stays in its words."""
    kept = sent.get(KEEP, "")
    if kept == PLACE:
        sent["lon"] = sent["lat"] = ""
    elif kept == PIN:
        typed = str(sent.get("where", "")).strip()
        both = _("地图上点的地方（先写的是：%(where)s）") % {"where": typed} if typed else ""
        sent["where"] = both if len(both) <= LONGEST else typed
        sent["named"], sent["spot"] = "", ELSEWHERE
    if kept in (PLACE, PIN):
        sent[WEIGHED] = "1"


def question(sent: Mapping[str, Any], said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places that the words name, as chips of the name "spot", and "none of them". [] when nothing is to be asked.

    sent: the form as it came: what was asked already, answered, or waited on a phone that nobody looks at, is not asked again.
    said: its cleaned fields; where the words name nothing, places around the pin. 5 queries at most.
    """
    if not said or sent.get("asked") or sent.get("spot") or sent.get("waited") or said.get("named"):
        return []
    found = [
        one.place
        for one in spots_in(f"{said.get('where', '')}\n{said.get('text', '')}")
        if one.found.by != "sound" and one.place.kind not in TOO_WIDE
    ]
    if not found:
        return _around(said["pin"]) if said.get("pin") else []
    chips = [{"value": one.code, "label": one.full_name, "checked": not n} for n, one in enumerate(found)]
    return [*chips, {"value": ELSEWHERE, "label": _("都不是，就按我写的报"), "checked": False}]


def _around(pin: Point) -> list[dict[str, Any]]:
    """Places beside a point as chips, and "none of them", which is chosen: the point says enough. [] outside of the office."""
    near = [one for one in candidates(pin) if one.kind != Kind.COMMUNITY]
    if not near:
        return []
    chips = [{"value": one.code, "label": one.full_name, "checked": False} for one in near]
    return [*chips, {"value": ELSEWHERE, "label": _("都不是，就按地图上的点报"), "checked": True}]
