"""Erasing a person: the words go, the story and the chain stay (I14)."""

from datetime import datetime
from typing import Any

import pytest

from gezhi.cases import check as cases_check
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.calls import note_call
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.flows import reach_reporter
from gezhi.journal import check as journal_check
from gezhi.journal import sealing
from gezhi.journal.models import Words
from gezhi.kernel.refusal import NotYours
from gezhi.reports import check as reports_check
from gezhi.reports import queries as reports
from tests.cast import Cast, done, lin, walk


def test_a_forgotten_reporter_leaves_no_words_and_a_valid_chain(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon, "三单元林家门口的玻璃碎了", contact="13800138000")
    resident = lin(case)
    advance(case.id, Move("add", note="我是林某，住301"), actor=resident, at=noon)
    advance(case.id, Move("note", note="已联系物业"), actor=cast.chen, at=noon)
    sealing.seal(at=noon)
    assert resident.id is not None
    reach_reporter.forget(case.id, resident.id, "本人要求", actor=cast.chen, at=noon)
    sealing.seal(at=noon)
    row = reports.for_desk([resident.id])[0]
    spoken = Words.objects.filter(erased_at=None, name__in=("note", "reason"))
    left = set(spoken.values_list("text", flat=True))
    assert (row.text, row.has_contact, cases.of_report(resident.id).title) == ("", False, "")
    assert left == {"已联系物业", "本人要求"}
    assert [*journal_check.findings(), *cases_check.findings(), *reports_check.findings()] == []


def test_only_the_desk_may_forget(cast: Cast, noon: datetime) -> None:
    case = cast.lin_reports(noon)
    report = lin(case).id
    assert report is not None
    with pytest.raises(NotYours):
        reach_reporter.forget(case.id, report, "想删", actor=cast.qian, at=noon)


def test_erasing_reaches_the_case_that_was_joined_and_leaves_the_others_words(
    cast: Cast, noon: datetime
) -> None:
    kept = cast.lin_reports(noon, "门厅的灯不亮")
    case = cast.lin_reports(noon, "三单元林家门口漆黑")
    resident = lin(case)
    assert resident.id is not None
    advance(case.id, Move("add", note="我是林某，住301"), actor=resident, at=noon)
    advance(case.id, Move("join", into=kept.id), actor=cast.chen, at=noon)
    advance(kept.id, Move("add", note="孩子摔了"), actor=resident, at=noon)
    reach_reporter.forget(kept.id, resident.id, "本人要求", actor=cast.chen, at=noon)
    titles = {one.id: one.title for one in Case.objects.all()}
    spoken = set(Words.objects.filter(erased_at=None, name="note").values_list("text", flat=True))
    assert titles == {kept.id: "门厅的灯不亮", case.id: ""}
    assert spoken.isdisjoint({"我是林某，住301", "孩子摔了"})
    assert [*journal_check.findings(), *cases_check.findings(), *reports_check.findings()] == []


@pytest.mark.parametrize("carries", [True, False])
def test_erasing_reaches_what_was_split_off(cast: Cast, noon: datetime, carries: bool) -> None:
    kept, case = cast.lin_reports(noon, "门厅的灯不亮"), cast.lin_reports(noon, "三单元林家门口漆黑")
    resident = lin(case)
    assert resident.id is not None
    advance(case.id, Move("join", into=kept.id), actor=cast.chen, at=noon)
    parts = (resident.id,) if carries else ()
    advance(kept.id, Move("split", note="林家说还漏水", reports=parts), actor=cast.chen, at=noon)
    child = Case.objects.get(split_from=kept)
    reach_reporter.forget((child if carries else kept).id, resident.id, "本人要求", actor=cast.chen, at=noon)
    titles = {one.id: one.title for one in Case.objects.all()}
    assert titles == {kept.id: "门厅的灯不亮", case.id: "", child.id: ""}
    assert "林家说还漏水" not in set(Words.objects.filter(erased_at=None).values_list("text", flat=True))
    assert [*journal_check.findings(), *cases_check.findings(), *reports_check.findings()] == []


def words_left() -> set[str]:
    return set(Words.objects.filter(erased_at=None).values_list("text", flat=True))


def split_in_words(case: Case, note: str, cast: Cast, at: datetime) -> Case:
    """A second matter, for which no report goes along."""
    advance(case.id, Move("split", note=note), actor=cast.chen, at=at)
    return Case.objects.get(title=note)


