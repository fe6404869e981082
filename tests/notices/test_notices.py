"""New work is told to whoever must act, once; nobody reads of a case that is not his to see, nor at a post he has left."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Q

from gezhi.cases import actions as case_actions
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.flows import herald, herald_check
from gezhi.kernel.actor import SYSTEM, Duty
from gezhi.kernel.refusal import NotFound
from gezhi.notices import actions, queries
from gezhi.notices.models import Cursor, Notice
from gezhi.notices.whom import News
from gezhi.parties import queries as parties
from gezhi.parties import staff
from gezhi.parties.models import Account, PartyPost
from tests.cast import done, lin, walk
from tests.working import tick

MINUTE = timedelta(minutes=1)


def news(actor) -> list[tuple[str, str]]:
    """What waits for somebody, newest first: (number, what)."""
    return [(one.case.number, one.news) for one in queries.unread(actor).select_related("case")]


@pytest.fixture
def dispatched(cast, noon) -> Case:
    """Lin's broken glass, sent to the property company."""
    case = cast.lin_reports(noon)
    case = walk(
        case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon
    )
    worker.keep_books(noon)
    return case


def test_a_fresh_report_comes_to_the_clerk_of_the_desk(cast, noon):
    case = cast.lin_reports(noon)
    worker.keep_books(noon)
    assert news(cast.chen) == [(case.number, News.REPORTED)]
    assert [news(one) for one in (cast.sun, cast.gao, cast.mo)] == [[], [], []]


def test_work_comes_to_all_who_act_for_the_party_and_to_nobody_else(cast, dispatched):
    told = {
        name
        for name in ("wei", "chen", "zhao", "sun", "qian", "zhou", "gao", "mo")
        if news(getattr(cast, name))
    }
    assert told == {"sun", "qian"}
    assert news(cast.sun) == [(dispatched.number, News.DISPATCHED)]


def test_whoever_did_it_himself_needs_no_notice(cast, noon):
    case = walk(
        cast.lin_reports(noon),
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.desk_a)),
        at=noon,
    )
    worker.keep_books(noon)
    assert news(cast.chen) == []
    assert Notice.objects.filter(case=case, settled_at=None).count() == 1


def test_taken_by_one_it_is_new_to_nobody(cast, dispatched, noon):
    advance(dispatched.id, Move("take"), actor=cast.qian, at=noon + MINUTE)
    worker.keep_books(noon + MINUTE)
    assert (news(cast.sun), news(cast.qian)) == ([], [])


def test_a_whole_course_is_told_step_by_step(cast, dispatched, noon):
    walk(dispatched, (cast.qian, Move("take")), (cast.qian, done(noon)), at=noon)
    worker.keep_books(noon)
    assert news(cast.chen) == [(dispatched.number, News.TO_CHECK)]
    advance(dispatched.id, Move("fail_check", note="看过", reason="还在晃"), actor=cast.zhao, at=noon)
    worker.keep_books(noon)
    assert news(cast.qian) == [(dispatched.number, News.FAILED)]
    advance(dispatched.id, Move("urge"), actor=lin(dispatched), at=noon)
    until = noon + timedelta(days=9)
    advance(dispatched.id, Move("request_extension", reason="等玻璃", until=until), actor=cast.qian, at=noon)
    worker.keep_books(noon)
    assert news(cast.zhou) == [(dispatched.number, News.APPROVAL)]
    assert news(cast.qian) == [(dispatched.number, News.URGED)]  # of one case only the newest waits
    assert list(herald_check.findings(noon)) == []


def test_at_the_end_of_the_ladder_the_officer_is_told_himself(cast, dispatched, noon):
    at = noon
    for _ in range(12):
        at += timedelta(days=3)
        while tick(at):
            pass
    case = Case.objects.get(id=dispatched.id)
    assert (case.ladder_ended, case.escalated_person_id) == (True, cast.zhou.id)
    told = {(one.news, one.person_id) for one in queries.listed(cast.zhou)}
    assert (News.ESCALATED, cast.zhou.id) in told
    assert len(news(cast.zhou)) == 1  # of one case only the newest waits


def test_a_notice_is_read_once_by_each_and_all_can_be_read_at_once(cast, dispatched, noon):
    (one,) = queries.unread(cast.sun)
    assert actions.read(one.id, actor=cast.sun, at=noon) == ("case", dispatched.id)
    assert (queries.count(cast.sun), queries.count(cast.qian)) == (0, 1)
    assert [row.is_read for row in queries.listed(cast.sun)] == [True]
    assert actions.read_all(actor=cast.qian, at=noon) == 1
    assert actions.read_all(actor=cast.qian, at=noon) == 0
    with pytest.raises(NotFound):
        actions.read(one.id, actor=cast.gao, at=noon)


def test_the_company_complained_of_never_reads_of_it(cast, dispatched, noon):
    """The desk finds out later that it complains of the company that had it."""
    complaint = next(one for one in catalogue.leaves() if one.complains_of_party)
    assert queries.count(cast.sun) == 1
    advance(dispatched.id, Move("correct", category=complaint.id), actor=cast.chen, at=noon)
    assert (news(cast.sun), list(queries.listed(cast.sun))) == ([], [])
    worker.keep_books(noon)
    assert (news(cast.sun), list(queries.listed(cast.sun))) == ([], [])


