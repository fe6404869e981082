"""Reports that wait, accepted several at once: each by the rules of one, what lacks something named and left, what a rule sends on sent on."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases import check
from gezhi.cases import queries as cases
from gezhi.cases.bulk import actions, judging, queries
from gezhi.cases.bulk.actions import Wanted, Wish
from gezhi.cases.bulk.kinds import BulkDeed
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows import bulk
from gezhi.journal.models import Entry
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.refusal import NotFromHere
from gezhi.routing import actions as routing
from gezhi.routing.terms import Terms
from tests.cast import Cast, walk
from tests.flows.test_bulk import KEY, fresh, states, whole

MINUTE = timedelta(minutes=1)


def _some(cast: Cast, at: datetime, count: int = 3) -> list[Case]:
    """Fresh reports that nobody has read."""
    return [cast.lin_reports(at, text=f"楼道门玻璃碎了 {number}") for number in range(count)]


def _wish(found: list[Case], note: str = "") -> Wish:
    return Wish(BulkDeed.ACCEPT, tuple(Wanted(one.id, one.version) for one in found), note=note)


def _foretold(cast: Cast, found: list[Case], at: datetime) -> list[str]:
    said = judging.refused(found, BulkDeed.ACCEPT, parties={}, into=None, actor=cast.chen, at=at)
    return [judging.why(said[one.id]) if one.id in said else "" for one in found]


def test_each_is_accepted_as_one_by_one_and_its_reporter_hears(cast: Cast, noon: datetime) -> None:
    alone, *found = _some(cast, noon, 4)
    walk(alone, (cast.chen, Move("accept")), at=noon)
    id = whole(_wish(found, note="统一看过"), actor=cast.chen, at=noon)
    assert states(id) == [("done", "")] * 3
    rows = fresh([alone, *found])
    assert {(one.state, one.lead_id, one.stage_due, one.version) for one in rows} == {
        ("opened", rows[0].lead_id, rows[0].stage_due, 2)
    }
    steps = [cases.timeline(one)[-1] for one in found]
    assert {(one.entry.event, one.entry.actor_id, one.words["note"]) for one in steps} == {
        ("accept", cast.chen.id, "统一看过")
    }
    assert [*check.findings()] == []


def test_what_lacks_a_category_or_a_place_is_named_and_left_as_foretold(cast: Cast, noon: datetime) -> None:
    whole_one, bare, nowhere = found = _some(cast, noon)
    Case.objects.filter(id=bare.id).update(category_id=None, condition_id=None)
    Case.objects.filter(id=nowhere.id).update(place_id=None)
    found = fresh(found)
    foretold = _foretold(cast, found, noon)
    assert foretold == ["", "missing.category", "missing.place"]
    id = whole(_wish(found), actor=cast.chen, at=noon)
    assert [why for _state, why in states(id)] == foretold
    assert [one.state for one in fresh([whole_one, bare, nowhere])] == ["opened", "reported", "reported"]


def test_what_was_taken_meanwhile_is_left(cast: Cast, noon: datetime) -> None:
    found = _some(cast, noon)
    wish = _wish(found)
    walk(found[1], (cast.chen, Move("accept")), at=noon)
    id = whole(wish, actor=cast.chen, at=noon)
    assert states(id) == [("done", ""), ("left", "stale"), ("done", "")]
    assert Entry.objects.filter(event="accept").count() == 3
    assert _foretold(cast, fresh(found), noon) == ["not_from_here"] * 3


def test_whoever_may_not_accept_one_may_not_accept_many(cast: Cast, noon: datetime) -> None:
    id = whole(_wish(_some(cast, noon)), actor=cast.zhao, at=noon)
    assert states(id) == [("left", "not_yours")] * 3


def test_words_that_sound_like_danger_are_left_for_somebody_to_ring_up(cast: Cast, noon: datetime) -> None:
    found = _some(cast, noon, 2)
    condition = catalogue.default_condition(found[0].category_id)
    Case.objects.filter(id=found[0].id).update(feared_id=condition.id)
    assert _foretold(cast, fresh(found), noon) == ["danger.feared", ""]


def test_what_an_automatic_rule_fits_goes_on_and_that_is_foretold(cast: Cast, noon: datetime) -> None:
    found = _some(cast, noon)
    assert bulk.sent_on(found, noon) == {}
    routing.add_rule(Terms("碎玻璃找物业", party_kind="property", is_automatic=True), actor=SYSTEM, at=noon)
    later = noon + MINUTE
    sent = bulk.sent_on(found, later)
    assert {one.party.id for one in sent.values() if one.party} == {cast.property}
    id = whole(_wish(found), actor=cast.chen, at=later)
    assert states(id) == [("done", "")] * 3
    assert {(one.state, one.lead_id) for one in fresh(found)} == {("dispatched", cast.property)}


def test_a_rule_that_only_proposes_sends_nothing_on(cast: Cast, noon: datetime) -> None:
    routing.add_rule(Terms("碎玻璃找物业", party_kind="property"), actor=SYSTEM, at=noon)
    found = _some(cast, noon)
    assert bulk.sent_on(found, noon) == {}
    whole(_wish(found), actor=cast.chen, at=noon)
    assert {one.state for one in fresh(found)} == {"opened"}


def test_it_cannot_be_unsaid_for_reporters_have_heard_it(cast: Cast, noon: datetime) -> None:
    id = whole(_wish(_some(cast, noon)), actor=cast.chen, at=noon)
    assert not queries.bulk(id, actor=cast.chen).may_undo(noon)
    with pytest.raises(NotFromHere):
        actions.ask_undo(id, actor=cast.chen, at=noon)


def test_the_same_form_twice_accepts_once(cast: Cast, noon: datetime) -> None:
    wish = _wish(_some(cast, noon))
    first = whole(wish, actor=cast.chen, at=noon)
    assert whole(wish, actor=cast.chen, at=noon + MINUTE, key=KEY) == first
    assert Entry.objects.filter(event="accept").count() == 3
