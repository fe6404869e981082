"""Borders drawn in the browser: overlaps and gaps are said before, places follow only when asked, and a day to come is waited for."""

import json
from datetime import timedelta

import pytest

from gezhi.config import worker
from gezhi.flows import draw_cells, move_place
from gezhi.flows.draw_cells import Drawing
from gezhi.journal import outbox
from gezhi.journal.models import Errand
from gezhi.journal.queries import deeds
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotYours
from gezhi.places import actions as places
from gezhi.places import queries as grounds
from gezhi.places.models import GridCell, Place

DAY = timedelta(days=1)


def square(west: float, east: float) -> str:
    ring = [[west, 37.3], [east, 37.3], [east, 37.5], [west, 37.5], [west, 37.3]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


@pytest.fixture
def code(cast, noon):
    """Of A1, drawn around the compound at 122.18."""
    places.redraw_grid(cast.town.grid_a1, square(122.1, 122.2), actor=SYSTEM, at=noon)
    return grounds.grid(cast.town.grid_a1).code


@pytest.fixture
def halves(cast, code):
    """A1 gives its eastern half, where the compound lies, to a new cell."""
    return Drawing(cast.town.community_a, {code: square(122.1, 122.15)}, "悦海四格", square(122.15, 122.2))


def _how(noon, **more):
    return {"reason": "分成两格", "carries": False, "actor": SYSTEM, "at": noon, **more}


def test_it_is_said_before_which_places_lie_elsewhere_and_how_many_cases(cast, halves, noon):
    cast.lin_reports(noon)
    judged = draw_cells.judge(halves)
    (change,) = judged.changes  # building and stairwell follow the compound
    assert (change.place.name, change.old, change.new, change.open) == (
        "悦海花园",
        "悦海一格 A1",
        "悦海四格",
        1,
    )
    assert (judged.plan.findings, GridCell.objects.count()) == ([], 2)


def test_saved_without_more_the_places_stay(cast, halves, noon):
    draw_cells.save(halves, **_how(noon))
    assert (GridCell.objects.count(), Place.objects.get(id=cast.town.compound).grid_id) == (
        3,
        cast.town.grid_a1,
    )


def test_places_and_their_cases_follow_when_asked(cast, halves, noon):
    case = cast.lin_reports(noon)
    draw_cells.save(halves, **_how(noon, carries=True))
    new = GridCell.objects.get(name="悦海四格").id
    assert set(
        Place.objects.filter(id__in=[cast.town.compound, cast.town.stairwell]).values_list(
            "grid_id", flat=True
        )
    ) == {new}
    for errand in Errand.objects.filter(kind=move_place.FOLLOW):
        move_place.follow(errand.payload, errand.subject_id, at=noon)
    case.refresh_from_db()
    assert case.grid_id == new


def test_an_overlap_with_a_sister_is_a_finding_and_nothing_is_written(cast, code, noon):
    drawing = Drawing(cast.town.community_a, {}, "悦海四格", square(122.15, 122.25))
    judged = draw_cells.save(drawing, **_how(noon))
    assert ([one.code for one in judged.plan.findings], GridCell.objects.count()) == (["overlap"], 2)


def test_new_borders_wait_for_their_day(cast, halves, noon):
    day = (noon + 3 * DAY).date()
    draw_cells.save_on(halves, day, **_how(noon))
    assert GridCell.objects.count() == 2
    (waits,) = draw_cells.ahead(cast.town.community_a)
    assert (waits.on, waits.new) == (str(day), "悦海四格")
    errand = Errand.objects.get(kind=draw_cells.AHEAD)
    assert errand.due_at.astimezone(noon.tzinfo).date() <= day
    draw_cells.come_due(errand.payload, at=noon + 3 * DAY)
    assert GridCell.objects.count() == 3
    assert draw_cells.AHEAD in worker.HANDLERS


def test_what_no_longer_fits_on_that_day_is_not_written(cast, halves, noon):
    draw_cells.save_on(halves, (noon + DAY).date(), **_how(noon))
    places.add_grid(community_id=cast.town.community_a, name="悦海四格", outline="", actor=SYSTEM, at=noon)
    places.redraw_grids({cast.town.grid_a1: ""}, actor=SYSTEM, at=noon)
    other = places.add_grid(
        community_id=cast.town.community_a,
        name="悦海五格",
        outline=square(122.1, 122.2),
        actor=SYSTEM,
        at=noon,
    )
    with pytest.raises(Invalid):
        draw_cells.come_due(Errand.objects.get(kind=draw_cells.AHEAD).payload, at=noon + DAY)
    assert GridCell.objects.get(id=cast.town.grid_a1).outline == ""
    assert other.outline


def test_a_day_to_come_can_be_called_off(cast, halves, noon):
    draw_cells.save_on(halves, (noon + DAY).date(), **_how(noon))
    (waits,) = draw_cells.ahead(cast.town.community_a)
    draw_cells.call_off(cast.town.community_a, waits.key, actor=SYSTEM, at=noon)
    assert draw_cells.ahead(cast.town.community_a) == []
    assert not outbox.waiting(draw_cells.AHEAD, waits.key)
    assert deeds("place", cast.town.community_a)[-1].event == "cells_called_off"
    with pytest.raises(NotFound):
        draw_cells.call_off(cast.town.community_a, waits.key, actor=SYSTEM, at=noon)


@pytest.mark.parametrize(("days", "code_"), [(-1, "in_the_past"), (400, "too_far")])
def test_a_day_that_is_over_or_too_far_is_refused(days, code_, halves, noon):
    with pytest.raises(Invalid) as refused:
        draw_cells.save_on(halves, (noon + days * DAY).date(), **_how(noon))
    assert refused.value.code == code_


def test_it_is_for_administrators_and_for_a_reason(cast, halves, noon):
    with pytest.raises(NotYours):
        draw_cells.save(halves, **_how(noon, actor=cast.zhou))
    with pytest.raises(Missing):
        draw_cells.save(halves, **_how(noon, reason=" "))
    assert GridCell.objects.count() == 2


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ([(122.13, 37.2), (122.13, 37.6)], 2),
        ([(122.13, 37.2), (122.13, 37.4)], 0),
        ([(123.13, 37.2), (123.13, 37.6)], 0),
        ([(122.13, 37.2)], 0),
        ([(122.1, 37.2), (122.1, 37.6)], 0),  # along its border
        ([], 0),
    ],
)
def test_a_line_right_through_cuts_a_cell_in_two_the_larger_first(line, parts):
    found = draw_cells.cut(square(122.1, 122.2), line)
    assert len(found or ()) == parts
    if found:
        larger, smaller = (json.loads(one)["coordinates"][0] for one in found)
        assert (max(lon for lon, _ in larger), min(lon for lon, _ in smaller)) == (122.2, 122.1)
