"""Bodies that are no forms, and anything else that bytes can say: one clear page, nothing taken in, soon (classes 1 to 3, and all)."""

import time
from collections.abc import Iterable, Iterator
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.doors import forms, table
from tests.doors.asking import Heard, Knocker, undone
from tests.doors.table import filled, sent
from tests.seeds import bodies, queries, texts

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
MOST_SECONDS = 1.0  # of processor time for one body; they take some milliseconds
FORMS, PAGES, PROGRAMS = forms.forms(), forms.pages(), forms.programs()
DOORS = (
    ("lin", "/r/"),
    ("lin", "/account/login/"),
    ("wei", "/my/found/"),
)  # with files and without, of strangers and colleagues
TRACES = ("Traceback", "OperationalError", "django.", 'File "')


def posted(doors: Knocker, who: str, door: str, body: bodies.Body) -> Heard:
    """One body at one door, by somebody who may send a form there."""
    _name, kind, data = body
    with undone():
        return doors.heard(lambda: doors.as_one(who).generic("POST", door, data, content_type=kind))


def wrong(doors: Knocker, seeds: Iterable[bodies.Body], allowed: set[int]) -> Iterator[str]:
    """The bodies that were answered otherwise, were refused and taken in all the same, or took long."""
    for number, body in enumerate(seeds):
        (who, door), began = DOORS[number % len(DOORS)], time.process_time()
        heard = posted(doors, who, door, body)
        spent, status = time.process_time() - began, heard.answer.status_code
        if status not in allowed or (heard.wrote and status >= 400) or spent > MOST_SECONDS:
            yield f"{door} {body[0]}: {heard.word} writing {heard.wrote} in {spent:.2f} s"


def test_what_is_no_form_is_refused(doors: Knocker) -> None:
    assert "\n".join(wrong(doors, bodies.broken(), {400})) == ""


def test_whatever_can_be_read_somehow_gets_a_page(doors: Knocker) -> None:
    """In a form with files, bytes that are no UTF-8 become �, as in every browser: words with it are words. 200, 400 or 422."""
    assert "\n".join(wrong(doors, bodies.odd(), {200, 303, 400, 413, 422})) == ""


NO_UTF_8 = ("%ff", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "%E4%BD")


@pytest.mark.parametrize("strange", NO_UTF_8)
def test_bytes_that_are_no_utf_8_are_refused_in_a_query_and_in_a_plain_form(
    doors: Knocker, strange: str
) -> None:
    assert answered(doors, strange) == [400] * 5


def test_sabotage_without_the_look_at_their_bytes_they_would_be_taken_for_other_words(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.bodies.is_utf_8", lambda _said: True)
    assert 400 not in answered(doors, NO_UTF_8[0])


def answered(doors: Knocker, strange: str) -> list[int]:
    """What becomes of these bytes in a query and in a form, at home, at the desk, in the pocket, and of a report with them."""
    queries_of = (("lin", f"/?q={strange}"), ("chen", f"/desk/?q={strange}"), ("wei", f"/my/?view={strange}"))
    text = f"key=a-form-shown-once-0001&text={strange}&where=x".encode()
    sent_to = (("lin", "/r/", text), ("lin", "/account/login/", f"login={strange}&password=x".encode()))
    with undone():
        got = [doors.as_one(who).get(address).status_code for who, address in queries_of]
        return got + [
            posted(doors, who, door, ("", bodies.FORM, body)).answer.status_code
            for who, door, body in sent_to
        ]


def test_too_much_at_once_is_not_read(doors: Knocker) -> None:
    assert "\n".join(wrong(doors, bodies.many(), {413})) == ""


def test_sabotage_were_two_dashes_enough_a_form_cut_between_two_fields_would_be_taken(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = ("cut at a divider", bodies.MULTIPART, bodies.HEAD + b"glass\r\n--")
    assert posted(doors, "lin", "/r/", cut).word == "400"
    tail = property(lambda _self: b"--b--", lambda _self, _value: None)
    monkeypatch.setattr("gezhi.web.bodies.Remembering.tail", tail, raising=False)
    assert posted(doors, "lin", "/r/", cut).word == "did"


def test_sabotage_without_the_caps_too_much_would_be_read(doors: Knocker, settings) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = settings.DATA_UPLOAD_MAX_NUMBER_FILES = None
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = None
    assert len(list(wrong(doors, bodies.many(), {413}))) == len(list(bodies.many()))


# ---- anything ----

WORDS = st.sampled_from(
    (*texts.words(), *texts.unstorable(), *queries.injections(), *queries.numbers(), *queries.moments())
)
VALUES = WORDS.map(lambda text: text[:3000]) | st.text(max_size=20)
BODIES = st.sampled_from(tuple(bodies.odd())) | st.tuples(
    st.just("bytes"),
    st.sampled_from((bodies.MULTIPART, bodies.FORM, "application/json", "")),
    st.binary(max_size=60),
)


def is_clear(heard: Heard) -> bool:
    """No fault of ours, no inside of the product on the page, and nothing written behind a refusal."""
    page = b"" if heard.answer.streaming else heard.answer.content
    is_refused = heard.answer.status_code >= 400
    return heard.answer.status_code < 500 and not (
        is_refused and (heard.wrote or any(t.encode() in page for t in TRACES))
    )


def any_request(doors: Knocker, data: st.DataObject) -> Heard:
    """A form with some answers changed, an address with a query of anything, or bytes at any form."""
    how = data.draw(st.integers(0, 2))
    row, who = data.draw(st.sampled_from((FORMS, PAGES, FORMS + PROGRAMS)[how]))
    address = filled(row.address, doors.things)
    browser = doors.as_one(who)
    if how == 1:
        asked = data.draw(st.dictionaries(st.sampled_from(queries.NAMES), VALUES, max_size=3))
        return doors.heard(lambda: browser.get(address.partition("?")[0], asked))
    if how == 2:
        _name, kind, body = data.draw(BODIES)
        return doors.heard(lambda: browser.generic("POST", address, body, content_type=kind))
    fields = [field for field in sent(row.body, doors.things) if not field[1].startswith("@")]
    changed = dict(fields) | data.draw(
        st.dictionaries(
            st.sampled_from([name for name, _value in fields] or ["x"]), VALUES, min_size=1, max_size=2
        )
    )
    return doors.heard(lambda: browser.post(address, changed))


@settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.data())
def test_whatever_anybody_sends_anywhere_one_clear_answer_comes_back(
    doors: Knocker, data: st.DataObject
) -> None:
    with undone():
        heard = any_request(doors, data)
    assert is_clear(heard), (heard.answer.request["PATH_INFO"], heard.word, heard.wrote)


def test_sabotage_a_fault_of_ours_would_be_seen(doors: Knocker, monkeypatch: pytest.MonkeyPatch) -> None:
    row, who = next((row, who) for row, who in PAGES if row.address == "/desk/parties/")
    assert is_clear(doors.asks(who, row))
    monkeypatch.setattr("gezhi.parties.queries.parties_without_people", None)
    assert not is_clear(doors.asks(who, row))


def test_a_method_that_the_table_does_not_name_changes_nothing(doors: Knocker) -> None:
    found = {}
    for address in {filled(row.address, doors.things) for row in table.declared() if row.method == "POST"}:
        for method in ("PUT", "PATCH", "DELETE"):
            with undone():
                heard = doors.heard(partial(doors.as_one("zhou").generic, method, address, b"x=1"))
            found[f"{method} {address}"] = heard
    assert {
        name: one.wrote for name, one in found.items() if one.wrote or one.answer.status_code >= 500
    } == {}
