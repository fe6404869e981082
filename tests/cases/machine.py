"""A state machine over the real actions on the real database: whoever, whatever, in whatever order, and every promise after each step.

Hypothesis chooses the steps; each example runs in one transaction that is rolled back at its end. What must hold: `promises_hold`.
"""

import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gezhi.cases import calls, check, numbers
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.lifecycle import EVENTS, Offer
from gezhi.cases.models import CallBack, Case, Pause
from gezhi.cases.move import Move
from gezhi.cases.policy import visible_to
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.duty import queries as duty
from gezhi.flows import change_of_company, clockwork, reach_reporter
from gezhi.flows.found_and_solved import found_and_solved
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.flows.reporter_speaks import REASONS, Saying, reporter_speaks
from gezhi.flows.route import advance_and_route
from gezhi.insight.figures import check as figures_check
from gezhi.journal import check as journal_check
from gezhi.journal import outbox
from gezhi.journal.models import Entry
from gezhi.kernel.actor import SYSTEM, VISITOR, Actor
from gezhi.kernel.refusal import Invalid, NotFound, Refusal, Stale
from gezhi.ledger import check as ledger_check
from gezhi.parties import actions as parties
from gezhi.parties import queries as party_queries
from gezhi.parties.days import local_day
from gezhi.reports import check as reports_check
from gezhi.reports import queries as reports
from gezhi.reports.intake import Intake
from tests.cases.forms import CLOCKWORK, ON_THE_SIDE, brings, everything, filled, hand_of
from tests.cast import Cast, done, lin, photo, walk

MOST_CASES = 5
PHONE = "13800138000"
HOW = ("qr", "qr and phone", "phone")
PICK = st.integers(0, 2**32)
T = TypeVar("T")


def pick(number: int, among: Sequence[T]) -> T:
    """One of these; near numbers pick things far apart."""
    return among[number * 2654435761 % 2**32 % len(among)]


class Crash(Exception):
    """The process dies before the commit."""


def promises_hold(at: datetime) -> None:
    """All that is known to be provable: `whole_books` with `every_case`."""
    whole_books(at)
    every_case(at)


def whole_books(at: datetime) -> None:
    """I5, I6, I8, I13, I14: receipts, the sealed chain with its words, the ledger and the figures recounted."""
    worker.keep_books(at)
    for proof in (journal_check, reports_check, ledger_check, figures_check):
        assert list(proof.findings()) == []


def every_case(at: datetime) -> None:
    """I1–I4, I7, I9–I12, and what no finding says yet: pauses and questions for more time only in hand, nobody asked in vain."""
    assert list(check.findings()) == []
    assert list(outbox.parked()) == []
    rows = list(Case.objects.all())
    paused = set(Pause.objects.filter(ended_at=None).values_list("case_id", flat=True))
    assert paused == {one.id for one in rows if one.review_at}
    assert {one.state for one in rows if one.review_at or one.extension_until} <= {"in_hand"}
    for found in duty.answering_for({one.lead_id for one in rows if one.closed_at is None}, at).values():
        assert found.phone  # I1: in the last resort its standing phone
    asked = CallBack.objects.filter(kind="please_confirm", done_at=None).values_list("case_id", flat=True)
    assert {one.state for one in rows if one.id in set(asked)} <= {"to_confirm"}


