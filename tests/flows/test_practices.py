"""A practice is learned once from a case that was closed well, offered where the same opens, and what helped is counted."""

from datetime import datetime, timedelta

import pytest

from gezhi.cases import check
from gezhi.cases.move import Move
from gezhi.catalogue import practices
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.models import Practice, PracticeUse
from gezhi.flows import practices as flow
from gezhi.journal import check as journal_check
from gezhi.journal.queries import story
from gezhi.journal.sealing import seal
from gezhi.kernel.refusal import Missing, NotFound, NotFromHere, NotYours, Stale
from tests.cases.test_series import again
from tests.cast import Cast, solved, walk

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WORDS = "王师傅（13800001234）说：换钢化玻璃，四边包胶"


def test_a_desk_offers_what_worked_and_nobody_is_named_in_it(cast: Cast, noon: datetime) -> None:
    case = solved(cast, noon - DAY)
    made = flow.learn(case.id, WORDS, actor=cast.chen, at=noon)
    assert made.text == "某师傅（***）说：换钢化玻璃，四边包胶"
    assert (made.state, made.place_kind, made.source_id) == ("offered", "stairwell", case.id)
    other = again(cast, noon)
    assert [one.id for one in practices.offered(other.category_id, "stairwell")] == [made.id]
    assert practices.offered(other.category_id, "stairwell", but=case.id) == []
    assert practices.offered(other.category_id, "building") == []
    assert practices.offered(catalogue.by_code("0201").id, "stairwell") == []
    seal(at=noon)
    assert [*check.findings(), *journal_check.findings()] == []


def test_who_handled_it_drafts_and_a_desk_offers_and_withdraws(cast: Cast, noon: datetime) -> None:
    case = solved(cast, noon - DAY)
    made = flow.learn(case.id, "包胶", actor=cast.qian, at=noon)
    assert (made.state, practices.offered(made.category_id, "stairwell")) == ("drafted", [])
    with pytest.raises(NotYours):
        practices.turn(made.id, "offered", revision=1, actor=cast.qian, at=noon)
    row = practices.turn(made.id, "offered", revision=1, actor=cast.chen, at=noon)
    assert len(practices.offered(made.category_id, "stairwell")) == 1
    row = practices.change(made.id, "四边包胶", revision=row.revision, actor=cast.chen, at=noon)
    assert practices.offered(made.category_id, "stairwell")[0].text == "四边包胶"
    with pytest.raises(Stale):
        practices.change(made.id, "又改", revision=1, actor=cast.chen, at=noon)
    practices.turn(made.id, "withdrawn", revision=row.revision, actor=cast.chen, at=noon)
    assert practices.offered(made.category_id, "stairwell") == []
    events = [step.entry.event for step in story("practice", made.id)]
    assert events == ["practice_add", "practice_offered", "practice_change", "practice_withdrawn"]


def test_it_is_learned_once_and_only_from_what_was_solved(cast: Cast, noon: datetime) -> None:
    case = solved(cast, noon - DAY)
    flow.learn(case.id, "包胶", actor=cast.chen, at=noon)
    with pytest.raises(NotFromHere) as refused:
        flow.learn(case.id, "包胶", actor=cast.chen, at=noon)
    assert refused.value.code == "practice_exists"
    with pytest.raises(NotFromHere) as refused:
        flow.learn(again(cast, noon).id, "包胶", actor=cast.chen, at=noon)
    assert refused.value.code == "no_practice"
    with pytest.raises(NotFound):
        flow.learn(case.id, "包胶", actor=cast.mo, at=noon)
    other = solved(cast, noon - DAY / 2)
    with pytest.raises(Missing):
        flow.learn(other.id, "  ", actor=cast.chen, at=noon)
    with pytest.raises(NotYours):
        flow.learn(other.id, "包胶", actor=cast.zhao, at=noon)
    assert Practice.objects.count() == 1


def test_what_helped_is_counted_once_for_each_case_and_comes_first(cast: Cast, noon: datetime) -> None:
    first = flow.learn(solved(cast, noon - 3 * DAY).id, "包胶", actor=cast.chen, at=noon)
    second = flow.learn(solved(cast, noon - 2 * DAY).id, "换门", actor=cast.chen, at=noon)
    third = flow.learn(solved(cast, noon - DAY).id, "装闭门器", actor=cast.chen, at=noon)
    case = walk(again(cast, noon), (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    for _ in range(2):
        flow.say_whether_it_helped(case.id, second.id, helped=True, actor=cast.qian, at=noon)
    flow.say_whether_it_helped(case.id, third.id, helped=False, actor=cast.chen, at=noon)
    second.refresh_from_db()
    assert (second.useful, second.useless, PracticeUse.objects.count()) == (1, 0, 2)
    practices.change(first.id, "四边包胶", revision=1, actor=cast.chen, at=noon)  # read anew
    assert [one.id for one in practices.offered(case.category_id, "stairwell")] == [second.id, first.id]
    step = story("case", case.id)[-2]
    assert (step.entry.event, step.entry.after["outcome"], step.words["text"]) == (
        "practice_used",
        "useful",
        "换门",
    )
    with pytest.raises(NotYours):
        flow.say_whether_it_helped(case.id, first.id, helped=True, actor=cast.zhao, at=noon)
    with pytest.raises(NotFound):
        flow.say_whether_it_helped(case.id, case.id, helped=True, actor=cast.chen, at=noon)
    seal(at=noon)
    assert [*check.findings(), *journal_check.findings()] == []


def test_twin_without_masking_somebody_is_named(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(practices, "nameless", lambda words: words)
    made = flow.learn(solved(cast, noon - DAY).id, WORDS, actor=cast.chen, at=noon)
    assert "王师傅" in made.text
