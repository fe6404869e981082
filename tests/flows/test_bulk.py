"""Many cases by one wish: each is the deed there is, whole or not at all, in its turn; what moved meanwhile is named and left."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import check, urging
from gezhi.cases import queries as cases
from gezhi.cases.bulk import actions, judging, queries
from gezhi.cases.bulk.actions import Wanted, Wish
from gezhi.cases.bulk.kinds import MOST, BulkDeed
from gezhi.cases.bulk.models import Bulk, BulkItem
from gezhi.cases.models import Case, CaseReport
from gezhi.cases.move import Move
from gezhi.flows import bulk
from gezhi.flows.route import advance_and_route
from gezhi.journal import outbox
from gezhi.journal.models import Entry
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import Invalid, NotFromHere
from gezhi.parties import staff
from gezhi.parties.models import PartyPost
from gezhi.routing import actions as routing
from gezhi.routing.terms import Terms
from tests.cast import Cast, walk
from tests.working import tick

KEY = "key-of-a-bulk-form-0001"
MINUTE = timedelta(minutes=1)


def some(cast: Cast, at: datetime, count: int = 3) -> list[Case]:
    """Fresh cases that Chen accepted."""
    made = [cast.lin_reports(at, text=f"楼道门玻璃碎了 {number}") for number in range(count)]
    return [walk(one, (cast.chen, Move("accept")), at=at) for one in made]


def dispatch(cast: Cast, found: list[Case], note: str = "") -> Wish:
    """All of them to the property company."""
    items = tuple(Wanted(one.id, one.version, cast.property) for one in found)
    return Wish(BulkDeed.DISPATCH, items, note=note)


def whole(wish: Wish, *, actor: Actor, at: datetime, key: str = KEY) -> UUID:
    """Begun and done to its end."""
    id = actions.begin(wish, key=key, actor=actor, at=at)
    while bulk.go_on(id, at=at):
        pass
    return id


def fresh(found: list[Case]) -> list[Case]:
    return [Case.objects.get(id=one.id) for one in found]


def states(id: UUID) -> list[tuple[str, str]]:
    return [(one.state, one.why) for one in queries.items(id)]


def deeds(event: str) -> int:
    return Entry.objects.filter(subject_kind="case", event=event).count()


def sent(cast: Cast, found: list[Case], at: datetime) -> list[Case]:
    """With the property company."""
    return [walk(one, (cast.chen, Move("dispatch", party=cast.property)), at=at) for one in found]


# ---- the deeds ----


def test_each_case_gets_the_deed_that_there_is(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    id = whole(dispatch(cast, found, note="周五前看一下"), actor=cast.chen, at=noon)
    assert [(one.state, one.lead_id) for one in fresh(found)] == [("dispatched", cast.property)] * 3
    last = [cases.timeline(one)[-1] for one in found]
    assert {(one.entry.event, one.entry.actor_id, one.words["note"]) for one in last} == {
        ("dispatch", cast.chen.id, "周五前看一下")
    }
    row = queries.bulk(id, actor=cast.chen)
    assert (row.total, row.done, row.left, row.ended_at, row.is_under_way) == (3, 3, 0, noon, False)
    assert [*check.findings()] == []


def test_the_record_keeps_no_words_once_the_deeds_have_them(cast: Cast, noon: datetime) -> None:
    id = actions.begin(dispatch(cast, some(cast, noon), note="找林家"), key=KEY, actor=cast.chen, at=noon)
    assert Bulk.objects.get(id=id).note == "找林家"
    bulk.go_on(id, at=noon)
    assert Bulk.objects.get(id=id).note == ""


def test_a_rule_that_names_the_party_is_kept_with_each(cast: Cast, noon: datetime) -> None:
    routing.add_rule(Terms("碎玻璃找物业", party_kind="property"), actor=SYSTEM, at=noon)
    found = some(cast, noon)
    proposed = bulk.proposed(found, noon)
    assert {one.party.id for one in proposed.values() if one.party} == {cast.property}
    whole(dispatch(cast, found), actor=cast.chen, at=noon)
    assert all(cases.timeline(one)[-1].entry.after.get("rule") for one in found)


def test_what_moved_meanwhile_is_left_and_named_and_the_rest_is_done(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    wish = dispatch(cast, found)
    walk(found[1], (cast.chen, Move("note", note="等等")), at=noon)
    id = whole(wish, actor=cast.chen, at=noon)
    assert states(id) == [("done", ""), ("left", "stale"), ("done", "")]
    assert [one.state for one in fresh(found)] == ["dispatched", "opened", "dispatched"]


def test_who_may_not_do_it_to_one_case_may_not_do_it_to_many(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    id = whole(dispatch(cast, found), actor=cast.sun, at=noon)
    assert states(id) == [("left", "not_yours")] * 3
    with pytest.raises(Invalid):  # 莫 sees none of them
        actions.begin(dispatch(cast, found), key=KEY, actor=cast.mo, at=noon)
    assert deeds("dispatch") == 0


def test_who_lost_his_post_meanwhile_does_no_more_of_it(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    id = actions.begin(dispatch(cast, found), key=KEY, actor=cast.chen, at=noon)
    assert bulk.go_on(id, at=noon, most=1)
    post = PartyPost.objects.get(account_id=cast.chen.id)
    staff.end_post(post.id, ends_on=noon.date(), actor=SYSTEM, at=noon)
    tomorrow = noon + timedelta(days=1)
    bulk.go_on(id, at=tomorrow)
    assert [state for state, _why in states(id)] == ["done", "left", "left"]


def test_voices_of_all_go_into_one(cast: Cast, noon: datetime) -> None:
    first, *others = found = some(cast, noon)
    items = tuple(Wanted(one.id, one.version) for one in found)
    id = whole(Wish(BulkDeed.JOIN, items, into=first.id), actor=cast.chen, at=noon)
    assert states(id) == [("done", "")] * 2
    assert {(one.state, one.joined_into_id) for one in fresh(others)} == {("closed", first.id)}
    assert CaseReport.objects.filter(case_id=first.id).count() == 3
    actions.ask_undo(id, actor=cast.chen, at=noon + MINUTE)
    assert not bulk.go_on(id, at=noon + MINUTE)
    assert [one.state for one in fresh(found)] == ["opened"] * 3
    assert CaseReport.objects.filter(case_id=first.id).count() == 1
    assert [*check.findings()] == []


def test_whoever_has_them_is_urged_and_not_twice_within_the_hour(cast: Cast, noon: datetime) -> None:
    found = sent(cast, some(cast, noon), noon)
    walk(found[0], (cast.zhou, Move("urge")), at=noon)  # of the desk above
    found = fresh(found)
    items = tuple(Wanted(one.id, one.version) for one in found)
    wish = Wish(BulkDeed.URGE, items, note="请今天办")
    at = noon + 10 * MINUTE
    assert set(judging.refused(found, BulkDeed.URGE, parties={}, into=None, actor=cast.chen, at=at)) == {
        found[0].id
    }
    id = whole(wish, actor=cast.chen, at=at)
    assert states(id) == [("left", "urge.too_soon"), ("done", ""), ("done", "")]
    assert [one.urges for one in fresh(found)] == [1, 1, 1]
    assert urging.again_at([one.id for one in found], at + 61 * MINUTE) == {}
    with pytest.raises(NotFromHere):
        actions.ask_undo(id, actor=cast.chen, at=at)


def test_twin_a_desk_that_is_not_held_back_urges_all_day(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urging, "judge", lambda case_id, at: None)
    (case,) = sent(cast, some(cast, noon, 1), noon)
    walk(case, (cast.chen, Move("urge")), (cast.chen, Move("urge")), at=noon)
    assert Case.objects.get(id=case.id).urges == 2


def test_the_preview_says_what_the_deed_does(cast: Cast, noon: datetime) -> None:
    """Whatever is foretold of a case, of any state, by anybody, comes true."""
    opened, taken, other = some(cast, noon)
    (taken,) = sent(cast, [taken], noon)
    found = [opened, taken, cast.lin_reports(noon, text="没受理的"), other]
    for actor in (cast.sun, cast.chen):
        into, to = found[0], dict.fromkeys((one.id for one in found), cast.property)
        for deed in BulkDeed:
            asked = [one for one in fresh(found) if deed != BulkDeed.JOIN or one.id != into.id]
            said = judging.refused(
                asked, deed, parties=to, into=into if deed == BulkDeed.JOIN else None, actor=actor, at=noon
            )
            items = tuple(
                Wanted(one.id, one.version, to[one.id] if deed == BulkDeed.DISPATCH else None)
                for one in asked
            )
            wish = Wish(deed, items, into=into.id if deed == BulkDeed.JOIN else None)
            id = whole(wish, actor=actor, at=noon, key=f"{KEY}-{actor.name}-{deed}")
            foretold = [judging.why(said[one.id]) if one.id in said else "" for one in asked]
            assert [why for _state, why in states(id)] == foretold, (actor.name, deed)


# ---- once, and to its end ----


def test_the_same_form_twice_is_one_deed(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    wish = dispatch(cast, found)
    first = whole(wish, actor=cast.chen, at=noon)
    assert whole(wish, actor=cast.chen, at=noon + MINUTE) == first
    assert (Bulk.objects.count(), deeds("dispatch")) == (1, 3)
    with pytest.raises(Invalid):
        actions.begin(dispatch(cast, found[:1]), key=KEY, actor=cast.chen, at=noon)


def test_twin_under_a_key_of_its_own_a_second_press_is_a_second_deed_that_finds_them_moved(
    cast: Cast, noon: datetime
) -> None:
    wish = dispatch(cast, some(cast, noon))
    whole(wish, actor=cast.chen, at=noon)
    again = whole(wish, actor=cast.chen, at=noon, key=f"{KEY}-x")
    assert (Bulk.objects.count(), states(again)) == (2, [("left", "stale")] * 3)


def test_two_at_the_same_form_at_once_are_one_deed(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = dispatch(cast, some(cast, noon))
    first = actions.begin(wish, key=KEY, actor=cast.chen, at=noon)
    known, asked = actions._known, iter([True])

    def blind_once(*args: Any) -> Any:
        return None if next(asked, False) else known(*args)

    monkeypatch.setattr(actions, "_known", blind_once)
    assert actions.begin(wish, key=KEY, actor=cast.chen, at=noon) == first


def test_the_worker_goes_on_with_what_its_asker_left(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    id = actions.begin(dispatch(cast, found), key=KEY, actor=cast.chen, at=noon)
    bulk.go_on(id, at=noon, most=1)  # and the server is gone
    assert [one.state for one in fresh(found)] == ["dispatched", "opened", "opened"]
    tick(noon)
    assert deeds("dispatch") == 1  # it is still its asker's turn
    tick(noon + actions.WORKER_WAITS)
    assert ([one.state for one in fresh(found)], deeds("dispatch")) == (["dispatched"] * 3, 3)
    assert not outbox.waiting(bulk.GO_ON, str(id))
    tick(noon + MINUTE)
    assert deeds("dispatch") == 3


def test_a_deed_that_fails_is_not_marked_and_a_mark_that_fails_takes_it_back(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = some(cast, noon)
    id = actions.begin(dispatch(cast, found), key=KEY, actor=cast.chen, at=noon)
    with monkeypatch.context() as broken:
        broken.setattr(actions, "mark", _no_room)
        with pytest.raises(OSError, match="no room"):
            bulk.go_on(id, at=noon)
    assert ([one.state for one in fresh(found)], deeds("dispatch")) == (["opened"] * 3, 0)
    assert states(id) == [("waiting", "")] * 3
    bulk.go_on(id, at=noon)
    assert (states(id), deeds("dispatch")) == ([("done", "")] * 3, 3)


def _no_room(*args: object, **named: object) -> None:
    raise OSError("no room")


def test_twin_a_mark_of_its_own_would_leave_a_deed_that_nobody_knows_of(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the mark outside the deed's transaction, a death between the two ends with a case that is done and called moved."""
    found = some(cast, noon, 1)
    id = actions.begin(dispatch(cast, found), key=KEY, actor=cast.chen, at=noon)
    item = BulkItem.objects.get(bulk_id=id)
    advance_and_route(
        item.case_id,
        Move("dispatch", version=item.version, party=item.party_id),
        actor=cast.chen,
        at=noon,
    )  # and dies before the mark
    bulk.go_on(id, at=noon)
    assert states(id) == [("left", "stale")]


