"""One timer fires: it does what the case's clock says, goes up the parties as they stand today, and never hangs."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from gezhi.cases import timing
from gezhi.cases.actions import advance
from gezhi.cases.deadlines import Act
from gezhi.cases.models import Case, Escalation
from gezhi.cases.move import Move
from gezhi.flows.clockwork import MOST_PARTIES_ABOVE, fire
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import NotFound
from gezhi.parties import actions as parties
from gezhi.parties.models import Party
from tests.cast import Cast

DAY = timedelta(days=1)


def climb(case: Case, at: datetime, days: int = 12) -> list[UUID]:
    """Fire once a day; the parties it was escalated to, in order."""
    for day in range(days):
        fire(case.id, at=at + day * DAY)
    rows = Escalation.objects.filter(case=case).order_by("level")
    return list(rows.values_list("party_id", flat=True))


def test_it_says_what_it_did_and_sets_the_timer_to_the_next_moment(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    acts = [fire(case.id, at=noon + hours * timedelta(hours=1)) for hours in (0, 5, 6, 7)]
    assert acts == [None, Act.REMIND, Act.ESCALATE, None]
    case.refresh_from_db()
    assert Errand.objects.get(kind=timing.TIMER).due_at == timing.timer_at(case) > noon + timedelta(hours=7)


def test_a_case_that_is_not_there_is_refused(cast: Cast, noon: datetime) -> None:
    with pytest.raises(NotFound):
        fire(uuid4(), at=noon)


def test_a_party_put_in_between_is_a_rung_from_then_on(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    section = parties.add_party(
        "subdistrict", "社区治理科", "zlk", "0631-0000111", parent_id=cast.office_desk, actor=SYSTEM, at=noon
    )
    parties.put_under(cast.desk_a, section, actor=SYSTEM, at=noon)
    assert climb(case, noon) == [cast.desk_a, section, cast.office_desk]


def test_a_ladder_longer_than_anybodys_still_ends(cast: Cast, noon: datetime) -> None:
    """Twin of the bound: a circle of parties, put in by hand, does not keep the worker for ever."""
    case = cast.lin_reports(noon)
    Party.objects.filter(id=cast.office_desk).update(parent=cast.desk_a)
    assert climb(case, noon) == [cast.desk_a, cast.office_desk]
    assert Case.objects.get(id=case.id).ladder_ended
    assert MOST_PARTIES_ABOVE >= 5


def test_what_cannot_be_written_down_is_not_done(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("journal")

    case, entries = cast.lin_reports(noon), Entry.objects.count()
    monkeypatch.setattr("gezhi.cases.actions.record", fail)
    with pytest.raises(RuntimeError):
        fire(case.id, at=noon + DAY)
    case.refresh_from_db()
    assert (case.reminded_at, Entry.objects.count()) == (None, entries)


def test_a_reminder_belongs_to_its_stage(cast: Cast, noon: datetime) -> None:
    """Reminded of the acceptance, then accepted: the next stage is reminded of anew."""
    case = cast.lin_reports(noon)
    assert fire(case.id, at=noon + timedelta(hours=5)) is Act.REMIND
    case = advance(case.id, Move("accept"), actor=cast.chen, at=noon + timedelta(hours=5))
    case = advance(case.id, Move("made_safe", note="围好了"), actor=cast.wei, at=noon + timedelta(hours=5))
    assert case.reminded_at is None
    assert fire(case.id, at=case.due_at or noon) is Act.REMIND
