"""The desk says one sentence of a case to everybody, after somebody looked at it; what may never be said is not, and what was said goes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gezhi.cases import check, public, publicly
from gezhi.cases import queries as cases
from gezhi.cases.models import Case, PublicWords
from gezhi.cases.move import Move
from gezhi.cases.publicly import keep_quiet, say
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.discreet import DISCREET
from gezhi.flows import reach_reporter
from gezhi.journal import check as journal_check
from gezhi.journal import sealing
from gezhi.journal.models import Words
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, NotYours, Refusal, Stale
from gezhi.reports.models import Report
from tests.cast import Cast, lin, walk

SENTENCE = "3号楼2单元的门玻璃碎了，已围挡"


@pytest.fixture
def case(cast: Cast, noon: datetime) -> Case:
    return walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)


def shown(case: Case) -> str:
    return public.words_for_all([case.id]).get(case.id, "")


def story(case: Case) -> list[tuple[str, str]]:
    """Of each decision what came of it and the words kept beside it."""
    steps = [step for step in cases.timeline(case) if step.entry.event == publicly.EVENT]
    return [(step.entry.after["outcome"], step.words.get("text", "")) for step in steps]


def refused(deed: Any) -> Refusal:
    with pytest.raises(Refusal) as found:
        deed()
    return found.value


def nothing_is_wrong(at: datetime) -> bool:
    sealing.seal(at=at)
    return [*check.findings(), *journal_check.findings()] == []


# ---- saying, changing, taking back ----


def test_what_the_desk_says_is_read_by_everybody_until_it_says_otherwise(
    cast: Cast, case: Case, noon: datetime
) -> None:
    assert shown(case) == ""
    say(case.id, f"  {SENTENCE}\n", actor=cast.chen, at=noon)
    assert shown(case) == SENTENCE
    say(case.id, "门玻璃换好了", version=1, actor=cast.zhou, at=noon)
    assert shown(case) == "门玻璃换好了"
    say(case.id, "门玻璃换好了", actor=cast.zhou, at=noon)  # the same again is no deed
    keep_quiet(case.id, version=2, actor=cast.chen, at=noon)
    assert shown(case) == ""
    assert story(case) == [("shown", SENTENCE), ("shown", "门玻璃换好了"), ("kept", "")]
    row = publicly.standing(case.id)
    assert (row.version, row.by_id, row.text) == (3, cast.chen.id, "")
    assert nothing_is_wrong(noon)


def test_saying_changes_neither_the_case_nor_its_version(cast: Cast, case: Case, noon: datetime) -> None:
    say(case.id, SENTENCE, actor=cast.chen, at=noon)
    assert Case.objects.get(id=case.id).version == case.version
    walk(case, (cast.chen, Move("dispatch", party=cast.property)), (cast.qian, Move("take")), at=noon)
    assert shown(case) == SENTENCE
    assert nothing_is_wrong(noon)


def test_who_comes_second_learns_of_it(cast: Cast, case: Case, noon: datetime) -> None:
    say(case.id, SENTENCE, version=0, actor=cast.chen, at=noon)
    assert isinstance(refused(lambda: say(case.id, "别的", version=0, actor=cast.zhou, at=noon)), Stale)
    assert isinstance(refused(lambda: keep_quiet(case.id, version=0, actor=cast.zhou, at=noon)), Stale)
    assert shown(case) == SENTENCE


@pytest.mark.parametrize(
    ("who", "why"),
    [("wei", NotYours), ("sun", NotYours), ("zhao", NotYours), ("mo", NotFound), ("gao", NotFound)],
)
def test_only_the_desk_says_anything(cast: Cast, case: Case, noon: datetime, who: str, why: Any) -> None:
    walk(case, (cast.chen, Move("dispatch", party=cast.property)), at=noon)
    actor = getattr(cast, who)
    assert type(refused(lambda: say(case.id, SENTENCE, actor=actor, at=noon))) is why
    assert type(refused(lambda: keep_quiet(case.id, actor=actor, at=noon))) is why
    assert publicly.standing(case.id) is None


def test_sabotage_were_nobody_asked_who_he_is_anybody_would(
    cast: Cast, case: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publicly, "may_say", lambda roles: True)
    say(case.id, SENTENCE, actor=cast.wei, at=noon)
    assert shown(case) == SENTENCE


# ---- what is never said ----


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("请打13800138000", "phone"),
        ("请打一三八〇〇一三八零零零", "phone"),
        ("身份证370602 19900101 123X", "identity"),
        ("鲁K·12345挡了门", "plate"),
        ("写信到 wei@example.com", "email"),
        ("加微信号wei_1990", "chat"),
        ("字" * 121, "too_long"),
        ("灯\u200b坏了", "hidden"),
        ("302室王先生家漏水", "to_confirm"),
    ],
)
def test_a_sentence_that_points_at_somebody_is_not_said(
    cast: Cast, case: Case, noon: datetime, text: str, code: str
) -> None:
    found = refused(lambda: say(case.id, text, actor=cast.chen, at=noon))
    assert (type(found), found.code) == (Invalid, code)
    assert publicly.standing(case.id) is None


def test_an_empty_sentence_is_none(cast: Cast, case: Case, noon: datetime) -> None:
    assert isinstance(refused(lambda: say(case.id, " \n", actor=cast.chen, at=noon)), Missing)


def test_what_only_looks_like_a_name_is_said_when_somebody_confirms_just_that(
    cast: Cast, case: Case, noon: datetime
) -> None:
    say(case.id, "高经理牌门锁换好了", confirmed={"高经理"}, actor=cast.chen, at=noon)
    assert shown(case) == "高经理牌门锁换好了"
    found = refused(lambda: say(case.id, "高经理和王先生", confirmed={"高经理"}, actor=cast.chen, at=noon))
    assert found.code == "to_confirm"
    found = refused(
        lambda: say(case.id, "打13800138000", confirmed={"13800138000"}, actor=cast.chen, at=noon)
    )
    assert found.code == "phone"


def test_a_proposal_can_be_said_as_it_stands() -> None:
    said = "我住3-2-501，姓名：林芳，电话13800138000。车鲁K12345挡了单元门！还有别的"
    found = publicly.proposed(said)
    assert found == "我住3号楼2单元某户，姓名：某人，电话***"
    assert publicly.judged(found) == found
    assert publicly.proposed("灯坏了。三楼也不亮。别的") == "灯坏了。三楼也不亮"
    assert publicly.proposed("很长" * 100).endswith("…")
    assert publicly.proposed("") == publicly.proposed("\u200b\n") == ""


# ---- of which cases ----


def test_nothing_is_said_before_somebody_accepted_it(cast: Cast, noon: datetime) -> None:
    fresh = cast.lin_reports(noon)
    asked = walk(cast.lin_reports(noon, text="又一件"), (cast.chen, Move("ask", note="哪里")), at=noon)
    declined = walk(
        cast.lin_reports(noon, text="再一件"), (cast.chen, Move("decline", reason="不是这里")), at=noon
    )
    for one in (fresh, asked, declined):
        found = refused(lambda one=one: say(one.id, SENTENCE, actor=cast.chen, at=noon))
        assert (type(found), found.code) == (NotFromHere, "no_words_not_accepted")


def test_nothing_is_said_of_a_complaint_and_of_what_points_at_a_home(cast: Cast, noon: datetime) -> None:
    for code, why in (("1204", "complaint"), (min(DISCREET), "discreet")):
        one = cast.lin_reports(noon, text=f"{code} 一件", category=catalogue.by_code(code).id)
        walk(one, (cast.chen, Move("accept")), at=noon)
        found = refused(lambda one=one: say(one.id, SENTENCE, actor=cast.chen, at=noon))
        assert (type(found), found.code) == (NotFromHere, f"no_words_{why}")


@pytest.mark.parametrize("code", sorted(DISCREET))
def test_no_leaf_that_points_at_a_home_is_spoken_of(cast: Cast, code: str) -> None:
    assert publicly.why_none_of(catalogue.by_code(code)) == "discreet"


def test_what_was_said_is_taken_back_when_the_case_may_have_none_any_more(cast: Cast, noon: datetime) -> None:
    into = walk(cast.lin_reports(noon, text="另一件"), (cast.chen, Move("accept")), at=noon)
    moves = {
        "complaint": Move("correct", category=catalogue.by_code("1204").id),
        "discreet": Move("correct", category=catalogue.by_code("1201").id),
        "joined": Move("join", into=into.id),
        "referred": Move("not_ours", reason="不归这里管"),
    }
    for why, move in moves.items():
        one = walk(cast.lin_reports(noon, text=why), (cast.chen, Move("accept")), at=noon)
        say(one.id, SENTENCE, actor=cast.chen, at=noon)
        one = walk(one, (cast.zhou if why == "referred" else cast.chen, move), at=noon)
        assert (publicly.why_none(one), shown(one)) == (why, "")
        assert story(one) == [("shown", SENTENCE), ("kept", "")]
        assert publicly.standing(one.id).by_id is None
    assert nothing_is_wrong(noon)


def test_twin_left_where_it_was_it_would_be_found_and_nobody_would_see_it(
    cast: Cast, case: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(case.id, SENTENCE, actor=cast.chen, at=noon)
    monkeypatch.setattr(publicly, "follow_moved", lambda case, was, at: None)
    walk(case, (cast.chen, Move("correct", category=catalogue.by_code("1201").id)), at=noon)
    assert shown(case) == ""
    assert [str(one.what) for one in check.findings() if one.where == case.number] == [
        "stand on a case that may have none: discreet"
    ]


def test_sabotage_were_it_not_asked_again_when_it_is_shown_everybody_would_read_it(
    cast: Cast, case: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(case.id, SENTENCE, actor=cast.chen, at=noon)
    Case.objects.filter(id=case.id).update(complained_of_id=cast.property)
    assert shown(case) == ""
    monkeypatch.setattr(publicly, "why_none", lambda case: "")
    assert shown(case) == SENTENCE


# ---- erasing ----


def test_erasing_a_reporter_takes_along_what_was_said_in_public(
    cast: Cast, case: Case, noon: datetime
) -> None:
    say(case.id, SENTENCE, actor=cast.chen, at=noon)
    say(case.id, "换了一句", actor=cast.chen, at=noon)
    reach_reporter.forget(case.id, lin(case).id, "本人要求", actor=cast.chen, at=noon)
    assert shown(case) == ""
    assert story(case) == [("shown", ""), ("shown", ""), ("kept", "")]
    assert not Words.objects.filter(text__in=(SENTENCE, "换了一句")).exists()
    assert not PublicWords.objects.exclude(text="").exists()
    assert nothing_is_wrong(noon)


def test_erasing_follows_him_into_the_case_that_his_was_joined_into(
    cast: Cast, case: Case, noon: datetime
) -> None:
    other = cast.lin_reports(noon, text="门口的玻璃")
    resident = lin(other).id
    walk(other, (cast.chen, Move("join", into=case.id)), at=noon)
    say(case.id, SENTENCE, actor=cast.chen, at=noon)
    reach_reporter.forget(case.id, resident, "本人要求", actor=cast.chen, at=noon)
    assert (shown(case), story(case)) == ("", [("shown", ""), ("kept", "")])
    assert nothing_is_wrong(noon)


OPEN_FORMS = ("never_decided", "taken_back", "kept_quiet")


def form_open(cast: Cast, case: Case, noon: datetime, stood: str) -> int:
    """What stood when Chen opened the form with Lin's words in it; the version in the form."""
    if stood == "taken_back":
        say(case.id, SENTENCE, actor=cast.chen, at=noon)
    if stood != "never_decided":
        keep_quiet(case.id, actor=cast.chen, at=noon)
    row = publicly.standing(case.id)
    return row.version if row else 0