def test_the_check_names_what_nobody_goes_on_with(cast: Cast, noon: datetime) -> None:
    id = actions.begin(dispatch(cast, some(cast, noon)), key=KEY, actor=cast.chen, at=noon)
    assert [*check.findings()] == []
    outbox.reschedule(bulk.GO_ON, str(id), due_at=None)
    assert [(one.invariant, one.where) for one in check.findings()] == [("bulk", str(id))]


def test_it_can_be_stopped_and_what_is_done_is_said(cast: Cast, noon: datetime) -> None:
    found = some(cast, noon)
    id = actions.begin(dispatch(cast, found), key=KEY, actor=cast.chen, at=noon)
    bulk.go_on(id, at=noon, most=1)
    actions.stop(id, actor=cast.chen, at=noon)
    assert not bulk.go_on(id, at=noon)
    assert states(id) == [("done", ""), ("left", "stopped"), ("left", "stopped")]
    row = queries.bulk(id, actor=cast.chen)
    assert (row.ended_at, row.may_undo(noon)) == (noon, True)


# ---- what it costs ----


def test_a_case_costs_little_more_in_a_bulk_than_alone(cast: Cast, noon: datetime) -> None:
    """Beside the deed itself its item is locked and marked: two statements."""
    alone, *found = some(cast, noon, 6)
    move = Move("dispatch", version=alone.version, party=cast.property)
    with CaptureQueriesContext(connection) as single:
        advance_and_route(alone.id, move, actor=cast.chen, at=noon)
    costs = []
    for number, some_of_them in enumerate((found[:1], found[1:])):
        id = actions.begin(dispatch(cast, some_of_them), key=f"{KEY}-{number}", actor=cast.chen, at=noon)
        with CaptureQueriesContext(connection) as many:
            bulk.go_on(id, at=noon)
        costs.append(statements(many))
    assert (costs[1] - costs[0]) / 3 == statements(single) + 2


