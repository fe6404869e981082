"""I6: the same idempotency key gives the same report for ever: double tap, two tabs, lost answer."""

import threading
from dataclasses import replace

import pytest
from django.db import connection, models

from gezhi.evidence.actions import keep
from gezhi.kernel.refusal import Invalid
from gezhi.reports import check, queries
from gezhi.reports.actions import erase
from gezhi.reports.intake import Intake, body_digest, judged
from gezhi.reports.models import Report
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import city_scope, current, scope
from gezhi.tenancy.models import Jurisdiction
from tests.evidence.pictures import Sent, photo

LIN = Intake(
    "qr",
    "楼道灯不亮",
    contact="138 0013 8000",
    may_call=True,
    key="0b6f6a52-9c3e-4f35-9d6c-1f0e2b7a9d11",
    maker="form",
)


def test_a_double_tap_gives_the_same_receipt(take_in):
    first, second = take_in(LIN), take_in(LIN)
    assert (first.is_new, second.is_new) == (True, False)
    assert (second.report_id, second.code, second.deed) == (first.report_id, first.code, None)
    assert Report.objects.count() == 1


def test_the_same_said_in_another_spelling_is_the_same(take_in):
    first = take_in(LIN)
    assert take_in(replace(LIN, contact="+86 138-0013-8000", text="楼道灯不亮\x7f")).code == first.code


@pytest.mark.parametrize(
    "change",
    [
        {"text": "水管爆了"},
        {"contact": "13900139000"},
        {"contact": ""},
        {"may_call": False},
        {"channel": "web"},
        {"place": new_id()},
        {"category": new_id()},
        {"lon": 122.0, "lat": 37.0},
        {"evidence": (new_id(),)},
        {"pictures": ("0" * 64,)},
        {"source": "12345"},
    ],
)
def test_the_same_key_with_another_body_is_refused(take_in, change):
    take_in(LIN)
    with pytest.raises(Invalid) as refusal:
        queries.find_repeat(replace(LIN, **change))
    assert (refusal.value.field, refusal.value.code) == ("key", "other_body")


def test_every_field_that_is_said_counts_for_the_body():
    same = {
        "key",
        "maker",
        "evidence",
        "pictures",
        "place_path",
        "voice_digest",
        "said_at",
        "lead",
    }  # the key salts; its maker is part of how it is known; pictures (and the digest of a voice) stand for evidence; the path follows the place; who sends again counts anew how long it waited; how many signs the form put before the words is no word
    base = judged(LIN)
    other = {
        str: "x",
        float: 1.5,
        bool: False,
        type(None): new_id(),
    }
    changed = {
        name
        for name in Intake.__dataclass_fields__
        if body_digest(b"k" * 32, replace(base, **{name: other.get(type(getattr(base, name)), ("x",))}))
        != body_digest(b"k" * 32, base)
    }
    assert set(Intake.__dataclass_fields__) - changed <= same


def test_a_form_sent_again_with_the_same_files_is_recognised_although_they_were_kept_twice(take_in, noon):
    first, again = (
        replace(LIN, evidence=(one.id,), pictures=(one.sha256,))
        for one in (*keep([Sent(photo())], at=noon), *keep([Sent(photo())], at=noon))
    )
    assert take_in(first).code == take_in(again).code
    assert Report.objects.count() == 1


def test_without_a_key_every_voice_counts(take_in):
    silent = replace(LIN, key=None)
    assert take_in(silent).code != take_in(silent).code
    assert queries.find_repeat(silent) is None


def test_two_makers_with_the_same_key_never_meet(take_in):
    first, other = take_in(LIN), take_in(replace(LIN, maker="api:"))
    assert (other.is_new, other.code == first.code) == (True, False)


@pytest.mark.parametrize("key", ["ours\nxxxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxx\n"])
def test_no_key_can_say_the_name_of_a_maker(key):
    with pytest.raises(Invalid):
        judged(replace(LIN, key=key))


def test_another_office_may_have_the_same_key(take_in, noon):
    first = take_in(LIN)
    with scope(Jurisdiction.objects.create(code="371002", name="环翠区", made_at=noon).id):
        assert queries.find_repeat(LIN) is None
        second = take_in(LIN)
    assert second.is_new
    assert second.code != first.code


def test_after_an_erasure_the_key_still_gives_the_same_report(take_in, chen, noon):
    first = take_in(LIN)
    erase(first.report_id, "本人要求", actor=chen, at=noon)
    assert take_in(LIN).code == first.code


@pytest.mark.parametrize(
    "change",
    [
        {"text": "水管爆了"},
        {"place": new_id()},
        {"category": new_id()},
        {"channel": "web"},
        {"lon": 122.0, "lat": 37.0},
    ],
)
def test_after_an_erasure_other_words_under_the_key_are_refused_not_swallowed(take_in, chen, noon, change):
    """With the erased report's code in his hands their sender would believe them received."""
    first = take_in(LIN)
    erase(first.report_id, "本人要求", actor=chen, at=noon)
    with pytest.raises(Invalid) as refusal:
        queries.find_repeat(replace(LIN, **change))
    assert (refusal.value.field, refusal.value.code) == ("key", "other_body")


def test_twin_without_the_journals_digest_other_words_would_be_swallowed(take_in, chen, noon, monkeypatch):
    monkeypatch.setattr(queries, "text_digest", lambda _key, id, _text: queries.text_said(id))
    with pytest.raises(pytest.fail.Exception):
        test_after_an_erasure_other_words_under_the_key_are_refused_not_swallowed(
            take_in, chen, noon, {"text": "水管爆了"}
        )


def taps(take_in, jurisdiction, count=4):
    """The same form from several tabs in the same moment; gives the set of codes and what went wrong."""
    codes, wrong, start = set(), [], threading.Barrier(count)

    def tap():
        with scope(jurisdiction):
            try:
                start.wait(10)
                codes.add(take_in(LIN).code)
            except Exception as problem:
                wrong.append(repr(problem))
            finally:
                connection.close()

    threads = [threading.Thread(target=tap) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return codes, wrong


@pytest.mark.django_db(transaction=True)
def test_taps_in_the_same_moment_are_one_report(take_in, office):
    codes, wrong = taps(take_in, current())
    assert (len(codes), wrong, Report.objects.count()) == (1, [], 1)
    assert list(check.findings()) == []


@pytest.mark.django_db(transaction=True)
def test_twin_without_the_constraint_they_would_be_several_and_the_check_says_so(take_in, office):
    constraint = next(one for one in Report._meta.constraints if one.name == "one_report_per_idempotency_key")
    assert isinstance(constraint, models.UniqueConstraint)
    with connection.schema_editor() as editor:
        editor.remove_constraint(Report, constraint)
    try:
        codes, _ = taps(take_in, current())
        assert len(codes) > 1
        assert [found.invariant for found in check.findings()] == ["I6"]
    finally:
        with city_scope("doubles must go before the constraint can stand again"):
            Report.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Report, constraint)