def test_twin_asked_without_the_case_the_company_would_read_of_it(cast, dispatched, noon, monkeypatch):
    complaint = next(one for one in catalogue.leaves() if one.complains_of_party)
    advance(dispatched.id, Move("correct", category=complaint.id), actor=cast.chen, at=noon)
    monkeypatch.setattr(queries.cases, "is_visible", lambda *_: Q(case__isnull=False))
    assert news(cast.sun) == [(dispatched.number, News.DISPATCHED)]


@pytest.fixture
def told_to_zhou(cast, dispatched, noon) -> list[UUID]:
    """Two cases that are news to the party of the officer, who sees the whole office."""
    other = cast.lin_reports(noon)
    worker.keep_books(noon)
    one_each = dict(Notice.objects.order_by("id").values_list("case_id", "id")).values()
    Notice.objects.update(settled_at=noon)
    his = {"party_id": next(iter(cast.zhou.parties())), "person_id": None, "by": None, "settled_at": None}
    Notice.objects.filter(id__in=one_each).update(**his)
    return [dispatched.id, other.id]


def complains_of_zhou(cast, case_id: UUID) -> None:
    Case.objects.filter(id=case_id).update(complained_of_id=next(iter(cast.zhou.parties())))


def test_whoever_sees_the_whole_office_has_no_complaint_of_his_own_counted(cast, told_to_zhou):
    assert queries.count(cast.zhou) == 2
    complains_of_zhou(cast, told_to_zhou[0])
    assert queries.count(cast.zhou) == queries.unread(cast.zhou).count() == 1


def test_twin_without_a_look_at_the_complaints_it_would_be_counted(cast, told_to_zhou, monkeypatch):
    complains_of_zhou(cast, told_to_zhou[0])
    queries._counting.cache_clear()
    monkeypatch.setattr(queries.cases, "is_surely_visible", lambda *_: Q(case__isnull=False))
    assert queries.count(cast.zhou) == 2
    queries._counting.cache_clear()


def test_at_a_post_that_ended_nothing_is_read_any_more(cast, dispatched, noon):
    post = PartyPost.objects.get(account_id=cast.sun.id)
    staff.end_post(post.id, ends_on=noon.date(), actor=SYSTEM, at=noon)
    gone = parties.actor_of(Account.objects.get(id=cast.sun.id), noon)
    assert (queries.count(gone), list(queries.listed(gone))) == (0, [])


def test_an_administrator_is_told_of_no_case(cast, dispatched, admin_actor):
    assert queries.count(admin_actor) == 0
    assert not admin_actor.parties(Duty.CLERK)


def test_a_step_is_told_once_however_often_the_journal_is_read(cast, dispatched, noon):
    before = list(Notice.objects.order_by("id").values())
    assert herald.catch_up(at=noon) == 0
    assert list(Notice.objects.order_by("id").values()) == before


def test_twin_with_a_cursor_that_forgets_the_same_step_meets_the_database(cast, dispatched, noon):
    Cursor.objects.update(position=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        herald.catch_up(at=noon)


def test_a_reader_that_dies_between_its_writes_has_written_nothing(cast, dispatched, noon, monkeypatch):
    advance(dispatched.id, Move("return", reason="不归我们"), actor=cast.sun, at=noon)
    until = queries.told_until()

    def dying(*errands) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(herald.outbox, "queue", dying)
        with pytest.raises(KeyboardInterrupt):
            worker.keep_books(noon)
    assert queries.told_until() == until
    worker.keep_books(noon)
    assert news(cast.chen) == [(dispatched.number, News.RETURNED)]


@pytest.mark.parametrize("others", [0, 30])
def test_the_figure_beside_the_bell_costs_two_queries(
    others, cast, dispatched, noon, django_assert_num_queries
):
    for _ in range(others):
        cast.lin_reports(noon)
    worker.keep_books(noon)
    with django_assert_num_queries(2):
        assert queries.count(cast.chen) == others


def test_a_move_queues_nothing_for_the_staff(cast, noon, monkeypatch):
    """The journal row is what must follow: nothing else is written for it in the move's own transaction."""
    case = cast.lin_reports(noon)
    written: list[str] = []
    monkeypatch.setattr(
        case_actions.outbox, "queue", lambda *following: written.extend(one.kind for one in following)
    )
    advance(case.id, Move("accept"), actor=cast.chen, at=noon)
    advance(case.id, Move("dispatch", party=cast.property), actor=cast.chen, at=noon)
    assert written == ["message.reporter"]


def test_the_check_names_a_step_that_nobody_was_told_of(cast, dispatched, noon):
    assert list(herald_check.findings(noon)) == []
    Notice.objects.filter(news=News.DISPATCHED)._raw_delete("default")
    (found,) = herald_check.findings(noon)
    assert (found.invariant, found.where, found.what) == (
        "I12",
        dispatched.number,
        "dispatch: nobody was told that it is dispatched",
    )
