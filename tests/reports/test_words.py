"""Words after the first ones: the desk's wording for handlers, what the reporter adds, what is forgotten."""

import pytest

from gezhi.evidence import check as evidence_check
from gezhi.evidence import queries as evidence
from gezhi.evidence import store
from gezhi.evidence.actions import keep, purge
from gezhi.journal import check as journal_check
from gezhi.journal.models import Words
from gezhi.journal.queries import story
from gezhi.kernel.actor import reporter
from gezhi.kernel.finding import Finding
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere
from gezhi.reports import actions, check, queries
from gezhi.reports.actions import add_words, erase, restate, reveal_contact
from gezhi.reports.intake import Intake
from gezhi.reports.models import Report
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import city_scope
from tests.evidence.pictures import Sent, photo

LIN = Intake("qr", "物业的老王从来不修门禁，态度恶劣", contact="13800138000", key="k" * 20)


def test_handlers_read_the_desk_s_wording_and_the_desk_both(take_in, chen, noon, django_assert_num_queries):
    id = take_in(LIN).report_id
    (before,) = queries.for_handlers([id])
    assert (before.text, before.is_restated) == (LIN.text, False)
    restate(id, "门禁未修", actor=chen, at=noon)
    with django_assert_num_queries(1):
        (copy,) = queries.for_handlers([id])
    assert (copy.text, copy.is_restated) == ("门禁未修", True)
    assert "老王" not in str(copy)
    (row,) = queries.for_desk([id])
    assert (row.text, row.restatement) == (LIN.text, "门禁未修")
    assert story("report", id)[-1].words == {"text": "门禁未修"}


def test_an_empty_wording_is_none(take_in, chen, noon):
    with pytest.raises(Missing):
        restate(take_in(LIN).report_id, "  ", actor=chen, at=noon)
    with pytest.raises(NotFound):
        restate(new_id(), "门禁未修", actor=chen, at=noon)


def test_what_is_added_stands_beside_the_first_words(take_in, noon):
    id = take_in(LIN).report_id
    (kept,) = keep([Sent(photo())], at=noon)
    add_words(id, "今天又坏了", [kept.id], actor=reporter(id), at=noon)
    add_words(id, "", [keep([Sent(photo())], at=noon)[0].id], actor=reporter(id), at=noon)
    first, second = queries.added(id)
    assert first == queries.Added(noon, "reporter", id, "今天又坏了", (kept.id,))
    assert (second.text, len(second.evidence)) == ("", 1)
    assert len(evidence.of("report", id)) == 2
    assert queries.for_desk([id])[0].text == LIN.text
    assert list(check.findings()) == []


def test_nothing_added_is_refused(take_in, noon):
    id = take_in(LIN).report_id
    with pytest.raises(Missing):
        add_words(id, " ", [], actor=reporter(id), at=noon)
    with pytest.raises(Invalid):
        add_words(id, "看", [new_id()], actor=reporter(id), at=noon)
    assert queries.added(id) == []


PERSONAL = ("老王", "13800138000", "张三")


def forgotten(take_in, chen, noon):
    """A report with words everywhere, erased; gives its id."""
    id = take_in(LIN).report_id
    restate(id, "老王不修门禁", actor=chen, at=noon)
    add_words(id, "我是张三", [], actor=reporter(id), at=noon)
    reveal_contact(id, "找张三", actor=chen, at=noon)
    erase(id, "本人要求", actor=chen, at=noon)
    return id


def is_forgotten(id) -> bool:
    """Whether no word of the person is left in the report or the journal."""
    (row,) = Report.objects.filter(id=id).values()
    kept = [
        *Words.objects.values_list("text", flat=True),
        *(str(step.entry.after) for step in story("report", id)),
    ]
    return (
        row["contact"] is None
        and row["contact_key"] is None
        and not any(w in f"{row}{kept}" for w in PERSONAL)
    )


def test_an_erased_person_is_gone_and_the_chain_stays_valid(take_in, chen, noon):
    id = forgotten(take_in, chen, noon)
    assert is_forgotten(id)
    events = [step.entry.event for step in story("report", id)]
    assert events == ["received", "restated", "added", "contact_revealed", "erased"]
    assert story("report", id)[-1].words == {"reason": "本人要求"}
    assert [*journal_check.findings(), *check.findings()] == []
    assert queries.by_code(queries.tracking_code(id)).erased_at == noon


@pytest.mark.parametrize(("with_pictures", "left"), [(False, 1), (True, 0)])
def test_pictures_go_with_the_person_only_when_asked(take_in, chen, noon, with_pictures, left):
    (kept,) = keep([Sent(photo())], at=noon)
    id = take_in(Intake("qr", "我家门口", evidence=(kept.id,))).report_id
    erase(id, "本人要求", with_pictures=with_pictures, actor=chen, at=noon)
    purge(at=noon)
    assert [len(evidence.of("report", id)), store.original(kept.sha256).exists()] == [left, bool(left)]
    assert [*evidence_check.findings(noon), *check.findings(), *journal_check.findings()] == []


def test_twin_words_left_in_the_journal_are_noticed(take_in, chen, noon, monkeypatch):
    monkeypatch.setattr(actions, "erase_words", lambda *, kind, id, at: 0)
    assert not is_forgotten(forgotten(take_in, chen, noon))


def test_an_erased_report_has_no_number_and_is_not_erased_twice(take_in, chen, noon):
    id = forgotten(take_in, chen, noon)
    with pytest.raises(Invalid):
        reveal_contact(id, "再看一次", actor=chen, at=noon)
    with pytest.raises(NotFromHere):
        erase(id, "本人要求", actor=chen, at=noon)
    with pytest.raises(Missing):
        erase(id, " ", actor=chen, at=noon)


def sabotaged(id, sabotage):
    """Change one thing behind the product's back."""
    rows = Report.objects.filter(id=id)
    if sabotage == "text":
        rows.update(text="一切都好")
    elif sabotage == "code":
        rows.update(code_digest="0" * 64)
    elif sabotage == "lost":
        with city_scope("somebody at the database's own prompt"):
            rows.delete()
    elif sabotage == "photo":
        from gezhi.evidence.models import Evidence

        Evidence.objects.filter(claimed_id=id).update(claimed_at=None, claimed_id=None, claimed_kind="")


@pytest.mark.parametrize(
    ("sabotage", "what"),
    [
        ("text", "its text is not what was received"),
        ("code", "its tracking code does not find it"),
        ("lost", "was acknowledged and is missing"),
        ("photo", "its picture {photo} is missing"),
    ],
)
def test_twin_a_lost_or_altered_report_is_found(take_in, noon, sabotage, what):
    before, (kept,) = take_in(Intake("qr", "第一件")), keep([Sent(photo())], at=noon)
    id = take_in(Intake("qr", "第二件", evidence=(kept.id,))).report_id
    after = take_in(Intake("qr", "第三件"))
    assert list(check.findings()) == []
    sabotaged(id, sabotage)
    assert list(check.findings()) == [Finding("I5", f"report {id}", what.format(photo=kept.id))]
    assert before.report_id < id < after.report_id


def test_twin_a_report_without_its_line_in_the_journal_is_found(office, noon):

    ids = [actions.receive(Intake("qr", "一件"), at=noon).report_id for _ in range(2)]
    what = "nothing in the journal tells of its receipt"
    assert list(check.findings()) == [Finding("I9", f"report {id}", what) for id in ids]
