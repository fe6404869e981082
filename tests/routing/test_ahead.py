"""A rule, a change or a closing may begin on a later day: until its midnight the old one routes, and until then it can be taken back."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid, NotFound, NotYours, Stale
from gezhi.routing import actions, queries
from gezhi.routing.check import findings
from gezhi.routing.models import RoutingRule
from gezhi.routing.queries import Subject
from gezhi.routing.terms import Terms
from gezhi.routing.trial import Draft, with_draft
from tests.cast import Cast

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = date(2026, 4, 1)
LATER = date(2026, 5, 1)
EVE = datetime.fromisoformat("2026-03-31T23:59:59+08:00")
MORNING = datetime.fromisoformat("2026-04-01T00:00:00+08:00")
MAY = datetime.fromisoformat("2026-05-01T00:00:00+08:00")


def add(name: str, cast: Cast, at: datetime, begins_on: date | None = None) -> UUID:
    return actions.add_rule(Terms(name, party=cast.agency), actor=SYSTEM, at=at, begins_on=begins_on)


def seen(line: UUID, at: datetime) -> UUID:
    """The version that holds, else the one that is to."""
    return next(one.shown.id for one in queries.standings(at) if one.line == line)


def ahead(line: UUID, at: datetime) -> UUID:
    return next(one.ahead.id for one in queries.standings(at) if one.line == line and one.ahead)


def change(line: UUID, name: str, cast: Cast, at: datetime, *, of: UUID, on: date | None = None) -> UUID:
    terms = Terms(name, party=cast.agency)
    return actions.change_rule(line, terms, seen=of, actor=cast.zhou, at=at, begins_on=on)


def named(at: datetime) -> list[str]:
    return [rule.name for rule in queries.rules(at)]


@pytest.fixture
def planned(cast: Cast, noon: datetime) -> UUID:
    """甲, which is to be 甲二 from 1 April on."""
    line = add("甲", cast, noon)
    change(line, "甲二", cast, noon + HOUR, of=seen(line, noon), on=DAY)
    return line


def test_until_midnight_of_its_day_the_old_one_routes(cast: Cast, planned: UUID, noon: datetime) -> None:
    assert [named(at) for at in (noon + HOUR, EVE, MORNING)] == [["甲"], ["甲"], ["甲二"]]
    routed = [queries.route(Subject(), at).match for at in (EVE, MORNING)]
    assert [match and match.rule.name for match in routed] == ["甲", "甲二"]
    [found] = queries.standings(noon + HOUR)
    assert (found.now and found.now.name, found.ahead and found.ahead.name) == ("甲", "甲二")
    assert found.changes_at == MORNING
    assert [one.name for one in queries.versions(planned)] == ["甲", "甲二"]


def test_sabotage_without_its_day_the_new_one_routes_at_once(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_begins", lambda _day, at, *_field: at)
    line = add("甲", cast, noon)
    change(line, "甲二", cast, noon + HOUR, of=seen(line, noon), on=DAY)
    assert named(EVE) == ["甲二"]


def test_a_new_rule_and_a_closing_wait_for_their_day(cast: Cast, noon: datetime) -> None:
    line = add("甲", cast, noon)
    add("乙", cast, noon, DAY)
    actions.close_rule(line, seen=seen(line, noon), actor=cast.zhou, at=noon, ends_on=LATER)
    assert [named(at) for at in (noon, EVE, MORNING, MAY)] == [["甲"], ["甲"], ["甲", "乙"], ["乙"]]
    assert [(one.shown.name, one.changes_at) for one in queries.standings(noon)] == [
        ("甲", MAY),
        ("乙", MORNING),
    ]
    assert add("丙", cast, noon) is not None  # behind both, though one of them has not begun
    assert [one.shown.rank for one in queries.standings(noon)] == [1, 2, 3]


def test_what_is_ahead_is_withdrawn_and_stays_readable(cast: Cast, planned: UUID, noon: datetime) -> None:
    later = noon + 2 * HOUR
    actions.withdraw(planned, seen=ahead(planned, later), actor=cast.zhou, at=later)
    assert (named(MORNING), queries.standings(later)[0].changes_at) == (["甲"], None)
    assert [(one.name, one.never_held) for one in queries.versions(planned)] == [
        ("甲", False),
        ("甲二", True),
    ]
    assert [step.entry.event for step in queries.deeds(planned)] == ["add", "change", "withdraw"]
    change(planned, "甲三", cast, later, of=seen(planned, later))
    assert named(later) == ["甲三"]
    assert [*findings(later)] == []


def test_a_closing_and_a_rule_that_has_not_begun_are_withdrawn(cast: Cast, noon: datetime) -> None:
    line, fresh = add("甲", cast, noon), add("乙", cast, noon, DAY)
    actions.close_rule(line, seen=seen(line, noon), actor=cast.zhou, at=noon, ends_on=DAY)
    for one in (line, fresh):
        actions.withdraw(one, seen=seen(one, noon), actor=cast.zhou, at=noon + HOUR)
    assert (named(noon), named(MORNING)) == (["甲"], ["甲"])
    for one, refusal in ((line, Stale), (fresh, NotFound)):
        with pytest.raises(refusal):
            actions.withdraw(one, seen=queries.versions(one)[-1].id, actor=cast.zhou, at=noon + HOUR)


def test_what_is_ahead_is_said_anew_with_another_day(cast: Cast, planned: UUID, noon: datetime) -> None:
    later = noon + 2 * HOUR
    change(planned, "甲三", cast, later, of=ahead(planned, later), on=LATER)
    assert [named(at) for at in (later, MORNING, MAY)] == [["甲"], ["甲"], ["甲三"]]
    change(planned, "甲三", cast, later, of=ahead(planned, later))  # from now on after all
    assert [named(at) for at in (later - SECOND, later)] == [["甲"], ["甲三"]]
    assert queries.standings(later)[0].ahead is None
    assert [*findings(later)] == []


def test_a_change_at_once_holds_until_the_day_that_was_planned(
    cast: Cast, planned: UUID, noon: datetime
) -> None:
    later = noon + 2 * HOUR
    change(planned, "甲先改", cast, later, of=seen(planned, later))
    assert [named(at) for at in (noon + HOUR, later, MORNING)] == [["甲"], ["甲先改"], ["甲二"]]
    assert [*findings(later)] == []


def test_a_rule_closed_at_once_does_not_come_back_on_the_day_planned(
    cast: Cast, planned: UUID, noon: datetime
) -> None:
    later = noon + 2 * HOUR
    actions.close_rule(planned, seen=seen(planned, later), actor=cast.zhou, at=later)
    assert (named(later), named(MORNING), queries.standings(later)) == ([], [], [])
    assert [*findings(later)] == []


def test_the_order_given_today_is_that_of_the_day_planned_too(
    cast: Cast, planned: UUID, noon: datetime
) -> None:
    later = noon + 2 * HOUR
    new, last = add("乙", cast, later, DAY), add("丙", cast, later)
    actions.reorder([last, new, planned], actor=cast.zhou, at=later)
    assert [named(at) for at in (later, EVE, MORNING)] == [["丙", "甲"], ["丙", "甲"], ["丙", "乙", "甲二"]]
    with pytest.raises(Stale):  # a rule that is to begin has its place as well
        actions.reorder([planned, last], actor=cast.zhou, at=later)
    assert [*findings(later)] == []


def test_one_thing_at_a_time_lies_ahead_of_a_rule(cast: Cast, planned: UUID, noon: datetime) -> None:
    now, next_ = seen(planned, noon + HOUR), ahead(planned, noon + HOUR)
    tries: list[Callable[[], object]] = [
        lambda: change(planned, "甲三", cast, noon + HOUR, of=now, on=LATER),
        lambda: actions.close_rule(planned, seen=now, actor=cast.zhou, at=noon + HOUR, ends_on=LATER),
        lambda: actions.close_rule(planned, seen=next_, actor=cast.zhou, at=noon + HOUR),
        lambda: actions.withdraw(planned, seen=now, actor=cast.zhou, at=noon + HOUR),
        lambda: actions.withdraw(planned, seen=next_, actor=cast.zhou, at=MORNING),  # it holds by then
        lambda: change(planned, "甲三", cast, MORNING, of=now),  # so this is the version before
    ]
    for one in tries:
        with pytest.raises(Stale):
            one()
    assert [named(at) for at in (noon + HOUR, MORNING)] == [["甲"], ["甲二"]]


def test_a_day_that_is_over_is_refused_and_today_is_at_once(cast: Cast, noon: datetime) -> None:
    with pytest.raises(Invalid, match="is_over"):
        add("甲", cast, noon, noon.date() - timedelta(days=1))
    line = add("甲", cast, noon, noon.date())
    assert named(noon) == ["甲"]
    with pytest.raises(Invalid, match="is_over"):
        actions.close_rule(line, seen=seen(line, noon), actor=cast.zhou, at=noon, ends_on=date(2020, 1, 1))


def test_a_change_on_a_later_day_changes_something(cast: Cast, planned: UUID, noon: datetime) -> None:
    of = ahead(planned, noon + HOUR)
    with pytest.raises(Invalid, match="changes_nothing"):
        change(planned, "甲", cast, noon + HOUR, of=of, on=DAY)
    assert change(planned, "甲二", cast, noon + HOUR, of=of, on=DAY) == of
    line = add("乙", cast, noon)
    with pytest.raises(Invalid, match="changes_nothing"):
        change(line, "乙", cast, noon, of=seen(line, noon), on=DAY)


def test_only_keepers_withdraw(cast: Cast, planned: UUID, noon: datetime) -> None:
    with pytest.raises(NotYours):
        actions.withdraw(planned, seen=ahead(planned, noon + HOUR), actor=cast.chen, at=noon + HOUR)


def test_a_draft_is_tried_for_a_day(cast: Cast, planned: UUID, noon: datetime) -> None:
    """What would hold on the eve, on the day planned and in May, were this saved now."""
    now, terms = noon + HOUR, Terms("草稿", party=cast.agency)
    drafts = {
        "at once": Draft(terms, planned, seen(planned, now)),
        "the one ahead": Draft(terms, planned, ahead(planned, now), DAY),
        "the one ahead, later": Draft(terms, planned, ahead(planned, now), LATER),
        "a new rule in May": Draft(terms, begins_on=LATER),
    }
    tried = {
        name: [[one.name for one in with_draft(draft, at=at, now=now)] for at in (EVE, MORNING, MAY)]
        for name, draft in drafts.items()
    }
    assert tried == {
        "at once": [["草稿"], ["甲二"], ["甲二"]],
        "the one ahead": [["甲"], ["草稿"], ["草稿"]],
        "the one ahead, later": [["甲"], ["甲"], ["草稿"]],
        "a new rule in May": [["甲"], ["甲二"], ["甲二", "草稿"]],
    }
    assert named(noon) == ["甲"]


def test_the_check_names_versions_that_hold_at_the_same_time(
    cast: Cast, planned: UUID, noon: datetime
) -> None:
    assert [*findings(noon)] == []
    first = RoutingRule.objects.get(name="甲")
    RoutingRule.objects.filter(id=first.id).update(valid_to=MAY)
    assert [one.what for one in findings(noon)] == [
        f"version {first.id} holds at other times than it says",
        f"version {ahead(planned, noon)} begins while {first.id} holds",
    ]
