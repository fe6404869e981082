"""`gezhi check` names each rule that leads to a closed party and each version that the journal does not tell."""

from datetime import datetime, timedelta

import pytest

from gezhi.kernel.actor import SYSTEM
from gezhi.parties.models import Party
from gezhi.routing import actions, queries
from gezhi.routing.check import findings
from gezhi.routing.models import RoutingRule
from gezhi.routing.terms import Terms
from tests.cast import Cast


@pytest.fixture
def kept(cast: Cast, noon: datetime) -> None:
    """Three rules, of which one was changed, two were reordered and one was closed again."""
    names = ("甲", "乙", "丙")
    lines = [actions.add_rule(Terms(one, party=cast.agency), actor=SYSTEM, at=noon) for one in names]

    def seen(number: int) -> object:
        return next(one.id for one in queries.rules(noon) if one.line == lines[number])

    later = noon + timedelta(hours=1)
    terms = Terms("甲二", party_kind="property", is_automatic=True)
    actions.change_rule(lines[0], terms, seen=seen(0), actor=SYSTEM, at=noon)
    actions.reorder([lines[1], lines[0], lines[2]], actor=SYSTEM, at=later)
    actions.close_rule(lines[2], seen=seen(2), actor=SYSTEM, at=later)


def said() -> list[tuple[str, str, str]]:
    return [(one.invariant, one.where, one.what) for one in findings()]


@pytest.mark.usefixtures("kept")
def test_all_is_well_with_rules_that_were_changed_reordered_and_closed() -> None:
    assert said() == []


@pytest.mark.usefixtures("kept")
def test_a_rule_that_leads_to_a_closed_party_is_named(cast: Cast, noon: datetime) -> None:
    Party.objects.filter(id=cast.agency).update(closed_on=noon.date())
    assert said() == [("I1", "routing rule 乙", "leads to ZF, which is closed")]


@pytest.mark.usefixtures("kept")
def test_a_version_that_was_altered_is_named(noon: datetime) -> None:
    row = RoutingRule.objects.get(name="乙", valid_to=None)
    RoutingRule.objects.filter(id=row.id).update(hour_from=0, hour_to=60)
    assert said() == [("I9", "routing rule 乙", f"version {row.id} is not what the journal says")]


@pytest.mark.usefixtures("kept")
def test_a_version_whose_time_was_altered_is_named(noon: datetime) -> None:
    row = RoutingRule.objects.get(name="甲二", valid_to=None)
    RoutingRule.objects.filter(id=row.id).update(valid_from=noon - timedelta(days=1))
    assert said() == [("I9", "routing rule 甲二", f"version {row.id} holds at other times than it says")]


@pytest.mark.usefixtures("kept")
def test_a_version_that_was_put_in_or_taken_away_is_named(cast: Cast, noon: datetime) -> None:
    gone = RoutingRule.objects.get(name="丙")
    RoutingRule.objects.filter(id=gone.id).delete()
    put_in = RoutingRule.objects.create(
        line=gone.line, rank=9, name="丁", party_id=cast.agency, valid_from=noon
    )
    assert said() == [
        ("I9", "routing rule 丁", f"version {put_in.id} is not in the journal"),
        ("I9", f"routing rule {gone.id}", "stands in the journal but not among the rules"),
    ]
