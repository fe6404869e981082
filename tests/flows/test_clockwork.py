"""One timer fires: it does what the case's clock says, goes up the parties as they stand today, and never hangs."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from gezhi.cases import check, timing
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.deadlines import Act
from gezhi.cases.models import Case, Escalation
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows.clockwork import MOST_PARTIES_ABOVE, fire
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.journal.models import Entry, Errand
from gezhi.kernel.actor import SYSTEM, VISITOR, Duty
from gezhi.kernel.refusal import NotFound
from gezhi.parties import actions as parties
from gezhi.parties import staff
from gezhi.parties.models import Party, PartyPost
from gezhi.reports.intake import Intake
from tests.cast import PASSWORD, START, Cast, walk

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


# ---- the ladder ends at a person ----

NOBODY = "is at the end of its ladder, and no officer stands there: appoint one"


def officer(
    cast: Cast, name: str, at: datetime, place: UUID | None = None, party: UUID | None = None
) -> UUID:
    """One more officer, for a place or for everything."""
    account = staff.add_account(
        name, name, password=PASSWORD, must_change_password=False, actor=SYSTEM, at=at
    )
    post = staff.NewPost(party or cast.office_desk, Duty.OFFICER, START, place_id=place)
    staff.appoint(account, post, actor=SYSTEM, at=at)
    return account


def leave(account: UUID | None, at: datetime) -> None:
    """His posts are over from today."""
    for post in PartyPost.objects.filter(account=account, ends_on=None):
        staff.end_post(post.id, ends_on=at.date(), actor=SYSTEM, at=at)


def ends(case: Case) -> tuple[list[UUID | None], UUID | None]:
    """Whom each rung names, and who has it in the end."""
    case.refresh_from_db()
    rows = Escalation.objects.filter(case=case).order_by("level")
    return list(rows.values_list("person_id", flat=True)), case.escalated_person_id


@pytest.mark.parametrize("where", ["stairwell", "street_b", ""])
def test_the_ladder_ends_at_a_named_officer_wherever_it_is(where: str, cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon, place=getattr(cast.town, where or "stairwell"))
    if not where:
        case = unlocated(cast, noon)
    parties_asked = climb(case, noon)
    assert ends(case) == ([None] * (len(parties_asked) - 1) + [cast.zhou.id], cast.zhou.id)
    assert list(check.findings()) == []


def unlocated(cast: Cast, at: datetime) -> Case:
    """A report that names no place: the intake desk has it."""
    received = receive_report(Voice(Intake("web", text="哪里漏水了")), actor=VISITOR, at=at)
    return cases.of_report(received.report_id)


def test_the_nearest_officer_of_the_last_party_has_it(cast: Cast, noon: datetime) -> None:
    near = officer(cast, "near", noon, place=cast.town.community_a)
    officer(cast, "strange", noon, place=cast.town.compound, party=cast.agency)
    officer(cast, "away", noon, place=cast.town.community_b)
    case = cast.lin_reports(noon)
    climb(case, noon)
    assert ends(case)[1] == near


def test_an_officer_who_left_is_followed_by_the_next_at_the_next_reminder(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    climb(case, noon, days=6)
    assert ends(case)[1] == cast.zhou.id
    late = noon + 6 * DAY
    leave(cast.zhou.id, late)
    heir = officer(cast, "heir", late)
    climb(case, late, days=3)
    assert ends(case) == ([None, cast.zhou.id], heir)
    assert [one for one in check.findings() if one.where == case.number] == []


def test_a_ladder_without_an_officer_is_found_and_mended_once_there_is_one(
    cast: Cast, noon: datetime
) -> None:
    """An administrator does not stand for him: what people said is not his to read."""
    leave(cast.zhou.id, noon)
    keeper = staff.add_account(
        "he", "何", password=PASSWORD, must_change_password=False, actor=SYSTEM, at=noon
    )
    staff.appoint(keeper, staff.NewPost(cast.office_desk, Duty.ADMIN, START), actor=SYSTEM, at=noon)
    case = cast.lin_reports(noon)
    climb(case, noon, days=6)
    assert (ends(case)[1], list(check.findings())) == (None, [("I10", case.number, NOBODY)])
    late = noon + 6 * DAY
    found = officer(cast, "heir", late)
    climb(case, late, days=3)
    assert (ends(case)[1], list(check.findings())) == (found, [])


def test_twin_a_ladder_that_names_nobody_is_found(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.flows.clockwork._officer", lambda *args: None)
    case = cast.lin_reports(noon)
    climb(case, noon)
    assert list(check.findings()) == [("I10", case.number, NOBODY)]


def test_a_new_round_is_nobodys_yet(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    climb(case, noon)
    late = noon + 12 * DAY
    case = walk(
        case,
        (cast.chen, Move("accept")),
        (cast.chen, Move("not_found", note="没看到")),
        (cast.zhao, Move("fail_check", reason="就在那里")),
        at=late,
    )
    assert (case.escalated_to_id, case.escalated_person_id) == (None, None)


def test_what_is_complained_of_does_not_end_at_the_companys_own_man(cast: Cast, noon: datetime) -> None:
    officer(cast, "boss", noon, place=cast.town.compound, party=cast.property)
    complaint = next(one for one in catalogue.leaves() if catalogue.category(one.id).complains_of_party)
    case = cast.lin_reports(noon, category=complaint.id)
    assert case.complained_of_id == cast.property
    climb(case, noon)
    assert ends(case)[1] == cast.zhou.id
