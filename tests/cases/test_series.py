"""What keeps coming back at a spot: its desk is asked once, and what it answered is kept."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases import beside, check
from gezhi.cases.memory import series
from gezhi.cases.models import Case, RootCause
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.flows.root_cause import raise_cure
from gezhi.journal import check as journal_check
from gezhi.journal.queries import story
from gezhi.journal.sealing import seal
from gezhi.kernel.refusal import Missing, NotFound, NotFromHere, NotYours
from tests.cast import Cast, solved, walk
from tests.plans import on_sqlite

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def again(cast: Cast, at: datetime) -> Case:
    """The same once more, accepted."""
    return walk(cast.lin_reports(at), (cast.chen, Move("accept")), at=at)


@pytest.mark.parametrize(
    ("days", "is_one"),
    [((10,), True), ((90,), True), ((91,), False), ((100, 200), False), ((100, 200, 300), True), ((), False)],
)
def test_one_asks_after_a_closing_within_ninety_days_or_three_in_a_year(
    days: tuple[int, ...], is_one: bool, noon: datetime
) -> None:
    assert series.is_series([noon - n * DAY for n in days], noon, 90) is is_one


def test_its_desk_is_asked_once_and_the_answer_is_kept_for_a_year(cast: Cast, noon: datetime) -> None:
    before = solved(cast, noon - 30 * DAY)
    case = again(cast, noon)
    found = series.of(case, at=noon)
    assert found is not None
    assert ([one.number for one in found.before], found.answer, found.cure) == ([before.number], "", "")
    series.not_now(case.id, actor=cast.chen, at=noon)
    assert series.of(case, at=noon).answer == "not_now"
    with pytest.raises(NotFromHere) as refused:
        series.not_now(case.id, actor=cast.chen, at=noon)
    assert refused.value.code == "root_cause_answered"
    step = story("case", case.id)[-1].entry
    assert (step.event, step.after) == ("root_cause", {"outcome": "not_now"})
    third = again(cast, noon + 3 * DAY)
    assert series.of(third, at=noon + 3 * DAY).answer == "not_now"
    later = noon + 366 * DAY
    RootCause.objects.update(at=noon - 2 * DAY)
    Case.objects.filter(id=before.id).update(closed_at=later - 80 * DAY)
    assert series.of(third, at=later).answer == ""


def test_a_case_is_raised_for_the_cure_linked_to_what_was_before(cast: Cast, noon: datetime) -> None:
    before = solved(cast, noon - 30 * DAY)
    case = again(cast, noon)
    cure = raise_cure(case.id, "根治：换掉整扇门", None, actor=cast.chen, at=noon)
    assert (cure.title, cure.split_from_id, cure.came_back_from_id, cure.place_id, cure.category_id) == (
        "根治：换掉整扇门",
        case.id,
        before.id,
        case.place_id,
        case.category_id,
    )
    found = series.of(case, at=noon)
    assert found is not None
    assert (found.answer, found.cure) == ("raised", cure.number)
    with pytest.raises(NotFromHere):
        raise_cure(case.id, "再来一件", None, actor=cast.chen, at=noon)
    assert Case.objects.filter(split_from=case.id).count() == 1
    seal(at=noon)
    assert [*check.findings(), *journal_check.findings()] == []


def test_with_a_day_it_is_put_to_that_meeting_in_the_hands_of_who_raised_it(
    cast: Cast, noon: datetime
) -> None:
    solved(cast, noon - 30 * DAY)
    case, day = again(cast, noon), noon + 7 * DAY
    cure = raise_cure(case.id, "根治：换掉整扇门", day, actor=cast.chen, at=noon)
    assert (cure.state, cure.meeting_at, cure.lead_id) == ("in_hand", day, cast.desk_a)
    seal(at=noon)
    assert [*check.findings(), *journal_check.findings()] == []


def test_nothing_is_raised_without_words_or_a_right_to(cast: Cast, noon: datetime) -> None:
    solved(cast, noon - 30 * DAY)
    case = again(cast, noon)
    count = Case.objects.count()
    with pytest.raises(Missing):
        raise_cure(case.id, " ", None, actor=cast.chen, at=noon)
    with pytest.raises(NotYours):
        series.not_now(case.id, actor=cast.zhao, at=noon)
    with pytest.raises(NotFound):
        series.not_now(case.id, actor=cast.mo, at=noon)
    assert (Case.objects.count(), RootCause.objects.count()) == (count, 0)


def test_another_category_or_nothing_before_is_no_series(cast: Cast, noon: datetime) -> None:
    solved(cast, noon - 30 * DAY, category=catalogue.by_code("0201").id)
    case = again(cast, noon)
    assert series.of(case, at=noon) is None
    with pytest.raises(NotFromHere) as refused:
        series.not_now(case.id, actor=cast.chen, at=noon)
    assert refused.value.code == "no_series"


def test_what_an_import_under_way_brings_is_not_told_of(cast: Cast, noon: datetime) -> None:
    from gezhi.reports.models import ImportRun

    before = solved(cast, noon - 30 * DAY)
    case = again(cast, noon)
    run = ImportRun.objects.create(**_run(noon))
    Case.objects.filter(id=before.id).update(run_id=run.id)
    assert series.of(case, at=noon) is None
    ImportRun.objects.update(published_at=noon)
    assert series.of(case, at=noon) is not None


def _run(noon: datetime) -> dict[str, Any]:
    return {"source": "test", "started_at": noon, "file_digest": "x"}


@on_sqlite
def test_closings_at_a_spot_are_read_along_their_index(cast: Cast, noon: datetime) -> None:
    rows = series._closings(cast.town.stairwell, catalogue.by_code("0107").id, noon)
    plan = str(rows.explain())
    assert "closed_cases_at_a_place" in plan
    assert "sqlite_autoindex_cases_rootcause" in plan


def test_twin_without_the_held_answer_the_same_is_raised_twice(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved(cast, noon - 30 * DAY)
    case = again(cast, noon)
    monkeypatch.setattr(series, "raised", lambda *args, **more: None)
    for _ in range(2):
        raise_cure(case.id, "根治", None, actor=cast.chen, at=noon)
    assert len(beside.related(case, actor=cast.chen)) == 3
