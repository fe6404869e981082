"""What a reporter pointed at, told back to him: the place on the map, and the lift or lamp that he chose."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from gezhi.cases.memory import things
from gezhi.kernel.geo import Point
from gezhi.places import queries as places
from gezhi.reports.queries import ReportRow
from gezhi.web.public.photo_hint import NEAR_METRES

NOTHING = {"pointed": "", "thing": ""}  # what everybody is told, and whoever's report was erased


def told(report: ReportRow, story: Sequence[Any]) -> dict[str, str]:
    """For public/status.html: `pointed`, `thing`, each "" where he did not. At most 3 queries, none for most."""
    if report.erased_at is not None:
        return NOTHING
    return {"pointed": _pointed(report), "thing": _thing(report, story)}


def _pointed(report: ReportRow) -> str:
    if report.lon is None or report.lat is None:
        return ""
    spot = Point(report.lon, report.lat)
    near = places.nearest_each([spot], metres_off=NEAR_METRES)[0]
    if near:
        return _("%(place)s附近") % {"place": near.full_name}
    around = places.community_around(spot)
    return around.full_name if around else _("附近没有登记的地点，位置已经记下")


def _thing(report: ReportRow, story: Sequence[Any]) -> str:
    """What he chose himself: named in the moment his report came in, which no later deed shares."""
    own = [
        one.entry for one in story if one.entry.event == things.EVENT and one.entry.at == report.received_at
    ]
    if not own:
        return ""
    chosen = own[0].after.get("fixture")
    here = places.fixtures_around(report.place_path)
    return next((one.name for one in here if str(one.id) == chosen), "")
