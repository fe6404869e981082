"""F14: two people act at once on one case. One wins, the other hears that it changed; nobody ever sees anything else."""

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import combinations_with_replacement
from typing import NamedTuple

import pytest
from django.db import connection, transaction

from gezhi.cases import check, numbers, queries
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move, Shown
from gezhi.journal.models import Entry
from gezhi.kernel.actor import Actor
from gezhi.tenancy.current import current, scope
from tests.cast import Cast, done, lin, photo, walk

pytestmark = pytest.mark.django_db(transaction=True)
LATE = {"stale", "not_from_here"}


class Wish(NamedTuple):
    """Who wants to do what; the move is made anew for each pair, as a picture can be shown only once."""

    who: Callable[[Cast, Case], Actor]
    move: Callable[[Cast, datetime], Move]


def staff(name: str, move: Callable[[Cast, datetime], Move]) -> Wish:
    return Wish(lambda cast, case: getattr(cast, name), move)


def said(event: str, **more: object) -> Callable[[Cast, datetime], Move]:
    return lambda cast, at: Move(event, note="看过现场", reason="情况如此", **more)


def given(event: str, party: str) -> Callable[[Cast, datetime], Move]:
    return lambda cast, at: Move(event, party=getattr(cast, party), reason="由其办理")


def until(event: str) -> Callable[[Cast, datetime], Move]:
    return lambda cast, at: Move(event, note="会上定", reason="等配件", until=at + timedelta(days=9))


def on_spot(cast: Cast, at: datetime) -> Move:
    return Move("solve_on_spot", presence="place_code", shown=(Shown(photo(at)),))


TO_ACCEPT = (staff("chen", said("accept")),)
TO_DISPATCH = (*TO_ACCEPT, staff("chen", given("dispatch", "property")))
TO_TAKE = (*TO_DISPATCH, staff("qian", said("take")))
TO_DONE = (*TO_TAKE, staff("qian", lambda cast, at: done(at)))
TO_PASS = (*TO_DONE, staff("zhao", said("pass_check")))
RESIDENT = Wish(lambda cast, case: lin(case), said("satisfied"))

TO_ASK = (staff("chen", said("ask")),)

# how a case comes to where two people meet over it, and what they want there
MEETINGS: Mapping[str, tuple[tuple[Wish, ...], tuple[Wish, ...]]] = {
    "reported": (
        (),
        (
            staff("chen", said("accept")),
            staff("wei", said("accept")),
            staff("chen", said("ask")),
            staff("zhou", said("decline")),
            staff("chen", said("correct")),
        ),
    ),
    "asked": (
        TO_ASK,
        (
            Wish(lambda cast, case: lin(case), said("answer")),
            staff("chen", said("answer")),
            staff("chen", said("note")),
        ),
    ),
    "opened": (
        TO_ACCEPT,
        (
            staff("chen", given("dispatch", "property")),
            staff("zhou", given("dispatch", "agency")),
            staff("wei", on_spot),
            staff("zhou", said("not_ours")),
            staff("wei", said("not_found")),
            staff("chen", said("note")),
        ),
    ),
    "dispatched": (
        TO_DISPATCH,
        (
            staff("qian", said("take")),
            staff("sun", said("take")),
            staff("sun", said("return")),
            staff("chen", said("undo_dispatch")),
            staff("zhou", said("wont_do")),
            staff("qian", said("not_found")),
        ),
    ),
    "in_hand": (
        TO_TAKE,
        (
            staff("qian", lambda cast, at: done(at)),
            staff("sun", given("raise", "agency")),
            staff("sun", until("request_extension")),
            staff("zhou", until("carry_forward")),
            staff("chen", until("put_to_meeting")),
            staff("qian", said("made_safe")),
        ),
    ),
    "to_check": (TO_DONE, (staff("zhao", said("pass_check")), staff("chen", said("fail_check")))),
    "to_confirm": (
        TO_PASS,
        (
            RESIDENT,
            Wish(lambda cast, case: lin(case), said("unsatisfied")),
            staff("chen", said("satisfied")),
            staff("chen", said("unsatisfied")),
        ),
    ),
    "closed": (
        (*TO_PASS, RESIDENT),
        (
            staff("chen", said("reopen")),
            staff("zhou", said("reopen")),
            Wish(lambda cast, case: lin(case), said("reopen")),
        ),
    ),
}


def brought(cast: Cast, state: str, at: datetime) -> Case:
    """A fresh case of Lin's in this state."""
    case = cast.lin_reports(at)
    for wish in MEETINGS[state][0]:
        case = walk(case, (wish.who(cast, case), wish.move(cast, at)), at=at)
    assert case.state == state
    return case


def at_once(case: Case, *moves: tuple[Actor, Move], at: datetime) -> list[str]:
    """Both let go together, each with a connection of its own: "done", a refusal's code, or what it should never be."""
    office, start, ends = current(), threading.Barrier(len(moves)), []

    def act(actor: Actor, move: Move) -> None:
        try:
            with scope(office):
                start.wait(timeout=30)
                advance(case.id, move, actor=actor, at=at)
            ends.append("done")
        except Exception as trouble:
            ends.append(getattr(trouble, "code", repr(trouble)))
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=one) for one in moves]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return ends


