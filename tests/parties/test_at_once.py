"""Several people at the same moment: one wins, the others are told; nothing is served or planned twice."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from gezhi.duty import actions as duty
from gezhi.duty import check as duty_check
from gezhi.duty.actions import OnDuty
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, Refusal
from gezhi.parties import actions, check, hiring, staff
from gezhi.parties.actions import Ground
from gezhi.parties.models import PartyPost, ResetCode
from gezhi.parties.staff import NewPost
from gezhi.tenancy.current import current, scope
from tests.parties.town import Town

pytestmark = pytest.mark.django_db(transaction=True)
NEXT_YEAR = date(2027, 1, 1)


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """Each deed in a thread of its own, all let go together: "done" or the refusal's code, sorted."""
    office, start, ends = current(), threading.Barrier(len(deeds)), []

    def run(deed: Callable[[], object]) -> None:
        try:
            with scope(office):
                start.wait()
                deed()
            ends.append("done")
        except Refusal as refused:
            ends.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_of_four_companies_at_once_one_gets_the_place(town: Town, admin_actor: Actor, noon: datetime) -> None:
    who = {"actor": admin_actor, "at": noon}
    companies = [
        actions.add_party("property", f"物业{one}", f"W{one}", "0631-000-0131", **who) for one in range(4)
    ]

    def serve(company: UUID) -> Callable[[], UUID]:
        return lambda: actions.serve(
            company, "property", Ground(town.building.id), starts_on=NEXT_YEAR, **who
        )

    assert at_once(*map(serve, companies)) == ["done", "overlaps", "overlaps", "overlaps"]
    assert list(check.findings()) == []


def test_of_four_rosters_at_once_one_is_taken(town: Town, admin_actor: Actor, noon: datetime) -> None:
    def plan(number: int) -> Callable[[], UUID]:
        start = noon + timedelta(hours=number)
        return lambda: duty.plan_shift(
            town.company,
            OnDuty(f"老王{number}"),
            start,
            start + timedelta(hours=8),
            actor=admin_actor,
            at=noon,
        )

    assert at_once(*map(plan, range(4))) == ["done", "overlaps", "overlaps", "overlaps"]
    assert list(duty_check.findings()) == []


def test_wrong_codes_at_once_all_count(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff.codes, "MOST_WRONG_TRIES", 5)
    code = staff.reset_password(town.people["魏"].id, actor=admin_actor, at=noon)

    def guess() -> UUID:
        return staff.use_reset_code("wei", "22222-22222", "海边的-长椅-4711", at=noon)

    assert at_once(*[guess] * 5) == ["not_valid"] * 5
    assert not ResetCode.objects.exists()
    with pytest.raises(Invalid):
        staff.use_reset_code("wei", code, "海边的-长椅-4711", at=noon)


def test_of_two_last_administrators_one_stays(town: Town, admin_actor: Actor, noon: datetime) -> None:
    who = {"actor": admin_actor, "at": noon}
    second = staff.appoint(town.people["周"].id, NewPost(town.office, Duty.ADMIN, date(2026, 1, 1)), **who)

    def end(post: UUID) -> Callable[[], object]:
        return lambda: staff.end_post(post, ends_on=noon.date(), **who)

    assert at_once(end(town.posts["管理员"]), end(second)) == ["done", "last_administrator"]


def a_post_by_sheet_while_the_same_is_given_by_hand(town: Town, admin: Actor, noon: datetime) -> list[str]:
    """The sheet is judged; then somebody gives that post by hand, if he may; then the sheet is written."""
    who, judged, given = {"actor": admin, "at": noon}, threading.Event(), threading.Event()
    post = NewPost(town.desk, Duty.CLERK, date(2026, 3, 2))

    @transaction.atomic
    def by_sheet() -> None:
        row = hiring.Hire("wei", "魏", post.party_id, post.duty, None, None, post.starts_on, None)
        made = hiring.plan([row], **who)
        judged.set()
        given.wait(1)
        hiring.carry_out(made, **who)

    def by_hand() -> None:
        judged.wait(10)
        staff.appoint(town.people["魏"].id, post, **who)
        given.set()

    return at_once(by_sheet, by_hand)


def clerks_posts(town: Town) -> int:
    return PartyPost.objects.filter(account=town.people["魏"].id, duty="clerk").count()


def test_by_hand_and_by_sheet_at_once_gives_one_post(town: Town, admin_actor: Actor, noon: datetime) -> None:
    ends = a_post_by_sheet_while_the_same_is_given_by_hand(town, admin_actor, noon)
    assert (ends, clerks_posts(town)) == (["done", "overlaps"], 1)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time anyway")
def test_twin_did_the_hand_not_take_its_turn_there_would_be_two(
    town: Town, admin_actor: Actor, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff, "take_turn", lambda: None)
    ends = a_post_by_sheet_while_the_same_is_given_by_hand(town, admin_actor, noon)
    assert (ends, clerks_posts(town)) == (["done", "done"], 2)
