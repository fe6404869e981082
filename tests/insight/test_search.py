"""Whatever words of a case somebody types, the case is found, on both engines alike; and nothing is found that is gone or not his to see."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gezhi.cases import lists, queries
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import actions as naming
from gezhi.catalogue import queries as catalogue
from gezhi.config import worker
from gezhi.flows import reach_reporter
from gezhi.insight import check
from gezhi.insight.models import SearchCursor, SearchLine
from gezhi.insight.search import coded, engines, finding, following
from gezhi.insight.search.finding import Found, look_for
from gezhi.journal.queries import sealed_position
from gezhi.kernel import counting
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.reports import queries as reports
from tests.cast import Cast

pytestmark = pytest.mark.django_db
WORDS = "三单元门口積水很深，LED灯也不亮，请打13800138000找我"


@pytest.fixture
def flooded(cast: Cast, noon: datetime) -> Case:
    """Somebody wrote of standing water, and the clockwork has been round since."""
    cast.lin_reports(noon - timedelta(hours=2), "楼道堆了纸箱")
    case = cast.lin_reports(noon, WORDS)
    worker.keep_books(noon)
    return case


def seen(words: str, actor: Actor, at: datetime) -> list[str]:
    """The numbers of the cases in somebody's list with these words."""
    found = look_for(words)
    assert found is not None
    wanted = lists.CaseFilter(states=lists.OPEN, holds=found.holds)
    return [case.number for case in lists.listed(wanted, actor=actor, at=at, soon=at)]


@pytest.mark.parametrize(
    "words",
    ["积水", "積水", "水", "ｌｅｄ", "门口 不亮", "悦海花园", "{number}", "{tail}", "yhhy", "积水很深，L"],
)
def test_a_case_is_found_by_any_of_its_words(cast: Cast, flooded: Case, noon: datetime, words: str) -> None:
    asked = words.format(number=flooded.number, tail=flooded.number[-5:])
    assert flooded.number in seen(asked, cast.chen, noon)


@pytest.mark.parametrize("words", ["积了水", "水积", "门口 纸箱", "13800138000", "8001380"])
def test_what_does_not_stand_there_or_tells_of_a_person_finds_nothing(
    cast: Cast, flooded: Case, noon: datetime, words: str
) -> None:
    assert seen(words, cast.chen, noon) == []


def test_what_came_a_moment_ago_is_found_before_the_clockwork_has_been_round(
    cast: Cast, flooded: Case, noon: datetime
) -> None:
    fresh = cast.lin_reports(noon, "车库也積水了")
    assert set(seen("积水", cast.chen, noon)) == {flooded.number, fresh.number}


def test_nobody_finds_what_is_not_his_to_see(cast: Cast, flooded: Case, noon: datetime) -> None:
    assert seen("积水", cast.mo, noon) == []


def test_more_than_are_counted_are_found_along_the_list(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "COUNTED", 1)
    found = look_for("单元")
    assert found is not None
    assert found.ids is None
    assert len(seen("单元", cast.chen, noon)) == Case.objects.count() == 2


