"""The map counts what its reader may see, where it lies, from memory for some seconds; its past follows the journal."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import lists
from gezhi.cases.lists import OPEN, CaseFilter
from gezhi.cases.move import Move
from gezhi.insight.mapping import counts, ground, layers, past
from gezhi.insight.mapping.answer import box, most, seen
from gezhi.insight.mapping.clusters import View
from gezhi.insight.models import Spot
from gezhi.insight.rollups import following
from gezhi.insight.rollups.anew import count_anew
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import actions as ledger
from gezhi.places import actions as places
from gezhi.places import pins
from gezhi.places.queries import grids
from tests.cast import Cast, walk

DAY = timedelta(days=1)
SQUARE = (
    '{"type":"Polygon","coordinates":[[[122.1,37.3],[122.3,37.3],[122.3,37.5],[122.1,37.5],[122.1,37.3]]]}'
)
EVERYTHING = CaseFilter(states=OPEN)
ALL = View(100, 20, 140, 50, 8)


def _now(cast: Cast, actor: Any, at: Any, wanted: CaseFilter = EVERYTHING) -> Any:
    return layers.now(wanted, key=(wanted.place_path,), actor=actor, at=at, soon=at + DAY)


def _total(layer: Any) -> list[int]:
    return seen(layer, ALL, cells={})["total"]


def test_a_case_stands_at_the_nearest_point_above_it(cast, noon):
    cast.lin_reports(noon)
    (sign,) = most(_now(cast, cast.zhou, noon), 5)
    assert (sign[:2], sum(sign[2]), sign[5]) == ([122.18, 37.4], 1, "悦海社区 悦海花园")


def test_a_place_without_any_point_stands_in_the_middle_of_its_cell(cast, noon):
    places.redraw_grid(cast.town.grid_b2, SQUARE.replace("122.", "123."), actor=SYSTEM, at=noon)
    cast.lin_reports(noon, place=cast.town.street_b)
    (sign,) = most(_now(cast, cast.zhou, noon), 5)
    assert (round(sign[0], 2), round(sign[1], 2), sign[5]) == (123.2, 37.4, "韩乐坊二格 B2")


def test_what_lies_nowhere_is_counted_apart(cast, noon):
    cast.lin_reports(noon, place=cast.town.street_b)
    layer = _now(cast, cast.zhou, noon)
    assert (sum(layer.counted.apart), _total(layer), box(layer)) == (1, list(layer.counted.apart), None)


def test_everybody_sees_on_the_map_what_he_may_see_in_the_list(cast, noon):
    cast.lin_reports(noon)
    cast.lin_reports(noon, place=cast.town.street_b)
    for actor in (cast.zhou, cast.chen, cast.wei, cast.mo, cast.sun, cast.gao):
        listed = lists.listed(CaseFilter(states=OPEN), actor=actor, at=noon, soon=noon).count()
        assert sum(_total(_now(cast, actor, noon))) == listed, actor.name


def test_were_the_actor_no_part_of_the_memory_one_would_see_what_another_may(cast, noon, monkeypatch):
    plain = counts.layer
    monkeypatch.setattr(
        layers,
        "layer",
        lambda key, *rest, **more: plain(
            tuple(one for one in key if one != cast.mo and one != cast.zhou), *rest, **more
        ),
    )
    cast.lin_reports(noon)
    assert sum(_total(_now(cast, cast.zhou, noon))) == 1
    assert sum(_total(_now(cast, cast.mo, noon))) == 1  # he sees nothing of A1


def test_the_clocks_of_the_map_are_those_of_the_list(cast, noon):
    case = cast.lin_reports(noon)
    late = case.due_at + DAY
    assert _total(_now(cast, cast.zhou, noon)) == [1, 0, 0, 0]
    assert _total(_now(cast, cast.zhou, late)) == [0, 0, 1, 0]


def test_for_some_seconds_nothing_is_asked_however_many_cases_there_are(cast, noon):
    cast.lin_reports(noon)
    _now(cast, cast.zhou, noon)
    with CaptureQueriesContext(connection) as asked:
        _now(cast, cast.zhou, noon + counts.FRESH / 2)
    assert len(asked) == 0
    cast.lin_reports(noon)
    assert _total(_now(cast, cast.zhou, noon + counts.FRESH / 2)) == [1, 0, 0, 0]
    assert _total(_now(cast, cast.zhou, noon + timedelta(minutes=1))) == [2, 0, 0, 0]


@pytest.mark.parametrize("cases", [1, 30])
def test_counting_costs_the_same_for_one_case_and_for_thirty(cases, cast, noon):
    for _ in range(cases):
        cast.lin_reports(noon)
    ground.ground()
    with CaptureQueriesContext(connection) as asked:
        _now(cast, cast.zhou, noon)
    assert len(asked) == 2


def test_no_more_is_kept_than_was_set(cast, noon, monkeypatch):
    monkeypatch.setattr(counts, "MOST_KEPT", 3)
    for minutes in range(6):
        wanted = CaseFilter(states=OPEN, place_path=f"/{minutes}")
        _now(cast, cast.zhou, noon, wanted)
    assert len(counts._kept) == 3


def test_a_place_pinned_elsewhere_is_seen_there_within_a_second(cast, noon, monkeypatch):
    cast.lin_reports(noon)
    _now(cast, cast.zhou, noon)
    pins.pin_place(cast.town.compound, 122.2, 37.41, actor=SYSTEM, at=noon)
    monkeypatch.setattr(ground, "LOOK_SECONDS", 0.0)
    (sign,) = most(_now(cast, cast.zhou, noon + DAY), 5)
    assert sign[:2] == [122.2, 37.41]


def test_heat_is_told_by_grid_cell(cast, noon):
    cast.lin_reports(noon)
    cells = {one.id: one.code for one in grids()}
    assert seen(_now(cast, cast.zhou, noon), ALL, cells=cells)["heat"] == {cells[cast.town.grid_a1]: 1}


# ---- the past ----


@pytest.fixture
def followed() -> Any:
    def go_on(at: Any) -> None:
        seal(at=at)
        ledger.catch_up(at=at)
        following.catch_up(at=at)

    return go_on


def _spots() -> Counter[tuple[int, UUID, int, int]]:
    rows = Spot.objects.exclude(received=0, closed=0)
    return Counter((row.month, row.place_id, row.received, row.closed) for row in rows)


def test_received_and_closed_follow_the_journal_and_come_to_the_same_anew(cast, noon, followed):
    case = cast.lin_reports(noon)
    cast.lin_reports(noon)
    followed(noon)
    month, spot = noon.year * 100 + noon.month, cast.town.stairwell
    assert _spots() == Counter({(month, spot, 2, 0): 1})
    walk(case, (cast.chen, Move("decline", reason="重复反映，已在处理")), at=noon)
    followed(noon)
    assert _spots() == Counter({(month, spot, 2, 1): 1})
    count_anew(at=noon)
    assert _spots() == Counter({(month, spot, 2, 1): 1})
    assert list(past.findings()) == []


def test_a_wrong_spot_planted_is_found(cast, noon, followed):
    cast.lin_reports(noon)
    followed(noon)
    Spot.objects.update(received=7)
    (found,) = past.findings()
    assert (found.invariant, "7 received, not 1" in found.what) == ("I8", True)


def test_the_past_counted_ahead_is_the_past_counted_from_the_cases(cast, noon, followed):
    case = cast.lin_reports(noon)
    cast.lin_reports(noon)
    walk(case, (cast.chen, Move("decline", reason="重复反映，已在处理")), at=noon)
    followed(noon)
    month = noon.year * 100 + noon.month
    span = {"since": noon - DAY, "until": noon + DAY}
    wanted, soon = CaseFilter(), noon + timedelta(minutes=1)
    who = {"actor": cast.zhou, "at": soon}
    ahead = layers.received(wanted, key=("ahead",), month=month, **span, **who)
    plain = layers.received(wanted, key=("plain",), **span, **who)
    assert _total(ahead) == _total(plain) == [2]
    ahead = layers.open_then(wanted, key=("ahead",), month=month, moment=soon, **who)
    plain = layers.open_then(wanted, key=("plain",), moment=soon, **who)
    assert _total(ahead) == _total(plain) == [1]


def _open_then(cast, moment, wanted, **more):
    return layers.open_then(
        wanted, key=(repr(wanted), str(more)), moment=moment, actor=cast.zhou, at=moment, **more
    )


def test_open_then_at_a_place_comes_from_the_roll_ups_and_is_what_the_cases_say(cast, noon, followed):
    case = cast.lin_reports(noon)
    cast.lin_reports(noon)
    cast.lin_reports(noon, place=cast.town.street_b)
    walk(case, (cast.chen, Move("decline", reason="重复反映，已在处理")), at=noon)
    followed(noon)
    month, soon = noon.year * 100 + noon.month, noon + timedelta(minutes=1)
    for place, many in ((cast.town.community_a, 1), (cast.town.community_b, 1), (cast.town.compound, 1)):
        wanted = CaseFilter(place_path=cast.town.row(place).path)
        ahead, plain = (_open_then(cast, soon, wanted, month=one) for one in (month, 0))
        assert (_total(ahead), _total(plain), ahead.is_whole, plain.is_whole) == ([many], [many], True, True)


def test_with_other_filters_so_many_closings_are_looked_at_and_no_more_and_that_is_said(
    cast, noon, monkeypatch
):
    cases = [cast.lin_reports(noon) for _ in range(4)]
    for minutes, case in enumerate(cases[:3]):
        later = noon + timedelta(minutes=10 + minutes)
        walk(case, (cast.chen, Move("decline", reason="重复反映，已在处理")), at=later)
    wanted, moment = CaseFilter(channel="qr"), noon + timedelta(minutes=1)
    whole = _open_then(cast, moment, wanted)
    assert (_total(whole), whole.is_whole) == ([4], True)
    monkeypatch.setattr("gezhi.cases.lists.MOST_CLOSED", 2)
    monkeypatch.setattr("gezhi.insight.mapping.counts._kept", {})
    part = _open_then(cast, moment, wanted)
    assert (_total(part), part.is_whole) == ([3], False)


def test_who_does_not_see_all_is_not_shown_what_is_counted_for_all(cast, noon, followed):
    cast.lin_reports(noon)
    followed(noon)
    span = {"since": noon - DAY, "until": noon + DAY, "month": noon.year * 100 + noon.month}
    assert _total(layers.received(CaseFilter(), key=(), actor=cast.mo, at=noon, **span)) == [0]
