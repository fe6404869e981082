"""What the posters of many places say: phones that stay right, what was solved last month, and nothing of a person."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.channels.poster.filling import sheets
from gezhi.duty import actions as duty
from gezhi.flows.poster_facts import chosen, gather
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid
from gezhi.parties import queries as parties
from gezhi.places import actions as places
from gezhi.places import queries as grounds
from gezhi.places.kinds import Kind
from gezhi.tenancy.models import Jurisdiction
from gezhi.tenancy.queries import forget
from tests.cast import Cast, done, walk

FACTS = 9  # statements for all posters of one compound


def closed(cast: Cast, at: datetime) -> Case:
    """Lin's broken glass, solved and closed at that moment; her words name a phone and herself."""
    case = cast.lin_reports(at)
    case = walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.sun, Move("take")),
        (cast.sun, done(at)),
        (cast.zhao, Move("pass_check", note="看过了")),
        at=at,
    )
    Case.objects.filter(id=case.id).update(state="closed", ending="solved", closed_at=at)
    return case


def test_a_poster_names_the_desk_first_and_phones_that_stay_right(cast: Cast, noon: datetime) -> None:
    person = duty.OnDuty("钱师傅", "13900000001")
    duty.plan_shift(cast.property, person, noon, noon + timedelta(hours=8), actor=cast.sun, at=noon)
    [one], cells = gather([cast.town.row(cast.town.stairwell)], language="zh-hans", at=noon)
    assert one.phones[0] == ("悦海社区", "0631-0000102")
    assert ("长峰物业", "0631-0000106") in one.phones
    assert "13900000001" not in str(one)
    assert (one.above, cells[cast.town.community_a.hex].names) == (
        "悦海社区",
        {"371072008015-01": "悦海一格 A1"},
    )


@pytest.mark.parametrize(
    ("days", "count"),
    [(-2, 1), (-29, 1), (-30, 0), (-1, 0)],
    ids=["28 Feb", "1 Feb", "31 Jan", "1 Mar"],
)
def test_what_was_solved_counts_from_the_first_to_the_last_of_last_month(
    cast: Cast, noon: datetime, days: int, count: int
) -> None:
    closed(cast, noon + timedelta(days=days))
    [one], _ = gather([cast.town.row(cast.town.stairwell)], language="zh-hans", at=noon)
    assert (one.solved.count, one.solved.where, one.solved.month.month) == (count, "悦海花园", 2)


def test_a_poster_says_what_and_where_and_no_word_of_anybody(cast: Cast, noon: datetime) -> None:
    case = closed(cast, noon - timedelta(days=5))
    asked = sheets(
        [cast.town.row(cast.town.stairwell)], lambda code: f"https://x/r/{code}", language="zh-hans", at=noon
    )
    [poster] = json.loads(asked)["posters"]
    assert len(poster["solved"]) == 1
    assert poster["solved"][0].endswith(("悦海花园", "3号楼"))
    for words in (case.title, "看过了", "已更换玻璃", case.number):
        assert words not in asked


def test_a_line_names_the_building_never_the_stairwell(cast: Cast, noon: datetime) -> None:
    """So few homes share a stairwell that it would say whose matter it was."""
    case = closed(cast, noon - timedelta(days=5))
    row = cast.town.row(cast.town.stairwell)
    Case.objects.filter(id=case.id).update(place=row.id, place_path=row.path)
    [one], _ = gather([row], language="zh-hans", at=noon)
    assert [where for _what, where in one.solved.lines] == ["3号楼"]


def test_all_stairs_of_a_compound_are_chosen_and_closed_ones_left_out(cast: Cast, noon: datetime) -> None:
    second = places.add_place(
        kind=Kind.STAIRWELL,
        name="1单元",
        parent_id=cast.town.building,
        grid_id=cast.town.grid_a1,
        actor=SYSTEM,
        at=noon,
    )
    path = cast.town.row(cast.town.compound).path
    assert [one.name for one in chosen(path, [Kind.STAIRWELL], 9)] == ["2单元", "1单元"]
    places.close_place(second.id, on=noon.date(), actor=SYSTEM, at=noon)
    assert [one.name for one in chosen(path, [Kind.STAIRWELL], 9)] == ["2单元"]
    with pytest.raises(Invalid) as refused:
        chosen(path, [Kind.BUILDING, Kind.STAIRWELL], 1)
    assert refused.value.details["count"] == 2


@pytest.mark.parametrize("language", ["zh-hans", "zh-hant", "en"])
def test_a_poster_speaks_the_language_it_is_asked_in(cast: Cast, noon: datetime, language: str) -> None:
    row = replace(grounds.by_ids([cast.town.stairwell])[cast.town.stairwell])
    said = json.loads(sheets([row], lambda code: "https://x/", language=language, at=noon))
    assert (
        said["words"]["danger"]
        == {"zh-hans": "危险先打", "zh-hant": "危險先打", "en": "In danger, call first"}[language]
    )
    assert said["posters"][0]["lacking"] == ""


@pytest.mark.parametrize("count", [1, 3])
def test_the_facts_of_many_places_cost_the_same_as_those_of_one(
    cast: Cast, noon: datetime, count: int, django_assert_num_queries: Any
) -> None:
    town = cast.town
    rows = [town.row(id) for id in (town.stairwell, town.building, town.compound)][:count]
    gather(rows, language="en", at=noon)
    with django_assert_num_queries(FACTS):
        gather(rows, language="en", at=noon)


def test_who_answers_is_the_same_asked_for_all_at_once_or_for_each(cast: Cast, noon: datetime) -> None:
    places_of_all = [*grounds.by_ids(grounds.subtree("").values_list("id", flat=True)).values()]
    spots = [(row.path, row.grid_id) for row in places_of_all] + [("", None), ("", cast.town.grid_a1)]
    for spot, found in zip(spots, parties.answering(spots, noon), strict=True):
        desk = parties.party(parties.desk_of(spot[0], noon))
        assert found == [desk, *(one for one in parties.candidates(*spot, noon) if one.id != desk.id)]


@pytest.mark.parametrize("is_solved", [True, False])
def test_but_for_proper_names_an_english_poster_has_no_chinese_word(
    cast: Cast, noon: datetime, is_solved: bool
) -> None:
    if is_solved:
        closed(cast, noon - timedelta(days=5))
    Jurisdiction.objects.update(demonstration=True)
    forget()
    row = cast.town.row(cast.town.stairwell)
    said = sheets([row], lambda code: f"https://x/r/{code}", language="en", at=noon)
    assert cast.town.row(cast.town.compound).name in said
    names = [one.name for one in grounds.by_ids(grounds.subtree("").values_list("id", flat=True)).values()]
    names += [one.name for one in (*parties.candidates(row.path, row.grid_id, noon), *grounds.all_grids())]
    for name in sorted({*names, row.full_name}, key=len, reverse=True):
        said = said.replace(name, "")
    assert re.findall("[\u4e00-\u9fff，。：（）、]+", said) == []