class Office(RuleBasedStateMachine):
    """The cast at work. taken: every event that was really taken in this process, over all examples."""

    cast: Cast
    noon: datetime
    books_every = 6
    taken: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        shutil.rmtree(settings.GEZHI_DATA / "heads", ignore_errors=True)  # of the example before, rolled back
        numbers.forget()
        self.at = self.noon
        self.sent: list[tuple[Voice, str]] = []
        self.companies = [self.cast.property]
        self.beside = 0  # steps beside the work since the last move
        self.steps = 0

    def teardown(self) -> None:
        try:
            promises_hold(self.at)
            events = Entry.objects.filter(subject_kind="case").values_list("event", flat=True)
            type(self).taken.update(events)
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # ---- the people, and what they may do ----

    def staff(self) -> list[Actor]:
        cast = self.cast
        return [cast.wei, cast.chen, cast.zhao, cast.sun, cast.qian, cast.zhou, cast.gao, cast.mo]

    def case(self, number: int) -> Case:
        return pick(number, list(Case.objects.order_by("id")))

    def offered(self, case: Case) -> dict[str, list[tuple[Actor, Offer]]]:
        """Every move that anybody is offered now, by event; the timer's own are its own."""
        hands = [one for one in self.staff() if visible_to(one).filter(id=case.id).exists()]
        hands += [lin(case)] if cases.report_ids([case.id]) else []
        found: dict[str, list[tuple[Actor, Offer]]] = {}
        for actor in (*hands, SYSTEM):
            for offer in cases.offers_for(case, actor=actor, at=self.at):
                is_timers = actor is SYSTEM and offer.event in CLOCKWORK
                wants_category = offer.event == "done" and case.category_id is None
                wants_person = offer.event == "assign" and hand_of(case, self.at) is None
                if not is_timers and not wants_category and not wants_person:
                    found.setdefault(offer.event, []).append((actor, offer))
        return found

    def into(self, case: Case, number: int) -> UUID | None:
        """An open case that this one may join: seen by the same desk, hidden from the same company."""
        others = Case.objects.filter(closed_at=None, complained_of=case.complained_of_id, desk=case.desk_id)
        return pick(number, [one.id for one in others.exclude(id=case.id).order_by("id")] or [None])

    def move(self, number: int, quiet: bool) -> None:
        """One of all moves on offer, really made. An offer that is then refused fails the example."""
        case = self.case(number // 7)
        offered = {
            event: [one for one in ways if quiet or not one[1].quiet]
            for event, ways in self.offered(case).items()
        }
        into = self.into(case, number)
        events = sorted(event for event, ways in offered.items() if ways and (event != "join" or into))
        if not quiet:
            events = [event for event in events if event not in ON_THE_SIDE] or events
        if not events:
            return
        actor, offer = pick(number // 3, offered[pick(number, events)])
        move = filled(offer, brings(self.cast, case, into, self.at))
        try:
            with transaction.atomic():
                advance_and_route(case.id, move, actor=actor, at=self.at)
        except Invalid as refused:
            if (refused.field, refused.code) != ("party", "complained_of"):
                raise  # the only value that a form may rightly be told to change here
        self.beside = 0

    def may_do_else(self) -> bool:
        """Something beside the work, after two moves of it."""
        return self.beside < 1 and Case.objects.exists()

    # ---- the steps ----

    @initialize(
        kind=st.sampled_from(("0101", "0501", "1204", "")), how=st.sampled_from(HOW), far=st.integers(0, 5)
    )
    def begins(self, kind: str, how: str, far: int) -> None:
        """One case anywhere, and one that is some way along already."""
        self.reported(kind, "qr")
        self.reported("0101", how)
        case = Case.objects.order_by("id")[1]
        walk(case, *self.way(case)[:far], at=self.at)

    def way(self, case: Case) -> tuple[tuple[Actor, Move], ...]:
        cast = self.cast
        send, seen = Move("dispatch", party=cast.agency), Move("pass_check", note="干净了")
        accept, take = (cast.chen, Move("accept")), (cast.gao, Move("take"))
        return accept, (cast.chen, send), take, (cast.gao, done(self.at)), (cast.zhao, seen)

    def reported(self, kind: str, how: str) -> None:
        row = self.cast.town.row(self.cast.town.stairwell)
        intake = Intake(
            how.split()[0],
            text="门坏了",
            place=row.id,
            place_path=row.path,
            contact=PHONE if how != "qr" else "",
            category=catalogue.by_code(kind).id if kind else None,
            key=f"machine-key-{len(self.sent):012d}",
        )
        actor = self.cast.chen if how == "phone" else VISITOR
        self.sent.append(
            (Voice(intake, row), receive_report(Voice(intake, row), actor=actor, at=self.at).code)
        )

    @precondition(lambda self: len(self.sent) < MOST_CASES)
    @rule(kind=st.sampled_from(("0101", "0501", "1204", "")), how=st.sampled_from(HOW))
    def somebody_reports(self, kind: str, how: str) -> None:
        self.reported(kind, how)

    @rule(number=PICK)
    def work_goes_on(self, number: int) -> None:
        self.move(number, quiet=False)

    @rule(number=PICK)
    def work_goes_on_elsewhere(self, number: int) -> None:
        self.move(number ^ 0xABCDEF, quiet=False)

    @rule(number=PICK)
    def anything_is_done(self, number: int) -> None:
        self.move(number, quiet=True)

    @rule(hours=st.sampled_from((1, 3, 26, 24 * 4, 24 * 9)))
    def time_passes(self, hours: int) -> None:
        """The clock strikes: timers fire, messages go out, until nothing is due."""
        self.at += timedelta(hours=hours)
        for _ in range(20):
            if not worker.do_errands(self.at):
                return
        raise AssertionError("the worker never comes to rest")

    @precondition(may_do_else)
    @rule(number=PICK)
    def the_same_report_comes_again(self, number: int) -> None:
        """I5, I6: the same receipt for ever, and its code finds it."""
        self.beside += 1
        voice, code = pick(number, self.sent)
        if reports.by_code(code).erased_at is None:
            again = receive_report(voice, actor=VISITOR, at=self.at)
            assert (again.code, again.is_new) == (code, False)

    @precondition(may_do_else)
    @rule(number=PICK, event=st.sampled_from(EVENTS))
    def somebody_tries_what_may_not_be_his(self, number: int, event: str) -> None:
        """I9: done by whom it is drawn for, or refused with a reason and nothing changed."""
        self.beside += 1
        case = self.case(number)
        other = self.case(number + 1)
        actor = pick(number // 5, [*self.staff(), *map(lin, self.with_reports(other)), VISITOR])
        having = brings(self.cast, case, self.into(case, number), self.at)
        before = self.written()
        try:
            with transaction.atomic():
                advance(case.id, everything(event, having), actor=actor, at=self.at)
        except Refusal:
            assert self.written() == before

    def with_reports(self, *found: Case) -> list[Case]:
        return [case for case in found if cases.report_ids([case.id])]

    def written(self) -> tuple[object, ...]:
        """What a refused or broken-off deed must leave as it is."""
        return Entry.objects.count(), list(Case.objects.order_by("id").values_list("id", "version", "state"))

    @precondition(may_do_else)
    @rule(number=PICK)
    def two_at_once(self, number: int) -> None:
        """I4: the second looked at a version that is gone."""
        self.beside += 1
        case = self.case(number)
        for event, ways in sorted(self.offered(case).items()):
            if case.version == 1 or (event == "join" and not self.into(case, number)):
                continue
            actor, offer = pick(number, ways)
            move = everything(
                event,
                brings(self.cast, case, self.into(case, number), self.at) | {"version": case.version - 1},
            )
            before = self.written()
            with suppress(Stale), transaction.atomic():
                advance(case.id, move, actor=actor, at=self.at)
                raise AssertionError(f"{offer.event} on an old version was taken")
            assert self.written() == before
            return

    @precondition(may_do_else)
    @rule(number=PICK)
    def the_server_dies_before_the_commit(self, number: int) -> None:
        self.beside += 1
        before = self.written()
        with suppress(Crash), transaction.atomic():
            self.move(number, quiet=True)
            raise Crash
        assert self.written() == before

    @precondition(may_do_else)
    @rule(is_done=st.booleans())
    def the_worker_dies_before_it_marks(self, is_done: bool) -> None:
        """I12, I10: what it had leased is done again when the lease has run out; doing it twice escalates once."""
        self.beside += 1
        for errand in outbox.claim(at=self.at, limit=3):
            if is_done:
                worker.HANDLERS[errand.kind](errand, self.at)
        self.at += timedelta(minutes=2)

    @precondition(may_do_else)
    @rule(number=PICK)
    def a_timer_fires_twice(self, number: int) -> None:
        self.beside += 1
        self.at += timedelta(days=2)
        case = self.case(number)
        first, second = (clockwork.fire(case.id, at=self.at) for _ in range(2))
        assert first is None or first != second

    @precondition(may_do_else)
    @rule(number=PICK, event=st.sampled_from(("add", "urge", "answer", "satisfied", "unsatisfied", "reopen")))
    def a_reporter_speaks(self, number: int, event: str) -> None:
        self.beside += 1
        case = self.case(number)
        said = cases.report_ids([case.id]).get(case.id)
        if not said:
            return
        words = "北门那一扇" if event in {"add", "answer"} else ""
        saying = Saying(event, text=words, reason=pick(number, sorted(REASONS)), version=case.version)
        before = self.written()
        try:
            reporter_speaks(pick(number, said), saying, at=self.at)
        except Refusal:
            assert self.written() == before

    @precondition(lambda self: self.may_do_else() and cases.owed_calls(self.cast.chen).exists())
    @rule(number=PICK, outcome=st.sampled_from(("satisfied", "unsatisfied", "told", "not_reached")))
    def the_desk_rings_up(self, number: int, outcome: str) -> None:
        self.beside += 1
        call = pick(number, list(cases.owed_calls(self.cast.chen)))
        with suppress(Invalid):  # an outcome that does not fit the call
            calls.note_call(call.id, outcome, "他说知道了", actor=self.cast.chen, at=self.at)

    @precondition(may_do_else)
    @rule(number=PICK)
    def a_reporter_is_forgotten(self, number: int) -> None:
        """I14."""
        self.beside += 1
        case = self.case(number)
        said = cases.report_ids([case.id]).get(case.id)
        if said:
            with suppress(Refusal):
                reach_reporter.forget(case.id, said[0], "本人要求", actor=self.cast.chen, at=self.at)

    @precondition(may_do_else)
    @rule()
    def another_company_serves_the_compound(self) -> None:
        """From tomorrow; what the old one has open moves that day, once."""
        self.beside += 1
        who = {"actor": SYSTEM, "at": self.at}
        name, code = f"新航物业{len(self.companies)}", f"xh{len(self.companies)}"
        fresh = parties.add_party("property", name, code, "0631-0000110", parent_id=self.cast.desk_a, **who)
        tomorrow = local_day(self.at) + timedelta(days=1)
        old = party_queries.services(self.companies[-1])[-1]
        parties.end_service(old.id, ends_on=tomorrow, **who)
        ground = parties.Ground(place_id=self.cast.town.compound)
        parties.serve(fresh, "property", ground, starts_on=tomorrow, **who)
        self.companies.append(fresh)
        self.at += timedelta(days=1)
        change_of_company.move_open_work(at=self.at)
        assert change_of_company.move_open_work(at=self.at) == 0

    @precondition(may_do_else)
    @rule(number=PICK)
    def wei_solves_something_on_the_spot(self, number: int) -> None:
        self.beside += 1
        row = self.cast.town.row(self.cast.town.stairwell)
        known = {"category": catalogue.by_code("0101").id, "key": f"machine-walk-{number:012d}"}
        voice = Voice(Intake("staff", text="楼道里有垃圾", place=row.id, place_path=row.path, **known), row)
        with suppress(NotFound):
            found_and_solved(
                voice, after=(photo(self.at),), presence="place_code", actor=self.cast.wei, at=self.at
            )

    @invariant()
    def every_promise_holds(self) -> None:
        """What costs most is asked at every so many steps: what it proves does not heal between them."""
        every_case(self.at)
        if self.steps % self.books_every == 0:
            whole_books(self.at)
        self.steps += 1
