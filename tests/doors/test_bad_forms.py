"""Bad input at every form of the product: forged, sent twice, with two answers or more than was asked, full of words nobody types."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import cycle, islice
from typing import Any

import pytest
from django.forms import Form, MultipleChoiceField
from django.urls import get_resolver

from gezhi.parties.queries import actor_of
from gezhi.parties.tokens import Bearer, Scope
from gezhi.tenancy.clock import new_id
from gezhi.web import once
from tests.doors import forms
from tests.doors.asking import Heard, Knocker, statements, undone, writes
from tests.doors.table import Row, filled, sent
from tests.seeds import texts

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
FORMS, PROGRAMS = forms.forms(), forms.programs()
A_FEW = 3  # words of the seeds for each field of each form; all of them are used up in turn

# What may be done again, and then stands there twice as it was meant; everything else knows its form again.
AGAIN = {
    "bulk",  # what is left of it goes on
    "note",
    "made_safe",
    "call_back",
    "contact",
    "restate",
    "reset",
    "secret",
    "phone",
    "fixture",
    "rename",
    "sheet",
    "login",
}
MEANT = (
    "event=add",
    "show=1",
    "name=夜间",
    "act=test",
    "scopes=",
    '{"text"',
    "api_key=",
    "file=",
    "finished=",  # the columns of a book, chosen once more
)  # more words; another look; a second rule behind the first, which is never asked; another test; another token; what has no key


def sends(doors: Knocker, who: str, row: Row, more: Mapping[str, str], *, address: str = "") -> Heard:
    """The form of a row with some answers changed or added; for good, inside `undone`."""
    form = doors.form(
        [*((name, value) for name, value in sent(row.body, doors.things) if name not in more), *more.items()]
    )
    return doors.heard(lambda: doors.as_one(who).post(address or filled(row.address, doors.things), form))


def failures(wrong: Iterator[str]) -> str:
    """All of them on lines of their own; "" when there are none."""
    return "\n".join(wrong)


# ---- 34: forged and framed ----


def forgers(doors: Knocker, who: str, row: Row, check: bool = True) -> Iterator[tuple[str, Heard]]:
    """The same form from elsewhere: without our token, from a strange page, as text that is no form."""
    browser = doors.as_browser(who, doors.strict if check else doors.client)
    address, form = filled(row.address, doors.things), doors.form(sent(row.body, doors.things))
    ways: dict[str, dict[str, Any]] = {
        "no token": {"data": form},
        "a token of nobody": {"data": {**form, "csrfmiddlewaretoken": "x" * 64}},
        "a strange page": {"data": form, "HTTP_ORIGIN": "https://evil.example"},
        "text that is JSON": {"data": '{"version": 1}', "content_type": "text/plain"},
    }
    for name, how in ways.items():
        with undone():
            heard = doors.heard(partial(browser.post, address, **how))
        yield name, heard


def test_no_form_is_taken_that_was_not_ours(doors: Knocker) -> None:
    found = {
        (row.address, name): heard.word for row, who in FORMS for name, heard in forgers(doors, who, row)
    }
    assert {one: word for one, word in found.items() if word != "403"} == {}


def test_sabotage_without_the_token_every_form_would_be_taken(doors: Knocker) -> None:
    taken = [next(forgers(doors, who, row, check=False))[1].word for row, who in FORMS]
    assert set(taken) == {"did"}


def cookies_alone(doors: Knocker, who: str, row: Row) -> str:
    """What a program's door says to somebody's browser, as a strange page would send it."""
    browser = doors.as_browser(who, doors.strict)
    with undone():
        data = filled(row.body, doors.things) if row.is_json else doors.form(sent(row.body, doors.things))
        kind = {"content_type": "application/json"} if row.is_json else {}
        address, heads = filled(row.address, doors.things), {"HTTP_ORIGIN": "https://evil.example"}
        word = doors.heard(lambda: browser.post(address, data, **kind, **heads)).word
    return word


def test_a_browsers_cookie_opens_no_door_of_programs(doors: Knocker) -> None:
    """They ask for no token of a form: nothing that a browser sends by itself counts there, so whoever is lured is a stranger."""
    rows = [row for row, _who in PROGRAMS]
    found = {row.address + row.body: cookies_alone(doors, "zhou", row) for row in rows}
    assert found == {row.address + row.body: row.cells["lin"] for row in rows}


def test_sabotage_were_the_log_in_a_token_too_a_strange_page_could_move_cases(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def by_cookie(request: Any) -> Bearer:
        return Bearer(new_id(), actor_of(request.user, request.now), frozenset(Scope))

    monkeypatch.setattr("gezhi.web.api.door._bearer", by_cookie)
    row = next(row for row, _who in PROGRAMS if '"dispatch"' in row.body)
    assert cookies_alone(doors, "zhou", row) == "did"


# ---- 25: sent twice ----


def test_a_form_that_is_sent_twice_is_taken_once(doors: Knocker) -> None:
    def doubled() -> Iterator[str]:
        for row, who in FORMS + PROGRAMS:
            with undone():
                first, second = (doors.asks_for_good(who, row) for _time in range(2))
            is_meant = AGAIN & set(row.address.split("/")) or any(one in row.body for one in MEANT)
            if first.word != "did" or second.answer.status_code >= 500 or (second.wrote and not is_meant):
                yield f"{row.name}: {first.word}, then {second.word} writing {second.wrote}"

    assert failures(doubled()) == ""


# ---- 26: more than was asked ----


def written(doors: Knocker, who: str, row: Row, more: Mapping[str, str]) -> list[tuple[str, tuple[Any, ...]]]:
    """The statements that write, of one form with these answers besides."""
    with undone(), statements() as found:
        sends(doors, who, row, more)
    return writes(found)


def differences(doors: Knocker, who: str, row: Row, names: Mapping[str, str]) -> Iterator[str]:
    """Where the database was told something else because of answers that nobody asked for. What chance changes is left out."""
    first, second = (written(doors, who, row, {}) for _time in range(2))
    by_chance = [
        {at for at, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]}
        for (_sql, one), (_sql, other) in zip(first, second, strict=True)
    ]
    third = written(doors, who, row, names)
    if [sql for sql, _values in third] != [sql for sql, _values in first]:
        yield f"{row.name}: other statements with one of {sorted(names)}"
        return
    for (sql, now), (_sql, before), chance in zip(third, first, by_chance, strict=True):
        told = zip(now, before, strict=True)
        if changed := [one for at, (one, other) in enumerate(told) if one != other and at not in chance]:
            yield f"{row.name}: {sql[:60]}… {changed} with one of {sorted(names)}"


def test_a_form_takes_nothing_but_what_it_asks(doors: Knocker, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = (
        1000  # all columns at once; a stranger may send six hundred at a time
    )

    def taken() -> Iterator[str]:
        every = forms.columns(doors.things)
        for row, who in FORMS:
            asked = forms.asked(doors, row, who)
            yield from differences(doors, who, row, {name: every[name] for name in every.keys() - asked})

    assert failures(taken()) == ""


def test_sabotage_an_answer_that_is_asked_is_seen_in_the_database(doors: Knocker) -> None:
    row, who = next((row, who) for row, who in FORMS if row.address.endswith("/rename/"))
    assert len(list(differences(doors, who, row, {"name": "三单元"}))) > 0


# ---- 27: two answers to one question ----


def contradictions(doors: Knocker) -> Iterator[tuple[str, str]]:
    """(form and field, what came back) of every form with one field answered twice, differently."""
    for row, who in FORMS:
        fields = sent(row.body, doors.things)
        for name in {
            name for name, value in fields if name not in once.SEVERAL and not value.startswith("@")
        }:
            with undone():
                form = doors.form([*fields, (name, "另一个答案")])
                address = filled(row.address, doors.things)
                heard = doors.heard(partial(doors.as_one(who).post, address, form))
            yield f"{row.name} {name}", heard.word


def test_two_answers_to_one_question_are_none(doors: Knocker) -> None:
    assert {one: word for one, word in contradictions(doors) if word != "400"} == {}


def test_two_values_in_an_address_are_none(doors: Knocker) -> None:
    browser = doors.as_one("chen")
    for query, status in (
        ("view=open&view=closed", 400),
        ("view=open&view=open", 200),
        ("page=1&page=2", 400),
    ):
        assert browser.get(f"/desk/?{query}").status_code == status


def test_a_question_with_several_answers_is_known_for_one() -> None:
    asked = {
        name
        for form in every_kind_of(Form)
        for name, field in form.base_fields.items()
        if isinstance(field, MultipleChoiceField)
    }
    assert {"events", "kinds", "scopes"} <= asked <= once.SEVERAL


def every_kind_of(kind: type[Any]) -> Iterator[type[Any]]:
    """The forms of the product, which are imported with its addresses."""
    assert get_resolver().url_patterns
    for one in kind.__subclasses__():
        yield from every_kind_of(one)
        if one.__module__.startswith("gezhi."):
            yield one


def test_sabotage_a_question_that_is_not_known_for_one_could_not_be_answered_twice(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [(row, who) for row, who in FORMS if "events=" in row.body or "scopes=" in row.body]
    assert {doors.asks(who, row).word for row, who in rows} == {"did"}
    monkeypatch.setattr(once, "SEVERAL", frozenset())
    assert "400" in {doors.asks(who, row).word for row, who in rows}


def test_sabotage_without_the_refusal_the_last_answer_would_be_picked(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "contradicts", lambda _said: False)
    assert "did" in (word for _one, word in contradictions(doors))  # the first is enough


# ---- 11, 15 to 18, 40: words that nobody types ----


def kept(doors: Knocker, each: int) -> Iterator[str]:
    """The fields that took what no database keeps. each: how many of them a field of words meets, in turn; any other meets a NUL."""
    bad = cycle(texts.unstorable())
    for row, who in FORMS:
        words = forms.texts(row)
        for name in (name for name, value in sent(row.body, doors.things) if not value.startswith("@")):
            for value in islice(bad, each) if name in words else ["\x00"]:
                with undone(), statements() as said:
                    heard = sends(doors, who, row, {name: value})
                is_taken = heard.wrote if name in words else any("\x00" in str(one) for _sql, one in said)
                if is_taken or heard.answer.status_code >= 500:
                    yield f"{row.name} {name}={value!r}: {heard.word} writing {heard.wrote}"


@pytest.mark.both_engines
def test_what_no_database_keeps_is_refused_at_every_field_of_every_form(doors: Knocker) -> None:
    assert failures(kept(doors, 1)) == ""


@pytest.mark.soak
def test_soak_nothing_that_no_database_keeps_is_taken_at_any_field(doors: Knocker) -> None:
    assert failures(kept(doors, len(texts.unstorable()))) == ""


def hurt(doors: Knocker, each: int) -> Iterator[str]:
    """The forms that broke on words, or wrote behind a refusal. each: how many of the seeds each field meets, in turn."""
    seeds = cycle(texts.words())
    for row, who in FORMS:
        for name in forms.texts(row):
            for value in islice(seeds, each):
                with undone():
                    heard = sends(doors, who, row, {name: value})
                if heard.answer.status_code >= 500 or (heard.wrote and heard.answer.status_code >= 400):
                    yield f"{row.name} {name}={value[:30]!r}: {heard.word} writing {heard.wrote}"


def test_whatever_words_somebody_types_every_form_answers(doors: Knocker) -> None:
    assert failures(hurt(doors, A_FEW)) == ""


@pytest.mark.soak
def test_soak_all_the_words_that_somebody_types_are_answered_at_every_field(doors: Knocker) -> None:
    assert failures(hurt(doors, len(texts.words()))) == ""
