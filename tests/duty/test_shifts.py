"""Who answers now: the person on the shift, in the last resort the party's standing phone."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gezhi.duty import actions, check, queries
from gezhi.duty.actions import OnDuty
from gezhi.duty.models import Shift
from gezhi.duty.queries import Answering
from gezhi.duty.rotation import DAY_AND_NIGHT, Planned, Span, rotate
from gezhi.journal.models import Entry
from gezhi.journal.queries import story
from gezhi.kernel.actor import Actor
from gezhi.kernel.ids import uuid7
from gezhi.kernel.refusal import Invalid, NotFound, NotFromHere, NotYours, Stale
from gezhi.parties.days import zone
from tests.parties.town import Town

EVENING = datetime(2026, 3, 2, 12, tzinfo=UTC)  # 20:00 in Shanghai
MORNING = EVENING + timedelta(hours=12)
STRANGER = uuid7(1_772_000_000_000, 9)


@pytest.fixture
def night(town: Town, noon: datetime) -> UUID:
    """孙 answers for the company from 20:00 until 08:00."""
    sun = OnDuty("孙经理", "0631-000-0188", town.people["孙"].id)
    return actions.plan_shift(town.company, sun, EVENING, MORNING, actor=town.actor("孙", noon), at=noon)


def test_the_person_on_the_shift_answers_across_midnight(night: UUID, town: Town) -> None:
    for at in (EVENING, datetime(2026, 3, 2, 16, tzinfo=UTC), MORNING - timedelta(seconds=1)):
        assert queries.answering(town.company, at) == Answering(
            town.company, "长峰物业", "孙经理", "0631-000-0188", False, night, "0631-000-0130"
        )


def test_outside_of_shifts_the_standing_phone_answers(night: UUID, town: Town) -> None:
    for at in (EVENING - timedelta(seconds=1), MORNING):
        assert queries.answering(town.company, at) == Answering(
            town.company, "长峰物业", "长峰物业", "0631-000-0130", True, None, "0631-000-0130"
        )


def test_a_colleague_without_a_phone_answers_on_the_standing_one(town: Town, noon: datetime) -> None:
    actions.plan_shift(town.company, OnDuty("老王"), EVENING, MORNING, actor=town.actor("孙", noon), at=noon)
    found = queries.answering(town.company, EVENING)
    assert (found.name, found.phone, found.is_standing) == ("老王", "0631-000-0130", False)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(at=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_somebody_answers_for_every_party_at_every_moment(at: datetime, night: UUID, town: Town) -> None:
    parties = [town.office, town.desk, town.company, town.team_a1]
    found = queries.answering_for(parties, at)
    assert set(found) == set(parties)
    assert all(one.name and one.phone for one in found.values())


@pytest.mark.parametrize("at", [EVENING, MORNING])
def test_who_answers_costs_two_queries(
    at: datetime, night: UUID, town: Town, django_assert_num_queries
) -> None:
    with django_assert_num_queries(2):
        queries.answering(town.company, at)
    with django_assert_num_queries(2):
        queries.answering_for([town.company, town.desk, town.office], at)


def test_nobody_answers_for_a_party_that_is_not_there(town: Town) -> None:
    with pytest.raises(NotFound):
        queries.answering(STRANGER, EVENING)


def test_who_answers_depends_on_an_aware_moment(town: Town) -> None:
    with pytest.raises(ValueError, match="aware"):
        queries.answering(town.company, datetime(2026, 3, 2))  # noqa: DTZ001


@pytest.mark.parametrize(("start_hours", "end_hours"), [(-1, 1), (0, 12), (11, 13), (1, 2), (-1, 13)])
def test_two_shifts_of_a_party_never_overlap(
    start_hours: int, end_hours: int, night: UUID, town: Town, noon: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.plan_shift(
            town.company,
            OnDuty("老王"),
            EVENING + timedelta(hours=start_hours),
            EVENING + timedelta(hours=end_hours),
            actor=town.actor("孙", noon),
            at=noon,
        )
    assert (refused.value.field, refused.value.code) == ("starts_at", "overlaps")


def test_one_shift_may_follow_another_and_other_parties_have_their_own(
    night: UUID, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    for party, start in ((town.company, MORNING), (town.desk, EVENING)):
        actions.plan_shift(
            party, OnDuty("老王"), start, start + timedelta(hours=12), actor=admin_actor, at=noon
        )
    assert list(check.findings()) == []


def test_sabotage_without_the_refusal_the_overlap_is_found(
    night: UUID, town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_refuse_overlap", lambda *_: None)
    start = EVENING + timedelta(hours=1)
    actions.plan_shift(town.company, OnDuty("老王"), start, MORNING, actor=admin_actor, at=noon)
    assert [(one.invariant, one.what) for one in check.findings()] == [
        ("I1", f"two shifts at {start.isoformat()}")
    ]


@pytest.mark.parametrize(
    ("hours", "code"), [(24, ""), (25, "longer_than_a_day"), (0, "not_after_start"), (-1, "not_after_start")]
)
def test_nobody_is_on_for_more_than_a_day(
    hours: int, code: str, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    planned = [Planned(OnDuty("老王"), EVENING, EVENING + timedelta(hours=hours))]
    if not code:
        assert len(actions.plan_shifts(town.company, planned, actor=admin_actor, at=noon)) == 1
        return
    with pytest.raises(Invalid) as refused:
        actions.plan_shifts(town.company, planned, actor=admin_actor, at=noon)
    assert (refused.value.field, refused.value.code) == ("ends_at", code)


def test_a_roster_is_taken_whole_or_not_at_all(
    night: UUID, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    week = rotate([OnDuty("老王"), OnDuty("老李"), OnDuty("老张")], DAY_AND_NIGHT, noon.date(), 7, zone())
    with pytest.raises(Invalid):
        actions.plan_shifts(town.company, week, actor=admin_actor, at=noon)
    assert Shift.objects.count() == 1
    actions.plan_shifts(town.desk, week, actor=admin_actor, at=noon)
    assert queries.gaps(town.desk, week[0].starts_at, week[-1].ends_at) == []


@pytest.mark.parametrize(
    ("person", "field", "code"),
    [
        (OnDuty(" "), "name", "empty"),
        (OnDuty("老\u202e王"), "name", "hidden"),
        (OnDuty("老王", account_id=STRANGER), "account", "unknown"),
    ],
)
def test_somebody_known_is_on_a_shift(
    person: OnDuty, field: str, code: str, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.plan_shift(town.company, person, EVENING, MORNING, actor=admin_actor, at=noon)
    assert (refused.value.field, refused.value.code) == (field, code)


@pytest.mark.parametrize("name", ["魏", "莫", "陈", "赵"])
def test_a_roster_is_kept_by_its_own_party(name: str, night: UUID, town: Town, noon: datetime) -> None:
    who = {"actor": town.actor(name, noon), "at": noon}
    with pytest.raises(NotYours):
        actions.plan_shift(town.company, OnDuty("老王"), MORNING, MORNING + timedelta(hours=1), **who)
    with pytest.raises(NotYours):
        actions.drop_shift(night, **who)


def test_gaps_are_the_hours_with_only_the_standing_phone(night: UUID, town: Town) -> None:
    start, end = EVENING - timedelta(hours=1), MORNING + timedelta(hours=2)
    assert queries.gaps(town.company, start, end) == [Span(start, EVENING), Span(MORNING, end)]


def test_a_dropped_shift_leaves_a_gap_and_its_record(
    night: UUID, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    actions.drop_shift(night, actor=admin_actor, at=noon)
    assert queries.shifts(town.company, EVENING, MORNING) == []
    assert queries.answering(town.company, EVENING).is_standing
    assert [step.entry.event for step in story("shift", night)] == ["plan_shift", "drop_shift"]
    actions.plan_shift(town.company, OnDuty("老王"), EVENING, MORNING, actor=admin_actor, at=noon)


def test_a_shift_that_has_begun_is_cut_and_one_that_is_over_stays(
    night: UUID, town: Town, admin_actor: Actor
) -> None:
    midnight = EVENING + timedelta(hours=4)
    actions.drop_shift(night, actor=admin_actor, at=midnight)
    assert queries.shift(night).ends_at == midnight
    with pytest.raises(NotFromHere):
        actions.drop_shift(night, actor=admin_actor, at=MORNING)


def test_two_people_swap(night: UUID, town: Town, admin_actor: Actor, noon: datetime) -> None:
    who = {"actor": admin_actor, "at": noon}
    next_day = actions.plan_shift(
        town.company, OnDuty("老王", "0631-000-0189"), MORNING, MORNING + timedelta(hours=12), **who
    )
    actions.swap(night, next_day, "孙经理", **who)
    with pytest.raises(Stale):  # the same form once more
        actions.swap(night, next_day, "孙经理", **who)
    assert [
        (row.name, row.phone, row.account_id)
        for row in queries.shifts(town.company, EVENING, MORNING + timedelta(hours=1))
    ] == [
        ("老王", "0631-000-0189", None),
        ("孙经理", "0631-000-0188", town.people["孙"].id),
    ]
    assert story("shift", night)[-1].entry.after == {"account": None, "with": str(next_day)}


def test_a_swap_is_within_one_party_and_before_both_begin(
    night: UUID, town: Town, admin_actor: Actor, noon: datetime
) -> None:
    other = actions.plan_shift(town.desk, OnDuty("陈"), EVENING, MORNING, actor=admin_actor, at=noon)
    for partner, code in ((other, "another_party"), (night, "the_same_shift")):
        with pytest.raises(Invalid) as refused:
            actions.swap(night, partner, "孙经理", actor=admin_actor, at=noon)
        assert refused.value.code == code
    later = actions.plan_shift(
        town.company, OnDuty("老王"), MORNING, MORNING + timedelta(hours=1), actor=admin_actor, at=noon
    )
    with pytest.raises(NotFromHere):
        actions.swap(night, later, "孙经理", actor=admin_actor, at=EVENING + timedelta(seconds=1))


def test_the_journal_holds_no_phone_of_a_shift(night: UUID) -> None:
    kept = list(Entry.objects.filter(subject_kind="shift").values_list("before", "after"))
    assert kept
    assert "0188" not in str(kept)
    assert "孙" not in str(kept)
    assert story("shift", night)[0].words == {"name": "孙经理"}


def test_sabotage_a_party_nobody_answers_for_is_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "answering_for", lambda ids, at: {})
    assert {one.invariant for one in check.findings()} == {"I1"}
