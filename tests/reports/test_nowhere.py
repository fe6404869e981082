"""Bad input, class 23: a voice from nowhere waits in the queue 未定位 and is given to nobody by guess; a point that is none is refused."""

from datetime import datetime
from itertools import count

import pytest

from gezhi.cases import queries as cases
from gezhi.cases.lists import OPEN, CaseFilter, listed
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel import geo
from gezhi.kernel.actor import VISITOR
from gezhi.kernel.refusal import Invalid
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from tests.cast import Cast

keys = count()
NOWHERE = (
    (181.0, 37.4),
    (122.18, 91.0),
    (37.4, 122.18),
    (13_600_000.0, 4_500_000.0),
    (float("nan"), 37.4),
    (122.18, float("inf")),
)
ELSEWHERE = (
    (0.0, 0.0),
    (0.005, -0.005),
    (122.6, 37.2),
    (123.5, 37.0),
    (116.4, 39.9),
    (2.35, 48.86),
    (-122.18, 37.4),
    (122.18, -37.4),
)  # null island, the sea, other cities


def said(at: datetime, **where: object) -> Intake:
    return Intake("api", text="海边有垃圾", key=f"from-nowhere-{next(keys):04d}", **where)


@pytest.mark.parametrize(("lon", "lat"), NOWHERE, ids=range(len(NOWHERE)))
def test_a_point_that_is_none_is_refused(cast: Cast, noon: datetime, lon: float, lat: float) -> None:
    with pytest.raises(Invalid) as refused:
        receive_report(Voice(said(noon, lon=lon, lat=lat)), actor=VISITOR, at=noon)
    assert (refused.value.field, refused.value.code) == ("point", "out_of_range")


@pytest.mark.parametrize("where", [{}, *({"lon": lon, "lat": lat} for lon, lat in ELSEWHERE)], ids=range(9))
def test_a_voice_from_nowhere_waits_at_the_intake_desk_and_is_given_to_nobody(
    cast: Cast, noon: datetime, where: dict[str, float]
) -> None:
    received = receive_report(Voice(said(noon, **where)), actor=VISITOR, at=noon)
    case = cases.of_report(received.report_id)
    assert (case.state, case.place_id, case.grid_id, case.lead_id) == (
        "reported",
        None,
        None,
        cast.office_desk,
    )
    assert (case.place_path, Report.objects.get(id=received.report_id).lon is None) == (
        "",
        not where or abs(where["lon"]) < 1,
    )
    wanted = CaseFilter(states=OPEN, is_unlocated=True)
    assert [one.id for one in listed(wanted, actor=cast.zhou, at=noon, soon=noon)] == [case.id]


def test_sabotage_without_the_look_at_null_island_a_device_without_a_fix_would_have_a_place(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> float | None:
        received = receive_report(Voice(said(noon, lon=0.0, lat=0.0)), actor=VISITOR, at=noon)
        found: float | None = Report.objects.get(id=received.report_id).lon
        return found

    assert kept() is None
    monkeypatch.setattr(geo, "NULL_ISLAND_DEGREES", 0.0)
    assert kept() == 0.0
