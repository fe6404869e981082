"""Orders from above: once per number, the earlier clock counts, answered in time or returned inside the window."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases import check, timing
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.models import CallBack, Case, Order
from gezhi.cases.move import Move
from gezhi.cases.orders import actions as orders
from gezhi.cases.orders import clock
from gezhi.cases.orders import queries as standing
from gezhi.cases.orders.actions import Terms
from gezhi.flows import reach_reporter
from gezhi.flows.clockwork import fire
from gezhi.flows.take_order import Coming, Taken, take_order
from gezhi.journal.queries import story
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, NotYours
from gezhi.reports import queries as reports
from gezhi.reports.intake import TEXT_LIMIT
from gezhi.reports.models import ImportRun, Report
from tests.cast import Cast, done, lin, walk

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def terms(noon: datetime, **changed: Any) -> Terms:
    said = {
        "issuer": "hotline",
        "number": "WH20260302-0017",
        "due_at": noon + 2 * HOUR,
        "return_until": noon + HOUR,
    }
    return Terms(**said | changed)


def coming(noon: datetime, **changed: Any) -> Coming:
    said = {"terms": terms(noon), "text": "悦海花园3号楼门前路灯不亮", "phone": "13800001234"}
    return Coming(**said | changed)


def case_of(taken: Taken) -> Case:
    return cases.of_report(Order.objects.get(id=taken.order_id).report_id)


@pytest.fixture
def taken(cast: Cast, noon: datetime) -> Taken:
    """The hotline's order at the stairwell, taken in by Chen."""
    place = cast.town.row(cast.town.stairwell)
    return take_order(coming(noon, place=place), actor=cast.chen, at=noon)


def answer(cast: Cast, taken: Taken, noon: datetime) -> Order:
    return orders.do(taken.order_id, "answer", "路灯已修好", actor=cast.chen, at=noon)


def test_an_order_is_a_report_with_its_case(cast: Cast, taken: Taken, noon: datetime) -> None:
    case, order = case_of(taken), Order.objects.get()
    report = Report.objects.get()
    assert (case.channel, case.state, case.is_askable) == ("order", "reported", True)
    assert (report.source, report.external_number, report.text) == (
        "order:hotline",
        order.number,
        "悦海花园3号楼门前路灯不亮",
    )
    assert (order.state, order.due_at) == ("open", noon + 2 * HOUR)
    assert [step.entry.event for step in story("order", order.id)] == ["order_received"]
    assert list(check.findings()) == []


def test_the_same_order_again_adds_nothing(cast: Cast, taken: Taken, noon: datetime) -> None:
    again = take_order(coming(noon, text="另一种写法"), actor=cast.chen, at=noon + HOUR)
    assert again == Taken(taken.order_id, is_new=False)
    assert (Order.objects.count(), Report.objects.count(), Case.objects.count()) == (1, 1, 1)


def test_the_same_number_of_another_issuer_is_another_order(cast: Cast, taken: Taken, noon: datetime) -> None:
    other = take_order(coming(noon, terms=terms(noon, issuer="city")), actor=cast.chen, at=noon)
    assert (other.is_new, Order.objects.count()) == (True, 2)


def test_the_earlier_clock_counts_and_is_escalated(cast: Cast, taken: Taken, noon: datetime) -> None:
    case = case_of(taken)
    assert case.due_at == case.order_due == noon + 2 * HOUR
    assert case.stage_due != case.due_at
    fire(case.id, at=timing.timer_at(case))
    assert fire(case.id, at=noon + 2 * HOUR) == "escalate"


def test_twin_without_its_clock_a_case_would_wait_for_its_own(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "follow", lambda case: None)
    case = case_of(take_order(coming(noon), actor=cast.chen, at=noon))
    assert case.due_at == case.stage_due != noon + 2 * HOUR
    assert [one.invariant for one in check.findings()] == ["orders"]


def test_an_order_that_is_due_later_shortens_nothing(cast: Cast, noon: datetime) -> None:
    late = coming(noon, terms=terms(noon, due_at=noon + 90 * DAY, return_until=None))
    case = case_of(take_order(late, actor=cast.chen, at=noon))
    assert case.due_at == case.stage_due


def test_an_answered_order_counts_no_longer(cast: Cast, taken: Taken, noon: datetime) -> None:
    order = answer(cast, taken, noon)
    case = case_of(taken)
    assert (order.state, order.done_at, case.order_due, case.due_at) == (
        "answered",
        noon,
        None,
        case.stage_due,
    )
    assert standing.words_of(order.id, "answer") == "路灯已修好"
    with pytest.raises(NotFromHere):
        answer(cast, taken, noon)
    assert list(check.findings()) == []