def test_what_some_thousands_hold_is_asked_of_the_index_and_is_the_same(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """积水 stands in three cases, and one is counted: the list is the same whether the index or each line is asked."""
    for n in range(2):
        cast.lin_reports(noon, f"地下车库积水 {n}")
    worker.keep_books(noon)
    every = seen("积水", cast.chen, noon)
    monkeypatch.setattr(counting, "COUNTED", 1)
    listed = look_for("积水")
    assert listed is not None
    assert (listed.ids, len(listed.listed)) == (None, 3)
    assert seen("积水", cast.chen, noon) == every
    monkeypatch.setattr(finding, "MOST_LISTED", 2)
    finding._kept.clear()
    walked = look_for("积水")
    assert walked is not None
    assert walked == Found(("积水",), None)
    assert seen("积水", cast.chen, noon) == every
    assert len(every) == 3


def test_what_some_thousands_hold_is_asked_once_while_nothing_happens(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three cases speak of 积水, and one is counted: the index is asked again when something happened, or when some seconds are over."""
    monkeypatch.setattr(counting, "COUNTED", 1)
    for n in range(2):
        cast.lin_reports(noon, f"地下车库积水 {n}")
    worker.keep_books(noon)

    def cost() -> int:
        with CaptureQueriesContext(connection) as statements:
            found = look_for("积水")
        assert found is not None
        assert len(found.listed) == 3
        return len(statements)

    assert (cost(), cost(), cost()) == (2, 3, 1)
    cast.lin_reports(noon, "路灯不亮")
    assert (cost(), cost()) == (3, 1)
    monkeypatch.setattr(finding, "KEPT_SECONDS", 0.0)
    assert (cost(), cost()) == (2, 2)


def test_of_a_word_of_two_signs_the_index_alone_says_that_many_hold_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """积水 and 水深 stand in three cases, 积水深 in none: of a longer word the texts decide. Sabotaged, the index does, and is wrong."""
    for n in range(3):
        cast.lin_reports(noon, f"地下车库积水了，水深 {n} 尺")
    worker.keep_books(noon)
    monkeypatch.setattr(counting, "COUNTED", 1)
    monkeypatch.setattr(finding, "MOST_LISTED", 2)
    with CaptureQueriesContext(connection) as statements:
        assert look_for("积水") == Found(("积水",), None)
    assert len(statements) == 1
    assert look_for("积水深") == Found(("积水深",), ())
    monkeypatch.setattr(engines, "WHOLE", 3)
    assert look_for("积水深") == Found(("积水深",), None)


def test_words_that_change_are_found_as_they_are_now(cast: Cast, flooded: Case, noon: datetime) -> None:
    [report] = _reports(flooded)
    reach_reporter.restate(flooded.id, report, "门口排水沟堵了", actor=cast.chen, at=noon)
    worker.keep_books(noon)
    assert (seen("积水", cast.chen, noon), seen("排水沟", cast.chen, noon)) == ([], [flooded.number])


def test_what_is_erased_is_found_no_more_in_the_same_moment(
    cast: Cast, flooded: Case, noon: datetime
) -> None:
    [report] = _reports(flooded)
    reach_reporter.forget(flooded.id, report, "本人要求", actor=cast.chen, at=noon)
    assert seen("积水", cast.chen, noon) == []
    assert not SearchLine.objects.filter(text__contains="积水").exists()


def test_sabotage_an_index_that_forgot_a_case_is_found_out(cast: Cast, flooded: Case, noon: datetime) -> None:
    line = SearchLine.objects.get(case_id=flooded.id)
    assert [*check.findings()] == []
    _lose(line)
    assert [one.what for one in check.findings()] == ["is not found by its own words"]


def test_sabotage_a_line_that_says_something_else_is_found_out(
    cast: Cast, flooded: Case, noon: datetime
) -> None:
    SearchLine.objects.filter(case_id=flooded.id).update(text="别的")
    assert [one.what for one in check.findings()] == ["says something else than its case"]
    SearchLine.objects.all().delete()
    assert {"cannot be searched: it has no search line"} == {one.what for one in check.findings()}


def test_read_twice_or_by_two_it_says_the_same(cast: Cast, flooded: Case, noon: datetime) -> None:
    before = list(SearchLine.objects.order_by("number").values_list("number", "text"))
    SearchCursor.objects.update(position=0)
    worker.keep_books(noon)
    assert list(SearchLine.objects.order_by("number").values_list("number", "text")) == before
    assert [*check.findings()] == []


def test_after_an_upgrade_the_journal_is_read_a_few_batches_at_a_time(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    _forget_all()
    monkeypatch.setattr(following, "BATCH", 1)
    assert following.catch_up(1) == 1
    assert 0 < SearchCursor.objects.get().position < sealed_position()
    assert [*check.findings()] == []  # nothing is wrong with what is not read yet
    following.catch_up()
    assert SearchLine.objects.count() == 2
    assert [*check.findings()] == []


@pytest.mark.parametrize("words", ["路面积水", "積水", "路面 地下"])
def test_the_words_of_a_category_find_its_cases(cast: Cast, noon: datetime, words: str) -> None:
    case = _in_category(cast, noon)
    assert seen(words, cast.chen, noon) == [case.number]
    assert [*check.findings()] == []


def test_another_category_and_another_name_are_followed(cast: Cast, noon: datetime) -> None:
    case = _in_category(cast, noon)
    kind = catalogue.by_code("0401")
    name = {"zh": "道路水洼", "zh_hant": "道路水窪", "en": "Puddles"}
    naming.change_category(kind.id, {"name": name}, revision=kind.revision, actor=SYSTEM, at=noon)
    assert [*check.findings()] == []  # it is not done yet, and nothing is wrong
    worker.keep_books(noon)
    assert seen("水洼", cast.chen, noon) == [case.number]
    assert [*check.findings()] == []


def test_lines_of_before_an_upgrade_are_made_anew_in_small_steps(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dict(SearchLine.objects.values_list("case_id", "text"))
    SearchCursor.objects.update(form="")
    SearchLine.objects.update(text="旧的写法")
    monkeypatch.setattr(following, "BATCH", 1)
    assert following.catch_up(1) == 1
    assert sorted(SearchLine.objects.values_list("text", flat=True)).count("旧的写法") == 1
    assert [*check.findings()] == []
    following.catch_up()
    assert dict(SearchLine.objects.values_list("case_id", "text")) == before
    assert following.catch_up() == 0


def test_sabotage_without_its_form_old_lines_would_stay(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    SearchLine.objects.update(text="旧的写法")
    following.catch_up()
    assert set(SearchLine.objects.values_list("text", flat=True)) == {"旧的写法"}
    assert "says something else than its case" in {one.what for one in check.findings()}


def _code(case: Case) -> str:
    [report] = _reports(case)
    return reports.tracking_code(report)


@pytest.mark.parametrize(
    "written",
    [
        str,
        str.upper,
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: f" {code} ",
    ],
)
def test_a_tracking_code_finds_its_case_however_it_is_written(
    cast: Cast, flooded: Case, noon: datetime, written: Callable[[str], str]
) -> None:
    assert seen(written(_code(flooded)), cast.chen, noon) == [flooded.number]


def test_a_tracking_code_opens_nothing_that_is_not_his_to_see(
    cast: Cast, flooded: Case, noon: datetime
) -> None:
    code = _code(flooded)
    assert (
        seen(code, cast.mo, noon)
        == seen(code[:-1] + ("2" if code[-1] != "2" else "3"), cast.chen, noon)
        == []
    )


def test_sabotage_without_the_digest_a_code_finds_nothing(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coded, "case_of", lambda words: None)
    assert seen(_code(flooded), cast.chen, noon) == []


def _in_category(cast: Cast, noon: datetime) -> Case:
    case = cast.lin_reports(noon, "地下车库漏了")
    Case.objects.filter(id=case.id).update(category_id=catalogue.by_code("0401").id)
    worker.keep_books(noon)
    return case


def _forget_all() -> None:
    for line in SearchLine.objects.all():
        _lose(line)
    SearchLine.objects.all().delete()
    SearchCursor.objects.all().delete()


def test_whoever_comes_second_to_the_end_of_the_journal_does_nothing(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_is_behind", lambda: True)  # as he saw it a moment ago
    assert following.catch_up() == 0


def test_a_move_that_changes_no_words_writes_nothing(
    cast: Cast, flooded: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[object] = []
    monkeypatch.setattr(engines, "keep", kept.extend)
    advance(flooded.id, Move("accept"), actor=cast.chen, at=noon)
    worker.keep_books(noon)
    assert kept == []


def _reports(case: Case) -> list[UUID]:
    return queries.report_ids([case.id])[case.id]


def _lose(line: SearchLine) -> None:
    if connection.vendor == "sqlite":
        engines.keep([engines.Written(line.case_id, line.number, line.text, None)])
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE insight_searchline SET tokens = NULL WHERE jurisdiction_id = %s AND number = %s",
            [line.jurisdiction_id, line.number],
        )
