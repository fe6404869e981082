"""Random walks: whatever people and the clock may do with a case, in whatever order, every promise still holds (I1–I4, I7, I9–I13)."""

import shutil
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings as django_settings
from django.db import transaction
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from gezhi.cases import calls, check
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.lifecycle import ARROWS, Offer
from gezhi.cases.models import CallBack, Case, Pause
from gezhi.cases.move import Move
from gezhi.cases.policy import visible_to
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.journal import check as journal_check
from gezhi.journal import outbox
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid
from tests.cases.test_calls import by_phone
from tests.cast import Cast, lin, proof

MOST_MOVES = 12
CLOCKWORK = frozenset({"remind", "escalate", "ask_lapses", "confirm_lapses", "resume"})


def brings(cast: Cast, case: Case, other: Case, at: datetime) -> dict[str, object]:
    """Something for everything that a form may ask for; until: a week ahead."""
    return {
        "note": "看过了",
        "reason": "有原因",
        "shown": proof(at),
        "party": cast.agency if case.lead_id == cast.property else cast.property,
        "into": other.id,
        "until": at + timedelta(days=7),
        "presence": "position",
        "count": 1,
        "category": catalogue.by_code("0101").id if case.category_id is None else None,
        "reports": tuple(cases.report_ids([case.id]).get(case.id, [])[1:]),
    }


FIELDS: dict[str, frozenset[str]] = {
    "note": frozenset({"note"}),
    "answer": frozenset({"note"}),
    "reason": frozenset({"reason"}),
    "verdict": frozenset({"note"}),
    "photo_after": frozenset({"shown"}),
    "proof": frozenset({"shown", "note", "count"}),
    "party": frozenset({"party"}),
    "into": frozenset({"into"}),
    "until": frozenset({"until"}),
    "on_site": frozenset({"presence"}),
    "place": frozenset(),
    "category": frozenset({"category"}),
}


def filled(offer: Offer, having: dict[str, object]) -> Move:
    """The form of this button, filled in as far as it asks."""
    asked = frozenset[str]().union(*(FIELDS[need] for need in offer.needs))
    if offer.event == "split":  # reports or words, whichever there is
        asked |= {"reports", "note"}
    return Move(offer.event, **{name: having[name] for name in asked})


def hands(cast: Cast, case: Case) -> list[Actor]:
    """Everybody who may see the case, its reporter and the clock."""
    staff = (cast.wei, cast.chen, cast.zhao, cast.sun, cast.qian, cast.zhou, cast.gao, cast.mo)
    seeing = [one for one in staff if visible_to(one).filter(id=case.id).exists()]
    reports = cases.report_ids([case.id])
    return seeing + ([lin(case)] if reports else []) + [SYSTEM]


def chooser(number: int) -> Callable[[int], int]:
    """Picks one of so many, the same for the same number."""
    return lambda many: number * 2654435761 % 2**32 % many


def step(cast: Cast, case: Case, other: Case, pick: Callable[[int], int], at: datetime) -> Case:
    """One of all moves that anybody is offered now, really made. An offer that is then refused fails the walk."""
    owed = list(cases.owed_calls(cast.chen).filter(case=case))
    if owed and pick(5) == 0:
        return called(cast, owed[pick(len(owed))], pick, at)
    choices: dict[str, list[tuple[Actor, Offer]]] = {}
    for actor in hands(cast, case):
        for offer in cases.offers_for(case, actor=actor, at=at):
            is_the_workers = actor is SYSTEM and offer.event in CLOCKWORK  # who does it at its time
            if not is_the_workers and not wants_another_first(offer.event, case, other):
                choices.setdefault(offer.event, []).append((actor, offer))
    if not choices:
        return case
    of_event = choices[sorted(choices)[pick(len(choices))]]
    actor, offer = of_event[pick(len(of_event))]
    event(offer.event)
    move = filled(offer, brings(cast, case, other, at))
    try:
        with transaction.atomic():
            return advance(case.id, move, actor=actor, at=at)
    except Invalid as refused:
        if (refused.field, refused.code) != ("party", "complained_of"):
            raise
        return case  # the only value that a form may rightly be told to change here