def test_an_order_is_answered_in_words(cast: Cast, taken: Taken, noon: datetime) -> None:
    with pytest.raises(Missing):
        orders.do(taken.order_id, "answer", "  ", actor=cast.chen, at=noon)


def test_a_long_order_is_kept_whole(cast: Cast, noon: datetime) -> None:
    text = "路灯不亮" * (TEXT_LIMIT // 2)
    take_order(coming(noon, text=text), actor=cast.chen, at=noon)
    assert Report.objects.get().text == text


def test_an_order_joins_a_case_that_is_known(cast: Cast, noon: datetime) -> None:
    known = cast.lin_reports(noon)
    taken = take_order(coming(noon, into=known.id), actor=cast.chen, at=noon)
    case = case_of(taken)
    assert (case.id, case.order_due) == (known.id, noon + 2 * HOUR)
    second = take_order(
        coming(noon, terms=terms(noon, issuer="city", due_at=noon + HOUR), into=known.id),
        actor=cast.chen,
        at=noon,
    )
    known.refresh_from_db()
    assert (case_of(second).id, known.order_due, known.due_at) == (known.id, noon + HOUR, noon + HOUR)
    answer(cast, second, noon)
    known.refresh_from_db()
    assert known.order_due == noon + 2 * HOUR
    assert list(check.findings()) == []


def test_a_join_and_its_undoing_take_the_clock_along(cast: Cast, taken: Taken, noon: datetime) -> None:
    known, own = cast.lin_reports(noon), case_of(taken)
    advance(own.id, Move("join", into=known.id), actor=cast.chen, at=noon)
    known.refresh_from_db()
    assert (known.order_due, known.due_at, case_of(taken)) == (noon + 2 * HOUR, noon + 2 * HOUR, known)
    own = advance(own.id, Move("undo_join"), actor=cast.chen, at=noon + HOUR)
    known.refresh_from_db()
    assert (known.order_due, own.order_due, own.due_at) == (None, noon + 2 * HOUR, noon + 2 * HOUR)
    assert list(check.findings()) == []


def test_twin_a_clock_that_stays_behind_is_found(
    cast: Cast, taken: Taken, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "follow_moved", lambda case, doing: None)
    advance(case_of(taken).id, Move("join", into=cast.lin_reports(noon).id), actor=cast.chen, at=noon)
    assert {one.invariant for one in check.findings()} == {"orders"}


def test_a_closed_case_leaves_its_order_to_be_answered(cast: Cast, taken: Taken, noon: datetime) -> None:
    case = case_of(taken)
    walk(case, (cast.chen, Move("decline", reason="不在本辖区")), at=noon)
    assert [one.id for one in standing.waiting(cast.chen)] == [taken.order_id]
    answer(cast, taken, noon)
    assert list(standing.waiting(cast.chen)) == []
    assert list(check.findings()) == []


def test_a_case_that_waits_for_its_reporter_is_not_cut_short(cast: Cast, noon: datetime) -> None:
    known = cast.lin_reports(noon - DAY)
    moves = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="看过了")),
    )
    walk(known, *moves, at=noon)
    take_order(coming(noon, into=known.id), actor=cast.zhou, at=noon)
    known.refresh_from_db()
    assert (known.state, known.order_due) == ("to_confirm", noon + 2 * HOUR)
    assert known.due_at == known.stage_due
    case = advance(known.id, Move("satisfied"), actor=lin(known), at=noon)
    assert case.closed_at == noon


def test_a_return_inside_the_window_ends_it_and_after_it_is_refused(
    cast: Cast, taken: Taken, noon: datetime
) -> None:
    with pytest.raises(Invalid) as late:
        orders.do(
            taken.order_id, "return", "不归我们管", actor=cast.chen, at=noon + HOUR + timedelta(seconds=1)
        )
    assert (late.value.field, late.value.code, late.value.details["until"]) == (
        "reason",
        "window_over",
        noon + HOUR,
    )
    order = orders.do(taken.order_id, "return", "不归我们管", actor=cast.chen, at=noon + HOUR)
    assert (order.state, case_of(taken).order_due) == ("returned", None)


def test_more_time_counts_once_the_issuer_says_yes(cast: Cast, taken: Taken, noon: datetime) -> None:
    asked = orders.do(taken.order_id, "ask_extension", "等配件", until=noon + DAY, actor=cast.chen, at=noon)
    assert (asked.state, asked.due_at, case_of(taken).order_due) == (
        "asked",
        noon + 2 * HOUR,
        noon + 2 * HOUR,
    )
    granted = orders.do(taken.order_id, "grant_extension", "", actor=cast.chen, at=noon)
    assert (granted.state, granted.due_at, granted.asked_until) == ("open", noon + DAY, None)
    assert case_of(taken).order_due == noon + DAY
    with pytest.raises(Invalid):
        orders.do(taken.order_id, "ask_extension", "等配件", until=noon, actor=cast.chen, at=noon)