@pytest.mark.parametrize("stood", OPEN_FORMS)
def test_a_form_that_was_open_while_he_was_erased_does_not_bring_his_words_back(
    cast: Cast, case: Case, noon: datetime, stood: str
) -> None:
    version = form_open(cast, case, noon, stood)
    reach_reporter.forget(case.id, lin(case).id, "本人要求", actor=cast.chen, at=noon)
    assert isinstance(
        refused(lambda: say(case.id, SENTENCE, version=version, actor=cast.chen, at=noon)), Stale
    )
    assert shown(case) == ""
    assert nothing_is_wrong(noon)


@pytest.mark.parametrize("stood", OPEN_FORMS)
def test_twin_were_only_what_is_said_taken_back_the_open_form_would_bring_them_back(
    cast: Cast, case: Case, noon: datetime, stood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publicly, "forget", lambda *_all, **_more: None)
    version = form_open(cast, case, noon, stood)
    reach_reporter.forget(case.id, lin(case).id, "本人要求", actor=cast.chen, at=noon)
    say(case.id, SENTENCE, version=version, actor=cast.chen, at=noon)
    assert shown(case) == SENTENCE


@pytest.mark.parametrize(
    ("stood", "waits_again"), [("never_decided", True), ("said", True), ("kept_quiet", False)]
)
def test_after_an_erasing_it_may_be_said_anew_and_waits_for_it_unless_somebody_keeps_it_quiet(
    cast: Cast, case: Case, noon: datetime, stood: str, waits_again: bool
) -> None:
    if stood == "said":
        say(case.id, SENTENCE, actor=cast.chen, at=noon)
    elif stood == "kept_quiet":
        keep_quiet(case.id, actor=cast.chen, at=noon)
    reach_reporter.forget(case.id, lin(case).id, "本人要求", actor=cast.chen, at=noon)
    assert [one.id for one in publicly.waiting(cast.chen, at=noon)] == [case.id] * waits_again
    version = publicly.standing(case.id).version
    say(case.id, "门玻璃换好了", version=version, actor=cast.chen, at=noon)
    assert shown(case) == "门玻璃换好了"
    assert nothing_is_wrong(noon)