def called(cast: Cast, call: CallBack, pick: Callable[[int], int], at: datetime) -> Case:
    """Chen rings somebody up who is on her list, and writes down what came of it."""
    asks = call.kind == "please_confirm"
    outcomes = ("satisfied", "unsatisfied", "not_reached") if asks else ("told", "not_reached")
    outcome = outcomes[pick(len(outcomes))]
    event(f"{call.kind} {outcome}")
    return Case.objects.get(
        id=calls.note_call(call.id, outcome, "他说知道了", actor=cast.chen, at=at).case_id
    )


def wants_another_first(event: str, case: Case, other: Case) -> bool:
    """Into a closed case nothing is joined; the proof of being done hangs on the category, which the desk has to name."""
    return (event == "join" and other.closed_at is not None) or (event == "done" and not case.category_id)


def begun(cast: Cast) -> tuple[tuple[Actor, Move], ...]:
    """A head start: the agency has it in hand."""
    send, rubbish = Move("dispatch", party=cast.agency), catalogue.by_code("0101").id
    return (cast.chen, Move("accept", category=rubbish)), (cast.chen, send), (cast.gao, Move("take"))


def clock_strikes(at: datetime) -> None:
    for _ in range(20):
        if not worker.do_errands(at):
            return
    raise AssertionError("the worker never comes to rest")


def promises_hold(at: datetime) -> None:
    seal(at=at)
    assert list(check.findings()) == []
    assert list(journal_check.findings()) == []
    assert list(outbox.parked()) == []
    paused = set(Pause.objects.filter(ended_at=None).values_list("case_id", flat=True))
    waiting = Case.objects.exclude(review_at=None)
    assert paused == {one.id for one in waiting}
    assert {one.state for one in waiting} <= {"in_hand"}


STEPS = st.lists(
    st.tuples(st.integers(0, 2**32), st.sampled_from((1, 3, 26, 24 * 4, 24 * 9))),
    min_size=4,
    max_size=MOST_MOVES,
)


@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # a walk of real rows is too slow to be shrunk
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=STEPS,
    category=st.sampled_from(("0101", "0501", "1204", "")),
    by=st.sampled_from(("code", "code and number", "phone")),
    is_begun=st.booleans(),
)
def test_whatever_is_done_in_whatever_order_every_promise_holds(
    cast: Cast, noon: datetime, steps: list[tuple[int, int]], category: str, by: str, is_begun: bool
) -> None:
    """Each step: hours pass, the clock strikes, then one of all moves on offer is made by whoever it is offered to."""
    shutil.rmtree(django_settings.GEZHI_DATA / "heads", ignore_errors=True)  # of the walk before, rolled back
    with transaction.atomic():
        more: dict[str, object] = {"category": catalogue.by_code(category).id if category else None}
        contact = "13800138000" if by == "code and number" else ""
        case = (
            by_phone(cast, noon, **more) if by == "phone" else cast.lin_reports(noon, contact=contact, **more)
        )
        other, joined = cast.lin_reports(noon, **more), cast.lin_reports(noon, **more)
        advance(joined.id, Move("join", into=case.id), actor=cast.chen, at=noon)
        case.refresh_from_db()
        at = noon
        for actor, move in begun(cast) if is_begun and category else ():
            case = advance(case.id, move, actor=actor, at=at)
        for number, hours in steps:
            at += timedelta(hours=hours)
            clock_strikes(at)
            case.refresh_from_db()
            other.refresh_from_db()
            children = Case.objects.filter(split_from=case)  # the walk goes on now in one of them, now here
            step(cast, (children.last() if number % 3 else None) or case, other, chooser(number), at)
        promises_hold(at)
        clock_strikes(at + timedelta(days=60))
        promises_hold(at + timedelta(days=60))
        transaction.set_rollback(True)


def test_every_need_of_an_arrow_is_something_a_form_can_bring() -> None:
    assert {need.value for arrow in ARROWS for need in arrow.needs} == set(FIELDS)
    assert {arrow.event for arrow in ARROWS} >= CLOCKWORK


def test_twin_an_ending_that_forgets_the_pause_is_found(cast: Cast, noon: datetime) -> None:
    """The walk's own proof can fail: a pause left open by hand."""
    case = cast.lin_reports(noon)
    Pause.objects.create(case=case, reason="等配件", approver_id=cast.zhou.id, started_at=noon)
    try:
        promises_hold(noon)
    except AssertionError:
        return
    raise AssertionError("nothing was found")
