"""Words that name a place, on a form that has none: asked once, before it is sent to nowhere."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gezhi.flows.suggest import spots_in
from gezhi.places.kinds import Kind
from gezhi.web.public.photo_hint import ELSEWHERE

TOO_WIDE = (Kind.DISTRICT, Kind.SUBDISTRICT)


def question(sent: Mapping[str, Any], said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The places that the words name, as chips of the name "spot", and "none of them". [] when nothing is to be asked.

    sent: the form as it came: what was asked already, answered, or waited on a phone that nobody looks at, is not asked again.
    said: its cleaned fields. 3 queries at most.
    """
    if not said or sent.get("asked") or sent.get("spot") or sent.get("waited"):
        return []
    found = [
        one.place
        for one in spots_in(f"{said.get('where', '')}\n{said.get('text', '')}")
        if one.found.by != "sound" and one.place.kind not in TOO_WIDE
    ]
    if not found:
        return []
    chips = [{"value": one.code, "label": one.full_name, "checked": not n} for n, one in enumerate(found)]
    return [*chips, {"value": ELSEWHERE, "label": _("都不是，就按我写的报"), "checked": False}]