def test_twin_left_out_his_words_would_stay(
    cast: Cast, case: Case, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publicly, "forget", lambda *_all, **_more: None)
    say(case.id, SENTENCE, actor=cast.chen, at=noon)
    reach_reporter.forget(case.id, lin(case).id, "本人要求", actor=cast.chen, at=noon)
    assert shown(case) == SENTENCE


# ---- what waits ----


def test_what_waits_is_what_may_be_said_and_nobody_decided(cast: Cast, case: Case, noon: datetime) -> None:
    def waits(actor: Any, at: datetime = noon) -> list[str]:
        return list(publicly.waiting(actor, at=at).values_list("number", flat=True))

    kept, said = (
        walk(cast.lin_reports(noon, text=text), (cast.chen, Move("accept")), at=noon)
        for text in ("一件", "两件")
    )
    cast.lin_reports(noon, text="没受理")
    for code in ("1204", "1201"):
        walk(
            cast.lin_reports(noon, text=code, category=catalogue.by_code(code).id),
            (cast.chen, Move("accept")),
            at=noon,
        )
    assert waits(cast.chen) == [said.number, kept.number, case.number]
    keep_quiet(kept.id, actor=cast.chen, at=noon)
    say(said.id, SENTENCE, actor=cast.chen, at=noon)
    assert waits(cast.chen) == [case.number]
    assert [waits(who) for who in (cast.zhou, cast.wei, cast.mo, cast.zhao)] == [[], [], [], []]
    assert waits(cast.chen, noon + timedelta(days=31)) == []


