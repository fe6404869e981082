"""Words that name a place, on a form that has none: asked once, before it is sent to nowhere."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gezhi.flows.suggest import spots_in
from gezhi.kernel.geo import Point
from gezhi.places.kinds import Kind
from gezhi.web.public.photo_hint import ELSEWHERE, candidates

TOO_WIDE = (Kind.DISTRICT, Kind.SUBDISTRICT)


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