def statements(asked: CaptureQueriesContext) -> int:
    """Without the marks of transactions inside that of the test."""
    return sum("SAVEPOINT" not in one["sql"] for one in asked.captured_queries)


@pytest.mark.parametrize("count", [1, 9])
def test_looking_ahead_costs_the_same_for_one_and_for_many(cast: Cast, noon: datetime, count: int) -> None:
    found = some(cast, noon, count)
    with CaptureQueriesContext(connection) as asked:
        proposed = bulk.proposed(found, noon)
        to = {id: one.party.id if one.party else None for id, one in proposed.items()}
        judging.refused(found, BulkDeed.DISPATCH, parties=to, into=None, actor=cast.chen, at=noon)
    assert len(asked) == 2


def test_more_than_five_hundred_are_refused(cast: Cast, noon: datetime) -> None:
    (case,) = some(cast, noon, 1)
    items = tuple(Wanted(UUID(int=number), 1) for number in range(MOST + 1))
    with pytest.raises(Invalid):
        actions.begin(Wish(BulkDeed.URGE, items), key=KEY, actor=cast.chen, at=noon)
    with pytest.raises(Invalid):
        actions.begin(Wish(BulkDeed.URGE, ()), key=KEY, actor=cast.chen, at=noon)
    assert case.version == 2
