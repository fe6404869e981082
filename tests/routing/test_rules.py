"""Rules are kept by versions: what was dispatched by which one stays visible, and the first that fits decides."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from gezhi.catalogue import queries as catalogue
from gezhi.journal.queries import story
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotYours, Stale
from gezhi.parties import actions as parties
from gezhi.routing import actions, queries
from gezhi.routing.models import RoutingRule
from gezhi.routing.queries import Subject
from gezhi.routing.terms import Terms
from tests.cast import Cast

HOUR = timedelta(hours=1)


def add(terms: Terms, at: datetime, actor: Actor = SYSTEM) -> UUID:
    return actions.add_rule(terms, actor=actor, at=at)


def row_of(line: UUID, at: datetime) -> UUID:
    return next(rule.id for rule in queries.rules(at) if rule.line == line)


def named(at: datetime) -> list[str]:
    return [rule.name for rule in queries.rules(at)]


def glass(cast: Cast, **more: Any) -> Subject:
    """Broken glass (0501) at the stairwell of the compound."""
    place, leaf = cast.town.row(cast.town.stairwell), catalogue.by_code("0501")
    known = {"category_id": leaf.id, "condition_id": catalogue.default_condition(leaf.id).id} | more
    return Subject(place.path, place.grid_id, **known)


def test_a_change_ends_the_version_in_force_and_begins_the_next(cast: Cast, noon: datetime) -> None:
    line = add(Terms("夜间找执法", party=cast.agency), noon)
    first = row_of(line, noon)
    second = actions.change_rule(
        line, Terms("夜间找网格", party=cast.team_a1), seen=first, actor=cast.zhou, at=noon + HOUR
    )
    assert (named(noon), named(noon + HOUR)) == (["夜间找执法"], ["夜间找网格"])
    assert [(one.id, one.valid_from, one.valid_to) for one in queries.versions(line)] == [
        (first, noon, noon + HOUR),
        (second, noon + HOUR, None),
    ]
    assert queries.names([first, second]) == {first: "夜间找执法", second: "夜间找网格"}
    told = [(step.entry.event, step.entry.after.get("name")) for step in story("routing_rule", line)]
    assert told == [("add", "夜间找执法"), ("change", "夜间找网格")]


def test_a_closed_rule_holds_no_more_and_is_not_forgotten(cast: Cast, noon: datetime) -> None:
    line = add(Terms("一律找执法", party=cast.agency), noon)
    actions.close_rule(line, seen=row_of(line, noon), actor=cast.zhou, at=noon + HOUR)
    assert (named(noon), named(noon + HOUR)) == (["一律找执法"], [])
    with pytest.raises(NotFound):
        actions.close_rule(line, seen=uuid4(), actor=cast.zhou, at=noon + HOUR)


def test_they_are_asked_in_the_order_the_office_gives_them(cast: Cast, noon: datetime) -> None:
    lines = [add(Terms(name, party=cast.agency), noon) for name in ("甲", "乙", "丙")]
    actions.reorder([lines[2], lines[1], lines[0]], actor=cast.zhou, at=noon + HOUR)
    assert (named(noon), named(noon + HOUR)) == (["甲", "乙", "丙"], ["丙", "乙", "甲"])
    assert [len(queries.versions(line)) for line in lines] == [2, 1, 2]
    with pytest.raises(Stale):
        actions.reorder(lines[:2], actor=cast.zhou, at=noon + HOUR)


def test_of_two_who_change_a_rule_the_second_looks_again(cast: Cast, noon: datetime) -> None:
    line = add(Terms("夜间", party=cast.agency), noon)
    seen = row_of(line, noon)
    actions.change_rule(line, Terms("夜里", party=cast.agency), seen=seen, actor=cast.zhou, at=noon + HOUR)
    with pytest.raises(Stale):
        actions.change_rule(
            line, Terms("晚上", party=cast.agency), seen=seen, actor=cast.zhou, at=noon + HOUR
        )
    assert named(noon + HOUR) == ["夜里"]


def test_a_change_that_changes_nothing_makes_no_version(cast: Cast, noon: datetime) -> None:
    terms = Terms("夜间", party=cast.agency)
    line = add(terms, noon)
    actions.change_rule(line, terms, seen=row_of(line, noon), actor=cast.zhou, at=noon + HOUR)
    assert (len(queries.versions(line)), len(story("routing_rule", line))) == (1, 1)


@pytest.mark.parametrize("who", ["chen", "wei", "sun", "zhao"])
def test_whoever_keeps_no_parties_keeps_no_rules(cast: Cast, noon: datetime, who: str) -> None:
    with pytest.raises(NotYours):
        add(Terms("我说了算", party=cast.agency), noon, getattr(cast, who))


def test_what_cannot_be_said_is_refused_at_its_field(cast: Cast, noon: datetime) -> None:
    leaf, other = catalogue.by_code("0501"), catalogue.by_code("0502")
    good = Terms("一条", party=cast.agency)
    bad = {
        "name": replace(good, name="  "),
        "place": replace(good, place=uuid4()),
        "place_kind": replace(good, place_kind="moon"),
        "category": replace(good, category=uuid4()),
        "condition": replace(good, category=other.id, condition=catalogue.default_condition(leaf.id).id),
        "hour_to": replace(good, hour_from=60),
        "hour_from": replace(good, hour_from=1440, hour_to=60),
        "season_to": replace(good, season_from=101),
        "season_from": replace(good, season_from=230, season_to=401),
        "party": replace(good, party=uuid4()),
        "party_kind": replace(good, party_kind="property"),
    }
    for field, terms in bad.items():
        with pytest.raises(Invalid) as refused:
            add(terms, noon)
        assert refused.value.field == field
    with pytest.raises(Missing):
        add(replace(good, party=None), noon)
    assert named(noon) == []


def test_a_condition_brings_its_category_along(cast: Cast, noon: datetime) -> None:
    leaf = catalogue.by_code("0501")
    add(Terms("碎玻璃", condition=catalogue.default_condition(leaf.id).id, party=cast.agency), noon)
    assert [rule.category for rule in queries.rules(noon)] == [leaf.id]


def test_the_database_itself_keeps_one_version_and_one_order(cast: Cast, noon: datetime) -> None:
    line = add(Terms("一条", party=cast.agency), noon)
    other = {"name": "另一条", "party_id": cast.agency, "valid_from": noon}
    for broken in ({"line": line, "rank": 2}, {"line": uuid4(), "rank": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RoutingRule.objects.create(**other, **broken)


def test_a_rule_for_a_compound_reaches_the_stairwell_in_it(cast: Cast, noon: datetime) -> None:
    add(Terms("街面找执法", place_kind="street", party=cast.agency), noon)
    add(Terms("悦海花园找网格", place=cast.town.compound, party=cast.team_a1), noon)
    add(Terms("小区内找业委会", place_kind="compound", party_kind="owners"), noon)
    found = queries.route(glass(cast), noon)
    assert found.match is not None
    assert (found.match.rule.name, found.party and found.party.id) == ("悦海花园找网格", cast.team_a1)


def test_hours_are_those_of_the_office(cast: Cast, noon: datetime) -> None:
    add(Terms("夜间找执法", hour_from=20 * 60, hour_to=8 * 60, party=cast.agency), noon)
    ways = [queries.route(glass(cast), noon + hours * HOUR).party for hours in (0, 8, 19, 20)]
    assert [party and party.id for party in ways] == [cast.property, cast.agency, cast.agency, cast.property]


def test_where_no_rule_fits_the_chain_of_the_category_decides_else_the_desk_keeps_it(
    cast: Cast, noon: datetime
) -> None:
    found = queries.route(glass(cast), noon)
    assert (found.party and found.party.id, found.match) == (cast.property, None)
    assert queries.route(Subject(), noon) == (None, None)


def test_a_rule_never_leads_to_a_closed_party(cast: Cast, noon: datetime) -> None:
    crew = parties.add_party("utility", "夜间抢修队", "qx", "0631-0000109", actor=SYSTEM, at=noon)
    add(Terms("找抢修队", party=crew), noon)
    assert queries.route(glass(cast), noon).party == queries.parties.party(crew)
    parties.close_party(crew, actor=SYSTEM, at=noon)
    assert queries.route(glass(cast), noon).party == queries.parties.party(cast.property)
    with pytest.raises(Invalid, match="closed"):
        add(Terms("再找抢修队", party=crew), noon)


def test_a_complaint_is_not_routed_to_the_company_it_is_about(cast: Cast, noon: datetime) -> None:
    add(Terms("找物业", party=cast.property), noon)
    found = queries.route(glass(cast, complained_of_id=cast.property), noon)
    assert (found.match, found.party and found.party.id != cast.property) != (None, False)


def test_routing_costs_no_more_with_more_rules(
    cast: Cast, noon: datetime, django_assert_max_num_queries: Any
) -> None:
    for number in range(3):
        add(Terms(f"街面 {number}", place_kind="street", party=cast.agency), noon)
    queries.route(glass(cast), noon)  # reads the catalogue
    with django_assert_max_num_queries(4):
        queries.route(glass(cast), noon)