def test_a_proposal_is_made_of_the_first_report_or_of_what_the_desk_made_of_it(
    cast: Cast, case: Case, noon: datetime
) -> None:
    assert publicly.proposals([case.id]) == {
        case.id: ("楼道门玻璃碎了，地上有碎片", "楼道门玻璃碎了，地上有碎片")
    }
    reach_reporter.restate(case.id, lin(case).id, "单元门玻璃破损，需更换", actor=cast.chen, at=noon)
    assert publicly.proposals([case.id])[case.id][0] == "单元门玻璃破损，需更换"
    Report.objects.update(text="", restatement="")
    assert publicly.proposals([case.id]) == {case.id: ("", "")}


# ---- gezhi check ----


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"text": "请打13800138000"}, "carry what identifies somebody: phone"),
        ({"text": "身份证37060219900101123X"}, "carry what identifies somebody: identity"),
        ({"version": 7}, "are not what its journal says was decided"),
    ],
)
def test_the_check_finds_what_was_written_past_the_desk(
    cast: Cast, case: Case, noon: datetime, change: dict[str, Any], what: str
) -> None:
    say(case.id, SENTENCE, actor=cast.chen, at=noon)
    assert list(check.findings()) == []
    PublicWords.objects.update(**change)
    assert [(one.where, one.what) for one in check.findings()] == [(case.number, what)]


def test_the_check_finds_words_that_are_gone(cast: Cast, case: Case, noon: datetime) -> None:
    say(case.id, SENTENCE, actor=cast.chen, at=noon)
    PublicWords.objects.all().delete()
    assert [one.what for one in check.findings()] == ["stand in the journal but not on the case"]


def test_what_nobody_has_read_yet_is_not_called_a_complaint_where_a_company_serves(
    cast: Cast, noon: datetime
) -> None:
    fresh = cast.lin_reports(noon, category=None)
    assert (fresh.complained_of_id, fresh.category_id) == (cast.property, None)
    assert publicly.why_none(fresh) == "not_accepted"


def test_sabotage_by_the_precaution_alone_it_would_be_called_one(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publicly, "is_complaint", lambda case: case.complained_of_id is not None)
    assert publicly.why_none(cast.lin_reports(noon, category=None)) == "complaint"