def test_a_refused_extension_leaves_the_clock(cast: Cast, taken: Taken, noon: datetime) -> None:
    orders.do(taken.order_id, "ask_extension", "等配件", until=noon + DAY, actor=cast.chen, at=noon)
    refused = orders.do(taken.order_id, "refuse_extension", "", actor=cast.chen, at=noon)
    assert (refused.state, refused.due_at) == ("open", noon + 2 * HOUR)


def test_the_issuers_verdict_stands_beside_ours(cast: Cast, taken: Taken, noon: datetime) -> None:
    answer(cast, taken, noon)
    said = {"responded": "yes", "resolved": "no", "satisfied": "unknown"}
    order = orders.note_verdict(taken.order_id, said, "居民说还闪", actor=cast.chen, at=noon)
    assert (order.responded, order.resolved, order.satisfied, order.judged_at) == (
        "yes",
        "no",
        "unknown",
        noon,
    )
    with pytest.raises(Invalid):
        orders.note_verdict(taken.order_id, {"resolved": "maybe"}, "", actor=cast.chen, at=noon)
    back = orders.do(taken.order_id, "send_back", "重办", until=noon + DAY, actor=cast.chen, at=noon)
    assert (back.state, back.due_at, case_of(taken).order_due) == ("open", noon + DAY, noon + DAY)


def test_orders_are_the_desks_of_their_case(cast: Cast, taken: Taken, noon: datetime) -> None:
    assert [standing.count(one) for one in (cast.chen, cast.zhou, cast.mo, cast.sun)] == [1, 1, 0, 0]
    with pytest.raises(NotFound):
        orders.do(taken.order_id, "answer", "好", actor=cast.mo, at=noon)
    with pytest.raises(NotYours):
        take_order(coming(noon), actor=cast.gao, at=noon)


def hide(cast: Cast, case: Case, noon: datetime, how: str) -> None:
    """From whoever sees the whole office: it complains of him, or is of an import under way."""
    if how == "complaint":
        Case.objects.filter(id=case.id).update(complained_of=next(iter(cast.zhou.parties())))
    else:
        run = ImportRun.objects.create(source="board", file_digest="0" * 64, started_at=noon)
        Case.objects.filter(id=case.id).update(run=run)


@pytest.mark.parametrize("how", ["complaint", "import"])
def test_whoever_sees_all_counts_what_he_may_open_and_no_more(
    cast: Cast, taken: Taken, noon: datetime, how: str
) -> None:
    other = take_order(coming(noon, terms=terms(noon, issuer="city", number="2")), actor=cast.chen, at=noon)
    assert standing.counts(cast.zhou) == {"hotline": 1, "city": 1}
    hide(cast, case_of(other), noon, how)
    assert standing.counts(cast.zhou) == {"hotline": 1}
    assert [one.id for one in standing.waiting(cast.zhou)] == [taken.order_id]
    answer(cast, taken, noon)
    assert standing.counts(cast.zhou) == {}


@pytest.mark.parametrize("how", ["complaint", "import"])
def test_twin_counted_for_the_office_alone_the_hidden_one_would_show(
    cast: Cast, taken: Taken, noon: datetime, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "_without", lambda rows, hidden: rows)
    standing._counting.cache_clear()
    hide(cast, case_of(taken), noon, how)
    assert standing.counts(cast.zhou) == {"hotline": 1}
    standing._counting.cache_clear()


def test_who_called_the_hotline_is_rung_up_and_can_be_forgotten(
    cast: Cast, taken: Taken, noon: datetime
) -> None:
    case = case_of(taken)
    leaf = cast.lin_reports(noon).category_id
    walk(case, (cast.chen, Move("accept", category=leaf)), at=noon)
    assert [one.kind for one in CallBack.objects.filter(case=case)] == ["accepted"]
    answer(cast, taken, noon)
    order = Order.objects.get()
    reach_reporter.forget(case.id, order.report_id, "本人要求", actor=cast.chen, at=noon)
    assert standing.words_of(order.id, "answer") == ""
    assert reports.for_desk([order.report_id])[0].text == ""


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"issuer": "friend"}, "issuer"), ({"number": "  "}, "number"), ({"number": "x" * 81}, "number")],
)
def test_terms_that_cannot_be_kept_are_refused(
    cast: Cast, noon: datetime, changed: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        take_order(coming(noon, terms=replace(terms(noon), **changed)), actor=cast.chen, at=noon)
    assert (refused.value.field, Report.objects.count()) == (field, 0)
