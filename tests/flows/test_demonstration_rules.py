"""The demonstration's routing rules: proposals with a past, and a check that is content."""

from datetime import datetime, timedelta

from gezhi.flows.demonstration.rules import build_rules, plan_change
from gezhi.kernel.actor import SYSTEM
from gezhi.routing import queries
from gezhi.routing.check import findings
from tests.cast import Cast


def test_they_only_propose_and_one_of_them_was_changed(cast: Cast, noon: datetime) -> None:
    build_rules(actor=SYSTEM, at=noon)
    first, later = queries.rules(noon), queries.rules(noon + timedelta(days=30))
    assert [rule.name for rule in first] == ["房屋设施找物业", "街面的找区直部门", "夜间集市的找街道"]
    assert [rule.name for rule in later] == ["小区内房屋设施找物业", "街面的找区直部门", "夜间集市的找街道"]
    assert not queries.has_automatic([*first, *later])
    assert [*findings(noon)] == []


def test_one_of_them_changes_on_the_first_of_the_next_month(cast: Cast, noon: datetime) -> None:
    build_rules(actor=SYSTEM, at=noon - timedelta(days=30))
    plan_change(actor=SYSTEM, at=noon)
    [coming] = [one for one in queries.standings(noon) if one.ahead]
    assert (coming.now and coming.now.hour_from, coming.ahead and coming.ahead.hour_from) == (1200, 1140)
    assert coming.changes_at == datetime.fromisoformat("2026-04-01T00:00:00+08:00")
    assert [*findings(noon)] == []
