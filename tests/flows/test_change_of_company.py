"""Another property company from the first of the month: open work moves that day, and history stays true."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from gezhi.cases import check
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows import change_of_company
from gezhi.flows.change_of_company import move_open_work
from gezhi.journal.models import Entry
from gezhi.journal.queries import story
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import Invalid
from gezhi.parties import actions as parties
from gezhi.parties import queries as party_queries
from gezhi.parties import staff
from gezhi.parties.actions import Ground
from gezhi.parties.models import Party, PartyPost
from gezhi.tenancy.models import Jurisdiction
from tests.cast import Cast, done, walk
from tests.journal.crowd import together
from tests.working import tick

APRIL = date(2026, 4, 1)
FIRST_OF_APRIL = datetime.fromisoformat("2026-04-01T09:00+08:00")


@pytest.fixture
def newcomer(cast: Cast, noon: datetime) -> UUID:
    """The company that serves the compound from 1 April on, with a seven-day service."""
    who = {"actor": SYSTEM, "at": noon}
    company = parties.add_party(
        "property",
        "新航物业",
        "xh",
        "0631-0000110",
        parent_id=cast.desk_a,
        calendar="property_seven_day",
        **who,
    )
    end_old(cast, APRIL, noon)
    parties.serve(company, "property", Ground(place_id=cast.town.compound), starts_on=APRIL, **who)
    return company


def end_old(cast: Cast, day: date, at: datetime) -> None:
    (service,) = party_queries.services(cast.property)
    parties.end_service(service.id, ends_on=day, actor=SYSTEM, at=at)


def close_old(cast: Cast, at: datetime) -> None:
    """The old company has no people any more and closes."""
    for post in PartyPost.objects.filter(party=cast.property):
        staff.end_post(post.id, ends_on=at.date(), actor=SYSTEM, at=at)
    parties.close_party(cast.property, actor=SYSTEM, at=at)


def dispatched(cast: Cast, at: datetime) -> Case:
    moves = ((cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)))
    return walk(cast.lin_reports(at), *moves, at=at)


def in_hand(cast: Cast, at: datetime) -> Case:
    return advance(dispatched(cast, at).id, Move("take"), actor=cast.qian, at=at)


def now(case: Case) -> tuple[str, UUID, UUID | None]:
    case.refresh_from_db()
    return case.state, case.lead_id, case.handler_id


def test_what_the_old_company_has_open_moves_that_day(cast: Cast, newcomer: UUID, noon: datetime) -> None:
    waiting, working = dispatched(cast, noon), in_hand(cast, noon)
    assert move_open_work(at=FIRST_OF_APRIL) == 2
    assert now(waiting) == now(working) == ("dispatched", newcomer, None)
    held = [(one.party_id, one.until) for one in cases.holdings(story("case", working.id))]
    assert held == [
        (cast.desk_a, noon),
        (cast.property, FIRST_OF_APRIL),
        (newcomer, None),
    ]
    assert list(check.findings()) == []


def test_its_deadline_follows_the_new_companys_calendar(cast: Cast, newcomer: UUID) -> None:
    friday = datetime.fromisoformat("2026-03-27T16:00+08:00")
    case = dispatched(cast, friday)
    before = case.fix_due
    move_open_work(at=FIRST_OF_APRIL)
    case.refresh_from_db()
    assert (before, case.fix_due) == (
        datetime.fromisoformat("2026-03-31T16:00+08:00"),
        datetime.fromisoformat("2026-03-29T16:00+08:00"),
    )


def test_a_change_in_the_future_moves_nothing_before_its_day(
    cast: Cast, newcomer: UUID, noon: datetime
) -> None:
    case = dispatched(cast, noon)
    last_minute = FIRST_OF_APRIL.replace(hour=0) - timedelta(minutes=1)
    assert (move_open_work(at=noon), move_open_work(at=last_minute)) == (0, 0)
    assert now(case)[:2] == ("dispatched", cast.property)
    assert move_open_work(at=FIRST_OF_APRIL.replace(hour=0)) == 1


def test_doing_it_twice_moves_nothing_twice(cast: Cast, newcomer: UUID, noon: datetime) -> None:
    dispatched(cast, noon)
    assert move_open_work(at=FIRST_OF_APRIL) == 1
    entries = Entry.objects.count()
    assert (move_open_work(at=FIRST_OF_APRIL), Entry.objects.count()) == (0, entries)


def test_what_is_checked_or_closed_stays_with_whoever_did_it(
    cast: Cast, newcomer: UUID, noon: datetime
) -> None:
    checked = walk(in_hand(cast, noon), (cast.qian, done(noon)), at=noon)
    closed = walk(dispatched(cast, noon), (cast.zhou, Move("wont_do", reason="超出职责")), at=noon)
    assert move_open_work(at=FIRST_OF_APRIL) == 0
    assert (now(checked)[:2], now(closed)[:2]) == (("to_check", cast.property), ("closed", cast.property))


def test_work_of_others_and_elsewhere_stays(cast: Cast, newcomer: UUID, noon: datetime) -> None:
    moves = ((cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.agency)))
    theirs = walk(cast.lin_reports(noon), *moves, at=noon)
    assert move_open_work(at=FIRST_OF_APRIL) == 0
    assert now(theirs)[1] == cast.agency


def test_as_long_as_nobody_follows_the_old_company_keeps_its_work(cast: Cast, noon: datetime) -> None:
    case = dispatched(cast, noon)
    end_old(cast, APRIL, noon)
    assert (move_open_work(at=FIRST_OF_APRIL), now(case)[1]) == (0, cast.property)


def test_work_of_a_company_that_closed_the_same_day_moves_to_its_follower(
    cast: Cast, newcomer: UUID, noon: datetime
) -> None:
    case = in_hand(cast, noon)
    close_old(cast, FIRST_OF_APRIL)
    assert [one.invariant for one in check.findings()] == ["I1"]
    assert (move_open_work(at=FIRST_OF_APRIL), now(case)[:2]) == (1, ("dispatched", newcomer))
    assert list(check.findings()) == []


def test_work_of_a_closed_company_that_nobody_follows_goes_to_the_desk(cast: Cast, noon: datetime) -> None:
    case = in_hand(cast, noon)
    end_old(cast, APRIL, noon)
    close_old(cast, FIRST_OF_APRIL)
    assert (move_open_work(at=FIRST_OF_APRIL), now(case)) == (1, ("dispatched", cast.desk_a, None))
    assert move_open_work(at=FIRST_OF_APRIL) == 0
    assert list(check.findings()) == []


def test_a_complaint_of_the_new_company_does_not_come_to_it(
    cast: Cast, newcomer: UUID, noon: datetime
) -> None:
    """Of the new company it was complained before it came; the old one was asked to help."""
    case = dispatched(cast, noon)
    Case.objects.filter(id=case.id).update(complained_of=newcomer, category=catalogue.by_code("1204").id)
    assert (move_open_work(at=FIRST_OF_APRIL), now(case)[1]) == (0, cast.property)


def test_a_paused_case_moves_and_its_clocks_run_again(cast: Cast, newcomer: UUID, noon: datetime) -> None:
    case = in_hand(cast, noon)
    pause = Move("carry_forward", reason="等配件", until=FIRST_OF_APRIL + timedelta(days=30))
    advance(case.id, pause, actor=cast.zhou, at=noon)
    move_open_work(at=FIRST_OF_APRIL)
    case.refresh_from_db()
    assert (case.lead_id, case.review_at) == (newcomer, None)
    assert [one.ended_at for one in cases.pauses(case)] == [FIRST_OF_APRIL]


# ---- one that cannot move, and a desk that has closed ----


@pytest.fixture
def two(cast: Cast, newcomer: UUID, noon: datetime) -> tuple[Case, Case]:
    """Two cases of the old company."""
    return dispatched(cast, noon), dispatched(cast, noon)


def fails_for(case: Case, patch: pytest.MonkeyPatch) -> None:
    def advancing(case_id: UUID, *given: Any, **more: Any) -> Case:
        if case_id == case.id:
            raise Invalid("party", "closed")
        return advance(case_id, *given, **more)

    patch.setattr(change_of_company, "advance", advancing)


def test_a_case_that_cannot_move_holds_up_no_other(
    two: tuple[Case, Case], newcomer: UUID, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = two
    fails_for(bad, monkeypatch)
    with capture_logs() as logs:
        assert move_open_work(at=FIRST_OF_APRIL) == 1
    assert (now(bad)[1], now(good)[1]) == (cast.property, newcomer)
    assert [(one["event"], one["case"]) for one in logs] == [("case was not handed over", str(bad.id))]


def test_twin_without_that_care_the_others_stay_too(
    two: tuple[Case, Case], cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_for(two[0], monkeypatch)
    monkeypatch.setattr(change_of_company, "_or_tell", lambda case_id, deed: deed())
    with pytest.raises(Invalid):
        move_open_work(at=FIRST_OF_APRIL)
    assert now(two[1])[1] == cast.property


def test_where_the_desk_has_closed_too_the_work_goes_to_the_one_that_answers_there_today(
    cast: Cast, noon: datetime
) -> None:
    case = in_hand(cast, noon)
    end_old(cast, APRIL, noon)
    close_old(cast, FIRST_OF_APRIL)
    for service in party_queries.services(cast.desk_a):
        parties.end_service(service.id, ends_on=APRIL, actor=SYSTEM, at=noon)
    Party.objects.filter(id=cast.desk_a).update(closed_on=APRIL)
    assert (move_open_work(at=FIRST_OF_APRIL), now(case)) == (1, ("dispatched", cast.office_desk, None))


@pytest.mark.parametrize("cases_there", [1, 4])
def test_a_spot_is_asked_about_once_however_many_cases_it_has(
    cases_there: int, cast: Cast, noon: datetime, django_assert_num_queries: Any
) -> None:
    for _ in range(cases_there):
        dispatched(cast, noon)
    with django_assert_num_queries(3):  # companies, their open cases, who serves the spot
        assert move_open_work(at=noon) == 0


def test_the_worker_moves_it_when_it_tidies_up(cast: Cast, newcomer: UUID, noon: datetime) -> None:
    case = dispatched(cast, noon)
    tick(FIRST_OF_APRIL)
    assert now(case)[1] == cast.property
    tick(FIRST_OF_APRIL, tidy=True)
    assert now(case)[1] == newcomer


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_move_each_case_once(
    cast: Cast, newcomer: UUID, office: Jurisdiction, noon: datetime
) -> None:
    case = dispatched(cast, noon)
    together(lambda: move_open_work(at=FIRST_OF_APRIL), workers=3, jurisdiction=office.id)
    events = [step.entry.event for step in story("case", case.id)]
    assert (now(case)[1], events.count("hand_over")) == (newcomer, 1)
