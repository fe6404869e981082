"""`gezhi check` names each rule that leads to a closed party and each version that the journal does not tell."""

from datetime import datetime, timedelta

import pytest

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import SYSTEM
from gezhi.parties.models import Party
from gezhi.routing import actions, queries
from gezhi.routing.check import findings
from gezhi.routing.models import RoutingRule
from gezhi.routing.terms import Terms
from tests.cast import Cast

HOUR = timedelta(hours=1)


@pytest.fixture
def kept(cast: Cast, noon: datetime) -> None:
    """Three rules, of which one was changed, two were reordered and one was closed again."""
    names = ("甲", "乙", "丙")
    lines = [actions.add_rule(Terms(one, party=cast.agency), actor=SYSTEM, at=noon) for one in names]

    def seen(number: int) -> object:
        return next(one.id for one in queries.rules(noon) if one.line == lines[number])

    later = noon + HOUR
    terms = Terms("甲二", party_kind="property", is_automatic=True)
    actions.change_rule(lines[0], terms, seen=seen(0), actor=SYSTEM, at=noon)
    actions.reorder([lines[1], lines[0], lines[2]], actor=SYSTEM, at=later)
    actions.close_rule(lines[2], seen=seen(2), actor=SYSTEM, at=later)


def said(at: datetime) -> list[tuple[str, str, str]]:
    return [(one.invariant, one.where, one.what) for one in findings(at)]


@pytest.mark.usefixtures("kept")
def test_all_is_well_with_rules_that_were_changed_reordered_and_closed(noon: datetime) -> None:
    assert said(noon) == []


@pytest.mark.usefixtures("kept")
def test_a_rule_that_leads_to_a_closed_party_is_named(cast: Cast, noon: datetime) -> None:
    Party.objects.filter(id=cast.agency).update(closed_on=noon.date())
    assert said(noon + HOUR) == [("I1", "routing rule 乙", "leads to ZF, which is closed")]


@pytest.mark.usefixtures("kept")
def test_a_version_that_was_altered_is_named(noon: datetime) -> None:
    row = RoutingRule.objects.get(name="乙", valid_to=None)
    RoutingRule.objects.filter(id=row.id).update(hour_from=0, hour_to=60)
    assert said(noon) == [("I9", "routing rule 乙", f"version {row.id} is not what the journal says")]


@pytest.mark.usefixtures("kept")
def test_a_version_whose_time_was_altered_is_named(noon: datetime) -> None:
    row = RoutingRule.objects.get(name="甲二", valid_to=None)
    RoutingRule.objects.filter(id=row.id).update(valid_from=noon + 2 * HOUR)
    assert said(noon) == [("I9", "routing rule 甲二", f"version {row.id} holds at other times than it says")]


@pytest.mark.usefixtures("kept")
def test_a_version_that_was_put_in_or_taken_away_is_named(cast: Cast, noon: datetime) -> None:
    gone = RoutingRule.objects.get(name="丙")
    RoutingRule.objects.filter(id=gone.id).delete()
    put_in = RoutingRule.objects.create(
        line=gone.line, rank=9, name="丁", party_id=cast.agency, valid_from=noon
    )
    assert said(noon) == [
        ("I9", "routing rule 丁", f"version {put_in.id} is not in the journal"),
        ("I9", f"routing rule {gone.id}", "stands in the journal but not among the rules"),
    ]


def test_a_story_from_before_rules_could_begin_on_a_later_day_is_read(cast: Cast, noon: datetime) -> None:
    """Its deeds name no ends: a version ended when the next began, or when the rule was closed."""
    line = actions.add_rule(Terms("甲", party=cast.agency), actor=SYSTEM, at=noon)
    first = RoutingRule.objects.get(line=line)
    RoutingRule.objects.filter(id=first.id).update(valid_to=noon + HOUR)
    second = RoutingRule.objects.create(
        line=line,
        rank=1,
        name="甲二",
        party_id=cast.agency,
        valid_from=noon + HOUR,
        valid_to=noon + 2 * HOUR,
    )
    before = {"row": first.id, "name": "甲", "valid_from": noon}
    after = {"row": second.id, "name": "甲二", "valid_from": noon + HOUR}
    record(Deed("routing_rule", line, "change", before, after), actor=SYSTEM, at=noon + HOUR)
    end = Deed("routing_rule", line, "close", {"valid_to": None}, {"valid_to": noon + 2 * HOUR})
    record(end, actor=SYSTEM, at=noon + 2 * HOUR)
    assert said(noon) == []