def looking_at(case: Case, move: Move) -> Move:
    """The same move by somebody who has this version on his screen."""
    fields = {name: getattr(move, name) for name in Move.__slots__}
    return Move(**fields | {"version": case.version})


def went_wrong(cast: Cast, at: datetime, state: str, pairs: Iterable[tuple[Wish, Wish]]) -> list[object]:
    """The pairs of which not exactly one won, with what became of them."""
    wrong: list[object] = []
    for pair in pairs:
        case = brought(cast, state, at)
        moves = [(wish.who(cast, case), looking_at(case, wish.move(cast, at))) for wish in pair]
        ends = at_once(case, *moves, at=at)
        deeds = Entry.objects.filter(subject_id=case.id, subject_kind="case").count()
        is_right = sorted(ends)[0] == "done" and len(set(ends) & LATE) == 1 and deeds == case.version + 1
        if not is_right:
            wrong.append((moves[0][1].event, moves[1][1].event, ends, deeds))
    return wrong


@pytest.mark.parametrize("state", MEETINGS)
def test_of_two_at_once_exactly_one_wins_and_the_other_is_told(
    cast: Cast, noon: datetime, state: str
) -> None:
    assert went_wrong(cast, noon, state, combinations_with_replacement(MEETINGS[state][1], 2)) == []
    assert list(check.findings()) == []


PEOPLE = ("chen", "wei", "zhao", "zhou", "qian", "sun", "gao")
OWN_WAY = {"call_back"}  # somebody is rung up first: cases/calls.py


def everything_offered(cast: Cast, state: str, at: datetime) -> list[Wish]:
    """Every move that anybody of the cast is offered in this state, each by each who is."""
    case = brought(cast, state, at)
    other = cast.lin_reports(at, "另一处")
    known: dict[str, Callable[[Cast, datetime], Move]] = {
        "solve_on_spot": on_spot,
        "done": lambda cast, at: done(at),
        "dispatch": given("dispatch", "property"),
        "raise": given("raise", "agency"),
        "join": said("join", into=other.id),
    } | {
        event: until(event) for event in ("request_extension", "carry_forward", "put_to_meeting", "supervise")
    }
    known["assign"] = lambda cast, at: Move("assign", person=cast.qian.id)
    people = [staff(name, said("")) for name in PEOPLE] + [RESIDENT]
    return [
        Wish(one.who, known.get(offer.event, said(offer.event)))
        for one in people
        for offer in queries.offers_for(case, actor=one.who(cast, case), at=at)
        if offer.event not in OWN_WAY
    ]


@pytest.mark.soak
@pytest.mark.parametrize("state", MEETINGS)
def test_of_any_two_who_are_offered_anything_exactly_one_wins(cast: Cast, noon: datetime, state: str) -> None:
    offered = everything_offered(cast, state, noon)
    assert went_wrong(cast, noon, state, combinations_with_replacement(offered, 2)) == []
    assert list(check.findings()) == []


def test_twin_without_the_version_on_the_screen_both_would_win(cast: Cast, noon: datetime) -> None:
    case = brought(cast, "in_hand", noon)
    ask = until("request_extension")(cast, noon)
    assert at_once(case, (cast.sun, ask), (cast.qian, ask), at=noon) == ["done", "done"]


def test_whoever_takes_a_case_number_never_waits_for_who_reserves_a_block(cast: Cast, noon: datetime) -> None:
    assert numbers_meet(cast, noon) == "both went on"


def test_twin_with_a_lock_around_the_numbers_both_would_wait_for_ever(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = threading.Lock()
    reserve, take = numbers.stock_up, numbers.next_number

    def stock_up(year: int) -> None:
        with lock:
            reserve(year)

    def next_number(year: int) -> str:
        if not lock.acquire(timeout=1):
            raise TimeoutError
        lock.release()
        return take(year)

    monkeypatch.setattr(numbers, "stock_up", stock_up)
    monkeypatch.setattr(numbers, "next_number", next_number)
    assert numbers_meet(cast, noon) == "they wait for each other"


def numbers_meet(cast: Cast, at: datetime) -> str:
    """One has his turn to write and takes a number while another, who has none left, waits for his turn to reserve some."""
    numbers.forget()
    office, begun = current(), threading.Event()
    numbers.stock_up(at.year)

    def reserve() -> None:
        with scope(office):
            begun.set()
            numbers.stock_up(at.year)
        connection.close()

    other = threading.Thread(target=reserve)
    try:
        with transaction.atomic():
            Case.objects.select_for_update().filter(number="").first()
            for _ in range(numbers.BLOCK + 1):  # the last one holds the counter until the commit
                numbers.next_number(at.year)
            other.start()
            begun.wait(timeout=10)
            other.join(timeout=2)  # by now it has its connection and waits, or it is through (PostgreSQL)
            numbers.next_number(at.year)
            return "both went on"
    except TimeoutError:
        return "they wait for each other"
    finally:
        other.join(timeout=30)