@pytest.mark.parametrize("onward", [False, True], ids=["one join", "a chain of joins"])
def test_erasing_reaches_what_was_split_off_in_words_before_the_join_was_undone(
    cast: Cast, noon: datetime, onward: bool
) -> None:
    """What the desk says in its own words while his report is there may be his; what it said before and after is not."""
    kept, case = cast.lin_reports(noon, "门厅的灯不亮"), cast.lin_reports(noon, "三单元林家门口漆黑")
    resident, end = lin(case), kept
    assert resident.id is not None
    before = split_in_words(kept, "走廊也积灰", cast, noon)
    advance(case.id, Move("join", into=kept.id), actor=cast.chen, at=noon)
    first = split_in_words(kept, "林家说还漏水", cast, noon)
    if onward:
        end = cast.lin_reports(noon, "整栋都黑")
        advance(kept.id, Move("join", into=end.id), actor=cast.chen, at=noon)
    second = split_in_words(end, "林家还说电梯响", cast, noon)
    of_it = split_in_words(second, "林家门禁也坏了", cast, noon)
    advance(case.id, Move("undo_join"), actor=cast.chen, at=noon)
    after = split_in_words(end, "门禁坏了", cast, noon)
    reach_reporter.forget(case.id, resident.id, "本人要求", actor=cast.chen, at=noon)
    titles = {one.id: one.title for one in Case.objects.all()}
    told = [titles[one.id] for one in (kept, case, before, first, second, of_it, after)]
    assert told == ["门厅的灯不亮", "", "走廊也积灰", "", "", "", "门禁坏了"]
    assert words_left().isdisjoint({"林家说还漏水", "林家还说电梯响", "林家门禁也坏了"})
    assert {"走廊也积灰", "门禁坏了"} <= words_left()
    assert [*journal_check.findings(), *cases_check.findings(), *reports_check.findings()] == []


def test_twin_who_follows_todays_joins_only_leaves_it(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.cases.forgetting._onward", lambda _steps, _report: [])
    with pytest.raises(AssertionError):
        test_erasing_reaches_what_was_split_off_in_words_before_the_join_was_undone(cast, noon, False)


def test_erasing_asks_for_no_more_however_much_others_were_split(
    cast: Cast, noon: datetime, django_assert_max_num_queries: Any
) -> None:
    """Of strangers' cases not one row is read."""
    asked = []
    for number in range(2):
        for _each in range(number * 3):
            split_in_words(cast.lin_reports(noon, "别处的灯"), f"别的事 {_each}", cast, noon)
        case = cast.lin_reports(noon, "三单元林家门口漆黑")
        report = lin(case).id
        assert report is not None
        with django_assert_max_num_queries(100) as queries:
            reach_reporter.forget(case.id, report, "本人要求", actor=cast.chen, at=noon)
        asked.append(len(queries))
        assert not any('"split_from_id" IS NOT NULL' in one["sql"] for one in queries)
    assert asked[0] == asked[1]


@pytest.mark.parametrize("outcome", ["satisfied", "unsatisfied", "not_reached"])
def test_erasing_reaches_what_the_desk_wrote_down_of_a_talk(cast: Cast, noon: datetime, outcome: str) -> None:
    case = cast.lin_reports(noon, "门厅的灯不亮", contact="13800138000")
    resident = lin(case)
    assert resident.id is not None
    told = (
        (cast.chen, Move("accept")),
        (cast.chen, Move("dispatch", party=cast.property, note="请尽快")),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
        (cast.zhao, Move("pass_check", note="亮了")),
    )
    walk(case, *told, at=noon)
    for owed in list(cases.owed_calls(cast.chen)):
        result = outcome if owed.kind == "please_confirm" else "told"
        note_call(owed.id, result, "他说住在301，姓林", actor=cast.chen, at=noon)
    reach_reporter.forget(case.id, resident.id, "本人要求", actor=cast.chen, at=noon)
    left = set(Words.objects.filter(erased_at=None).values_list("text", flat=True))
    assert "他说住在301，姓林" not in left
    assert {"请尽快", "亮了"} <= left


def test_twin_who_forgets_the_talks_leaves_them(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.cases.forgetting.TOLD_BY_MOUTH", frozenset())
    with pytest.raises(AssertionError):
        test_erasing_reaches_what_the_desk_wrote_down_of_a_talk(cast, noon, "satisfied")
