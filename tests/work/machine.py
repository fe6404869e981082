"""A state machine over real tasks on the real database: three parties, a link, timers, a follower that comes late; N1 to N7 after each step.

Each example runs in one transaction that is rolled back at its end. Moves of the case itself are made in between, as its own table offers them.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from gezhi.cases import check as case_check
from gezhi.cases import numbers
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move, Shown
from gezhi.flows import network_follow, share_out
from gezhi.journal import outbox, sealing
from gezhi.journal.models import Entry
from gezhi.kernel.actor import Actor, link
from gezhi.kernel.refusal import Invalid, NotFound, Refusal, Stale
from gezhi.work import actions as work
from gezhi.work import climbing, clock, queries
from gezhi.work.lifecycle import EVENTS, TaskOffer
from gezhi.work.models import Task, TaskLink
from gezhi.work.move import NewTask, TaskMove
from tests.cases.forms import brings, filled
from tests.cast import Cast, lin, photo, walk
from tests.work.conftest import holds

PICK = st.integers(0, 10_000)
MOST_TASKS = 5
# moves of the case that its people make meanwhile; what closes it, takes it on, gives it back, takes it up again
AROUND = (
    "take",
    "return",
    "dispatch",
    "raise",
    "done",
    "not_found",
    "pass_check",
    "fail_check",
    "wont_do",
    "reopen",
    "satisfied",
    "supervise",
    "report_back",
    "assign",
)
# values that a form may rightly be told to change
RIGHTLY = {("until", "beyond_the_case"), ("urge", "too_soon"), ("person", "not_of_party")}
Choice = TypeVar("Choice")


class Crash(Exception):
    """The server dies before its commit."""


def pick(number: int, among: Sequence[Choice]) -> Choice:
    return among[number % len(among)]


class Shared(RuleBasedStateMachine):
    """One case and its shares. taken: every event of a task that was really taken, over all examples."""

    cast: Cast
    noon: datetime
    taken: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        numbers.forget()
        self.at = self.noon
        self.forms: list[tuple[str, NewTask, list[Any]]] = []

    def teardown(self) -> None:
        try:
            self.follower_comes()
            assert list(case_check.findings()) == []
            events = Entry.objects.filter(subject_kind="task").values_list("event", flat=True)
            type(self).taken.update(events)
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)

    # ---- who, and what there is ----

    def staff(self) -> list[Actor]:
        cast = self.cast
        return [cast.wei, cast.chen, cast.zhao, cast.sun, cast.qian, cast.zhou, cast.gao, cast.mo]

    def hands(self) -> list[Actor]:
        """The staff, and whoever holds a link, living or not."""
        return [*self.staff(), *(link(id, "链接") for id in TaskLink.objects.values_list("id", flat=True))]

    @property
    def case(self) -> Case:
        return Case.objects.order_by("id")[0]

    def task(self, number: int) -> Task:
        return pick(number, list(Task.objects.order_by("id").select_related("case")))

    def having(self, task: Task) -> dict[str, Any]:
        """Something for everything that a move may ask for."""
        return {
            "note": "看过了",
            "reason": "有原因",
            "why": "unclear",
            "shown": (Shown(photo(self.at)),),
            "party": self.cast.agency,
            "person": self.cast.gao.id,
            "until": max(self.at, task.due_at) + timedelta(hours=1),
        }

    def written(self) -> tuple[object, ...]:
        return Entry.objects.count(), list(
            Task.objects.order_by("id").values_list("id", "version", "state", "party")
        )

    # ---- the steps ----

    @initialize()
    def begins(self) -> None:
        """A case in the hands of 孙 Sun's company, with one share out."""
        cast = self.cast
        moves = ((cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)))
        walk(cast.lin_reports(self.at), *moves, (cast.sun, Move("take")), at=self.at)
        self.a_share_is_sent(0)

    @precondition(lambda self: Task.objects.count() < MOST_TASKS)
    @rule(number=PICK)
    def a_share_is_sent(self, number: int) -> None:
        """By whoever leads it or its desk; to each party in turn, sometimes after another one."""
        case, cast = self.case, self.cast
        to = pick(number, (cast.agency, cast.team_a1, cast.owners, cast.office_desk))
        before = [one.id for one in Task.objects.filter(case=case)][:1] if number % 3 == 0 else []
        wish = NewTask(
            to,
            f"第{number}份",
            self.at + timedelta(hours=30),
            ("photo_after",),
            case=case.id,
            needs=tuple(before),
        )
        with suppress(Refusal):
            made = share_out.send(
                case.id,
                [wish],
                key=f"form-{number}",
                actor=pick(number, [cast.sun, cast.chen, cast.zhou]),
                at=self.at,
            )
            self.forms.append(
                (
                    f"form-{number}",
                    wish,
                    [pick(number, [cast.sun, cast.chen, cast.zhou]), [one.id for one in made]],
                )
            )
        self.holds()

    @precondition(lambda self: self.forms)
    @rule(number=PICK)
    def the_same_form_comes_again(self, number: int) -> None:
        key, wish, (actor, made) = pick(number, self.forms)
        before = self.written()
        with suppress(NotFound):  # who sent it may have lost the case since
            again = share_out.send(wish.case, [wish], key=key, actor=actor, at=self.at)
            assert [one.id for one in again] == made
        assert self.written() == before

    @rule(number=PICK)
    def somebody_does_what_is_offered(self, number: int) -> None:
        """An offer that is then refused fails the example, but for a value that a form may be told to change."""
        task = self.task(number)
        offered: list[tuple[Actor, TaskOffer]] = []
        for actor in self.hands():
            offered += [(actor, one) for one in queries.offers_for(task, actor=actor, at=self.at)]
        if not offered:
            return
        actor, offer = pick(number // 7, offered)
        having = self.having(task)
        asked = {"proof": ("shown",), "why": ("why",)}
        fields = {name for need in offer.needs for name in asked.get(need, (need,))}
        fields |= {"until"} if offer.event in {"grant_time", "send_back"} else set()
        move = TaskMove(offer.event, version=task.version, **{name: having[name] for name in fields})
        try:
            with transaction.atomic():
                work.advance(task.id, move, actor=actor, at=self.at)
        except Invalid as refused:
            if (refused.field, refused.code) not in RIGHTLY:
                raise
        self.holds()

    @rule(number=PICK, event=st.sampled_from(EVENTS))
    def somebody_tries_what_may_not_be_his(self, number: int, event: str) -> None:
        task, before = self.task(number), self.written()
        actor = pick(number // 5, [*self.hands(), lin(self.case)])
        try:
            with transaction.atomic():
                work.advance(task.id, TaskMove(event, **self.having(task)), actor=actor, at=self.at)
        except Refusal:
            assert self.written() == before
        self.holds()

    @rule(number=PICK)
    def two_at_once(self, number: int) -> None:
        """The second looked at a version that is gone."""
        task, before = self.task(number), self.written()
        with suppress(Refusal), transaction.atomic():
            work.advance(
                task.id,
                TaskMove("note", note="话", version=task.version + 1),
                actor=self.cast.sun,
                at=self.at,
            )
            raise AssertionError("a version that is none was taken")
        with suppress(Stale, NotFound), transaction.atomic():
            work.advance(
                task.id,
                TaskMove("note", note="话", version=task.version - 1),
                actor=self.cast.chen,
                at=self.at,
            )
            raise AssertionError("an old version was taken")
        assert self.written() == before

    @rule(number=PICK)
    def the_server_dies_before_the_commit(self, number: int) -> None:
        before = self.written()
        with suppress(Crash), transaction.atomic():
            self.somebody_does_what_is_offered(number)
            raise Crash
        assert self.written() == before

    @rule(number=PICK)
    def the_case_moves_on(self, number: int) -> None:
        case = self.case
        who = [*self.staff(), *([lin(case)] if cases.report_ids([case.id]) else [])]
        offered = [
            (actor, offer)
            for actor in who
            for offer in cases.offers_for(case, actor=actor, at=self.at)
            if offer.event in AROUND
        ]
        if not offered:
            return
        actor, offer = pick(number, offered)
        move = filled(offer, brings(self.cast, case, None, self.at))
        with suppress(Invalid), transaction.atomic():
            advance(case.id, move, actor=actor, at=self.at)
        self.holds()

    @rule(number=PICK, days=st.integers(0, 13))
    def a_link_is_made(self, number: int, days: int) -> None:
        task = self.task(number)
        if TaskLink.objects.filter(task=task, ended_at=None).exists():
            return
        until = self.at + timedelta(days=days, hours=1)
        TaskLink.objects.create(
            task=task, party_id=task.party_id, made_at=self.at, made_by_id=self.cast.sun.id, expires_at=until
        )

    @rule(hours=st.sampled_from((1, 5, 26, 24 * 4)))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        while (due := outbox.next_due(clock.TIMER)) and due.at <= self.at:
            climbing.fire(Task.objects.get(id=due.key).id, at=self.at)
        self.holds()

    @rule()
    def follower_comes(self) -> None:
        """Late, as it may be: until then what a closed case left open waits."""
        sealing.seal(at=self.at)
        network_follow.catch_up(at=self.at)
        case = self.case
        assert case.closed_at is None or not case.tasks_open
        self.holds()

    def holds(self) -> None:
        assert holds() == []
