"""Addresses that say more than they should: sorting and filtering as a way in, times that never were, strange hosts, guessed codes."""

import re
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice
from typing import Any

import pytest
from django.test import Client

from gezhi.kernel.ids import ALPHABET, TRACKING_SIGNS
from tests.doors import forms
from tests.doors.asking import Knocker, statements, undone
from tests.doors.table import Row, filled, sent
from tests.seeds import hosts, queries

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
PAGES = [(row, who) for row, who in forms.pages() if "?" not in row.address and "{" not in row.address]
CLOSED = (  # what takes a word of a list; anything else shows the page as if nothing had been said
    *(("/desk/", name) for name in ("view", "clock", "channel", "page", "party", "category")),
    ("/my/", "view"),
    ("/desk/ledger/", "state"),
)
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|value="[A-Za-z0-9_-]{24}"')
A_FEW = 7  # moments for each day of each form: all of them are used up in turn, several times
DAY_FIELDS = re.compile(r"^(\d{4}-\d\d-\d\d)(T\d\d:\d\d)?$")


# ---- 16: what only one of the databases would take ----


def nul_asked(doors: Knocker) -> tuple[int, bool]:
    """(status, whether a statement carried it) of a place's code with a NUL in it."""
    with undone(), statements() as said:
        answer = doors.as_one("lin").get(f"/p/{doors.things['A1.place']}%00")
    return answer.status_code, any("\0" in str(values) or "\\x00" in str(values) for _sql, values in said)


@pytest.mark.both_engines
def test_a_nul_in_the_code_of_a_place_is_refused_before_anything_is_looked_up(doors: Knocker) -> None:
    assert nul_asked(doors) == (400, False)


def test_sabotage_without_the_look_at_the_address_it_would_be_a_code_like_any_other(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.middleware.unreadable", lambda _request: False)
    assert nul_asked(doors)[0] == 404


# ---- 33: what is not mine looks as if it were not there ----

UNSEEN = (  # who, the address of what he may not see, the same address of what never was
    ("chen", "/desk/cases/{B2.opened}/", "/desk/cases/371072-2026-9999999/"),
    ("chen", "/desk/cases/{yonder.opened}/", "/desk/cases/371072-2026-9999999/"),
    ("mo", "/my/cases/{A1.opened}/", "/my/cases/371072-2026-9999999/"),
    ("mo", "/api/v1/cases/{A1.opened}", "/api/v1/cases/371072-2026-9999999"),
    ("mo", "/api/v1/cases/{yonder.opened}", "/api/v1/cases/371072-2026-9999999"),
    ("mo", "/photo/{A1.photo}/400", "/photo/{nobody}/400"),
    ("chen", "/desk/calls/{yonder.call}/", "/desk/calls/{nobody}/"),
    ("he", "/desk/parties/{yonder.party}/", "/desk/parties/{nobody}/"),
    ("he", "/desk/accounts/{yonder.account}/", "/desk/accounts/{nobody}/"),
    ("he", "/desk/receivers/{yonder.receiver}/", "/desk/receivers/{nobody}/"),
    ("he", "/desk/places/{yonder.place}/", "/desk/places/371072-99999/"),
    ("lin", "/p/{yonder.place}", "/p/371072-99999"),
    ("lin", "/t/{yonder.reported.code}", "/t/371072-22222222222222222222222222z"),
)


@pytest.mark.parametrize(("who", "unseen", "nothing"), UNSEEN)
def test_what_is_not_mine_is_answered_like_what_never_was(
    doors: Knocker, who: str, unseen: str, nothing: str
) -> None:
    assert without_address(doors, who, unseen) == without_address(doors, who, nothing)


def without_address(doors: Knocker, who: str, address: str) -> tuple[int, bytes]:
    """Status and page, without what the asker said himself and without tokens."""
    path = filled(address, doors.things)
    answer = doors.as_one(who).get(path)
    said = path.strip("/").split("/")
    page = TOKEN.sub(b"", answer.content)
    for word in sorted((one for one in said if len(one) > 8), key=len, reverse=True):
        page = page.replace(word.encode(), b"")
    return answer.status_code, page


def test_sabotage_a_page_that_tells_them_apart_is_seen(doors: Knocker) -> None:
    mine, nothing = "/desk/cases/{A1.opened}/", "/desk/cases/371072-2026-9999999/"
    assert without_address(doors, "chen", mine) != without_address(doors, "chen", nothing)


# ---- 28: closed lists ----


@pytest.mark.both_engines
def test_nothing_that_stands_in_an_address_becomes_part_of_a_statement(doors: Knocker) -> None:
    def leaks() -> Iterator[str]:
        seeds = cycle(queries.injections())
        for row, who in PAGES:
            for names in (queries.NAMES[:16], queries.NAMES[16:]):
                asked = dict(zip(names, islice(seeds, len(names)), strict=True))
                with undone(), statements() as said:
                    answer = doors.as_one(who).get(row.address, asked)
                if answer.status_code >= 500 or any(queries.MARK in sql for sql, _values in said):
                    yield f"{row.name}?{asked}: {answer.status_code}"

    assert "\n".join(leaks()) == ""


@pytest.mark.parametrize(("page", "name"), CLOSED)
def test_what_a_list_does_not_know_it_leaves_out(doors: Knocker, page: str, name: str) -> None:
    browser = doors.as_one("chen")
    as_ever = rows_of(browser.get(page))
    for value in (*queries.injections()[:12], *queries.numbers()[:8]):
        assert (value, rows_of(browser.get(page, {name: value}))) == (value, as_ever)


def rows_of(answer: Any) -> list[str]:
    """The numbers of the cases on a page, in their order."""
    assert answer.status_code == 200
    return re.findall(r"371072-2026-\d{7}", answer.content.decode())


def test_sabotage_a_known_word_does_change_the_list(doors: Knocker) -> None:
    browser = doors.as_one("chen")
    assert rows_of(browser.get("/desk/", {"view": "closed"})) != rows_of(
        browser.get("/desk/", {"view": "open"})
    )


@pytest.mark.parametrize("number", queries.numbers(), ids=range(len(queries.numbers())))
def test_a_number_that_is_none_is_no_fault(doors: Knocker, number: str) -> None:
    for who, page in (("chen", "/desk/"), ("wei", "/my/"), ("chen", "/desk/ledger/")):
        asked = dict.fromkeys(("page", "limit", "lon", "lat", "category", "since"), number)
        assert doors.as_one(who).get(page, asked).status_code in {200, 400}


PLACES_ASKED = (  # where a place is asked for by what people call it
    ("lin", "/map", "place"),
    ("lin", "/find/spots", "q"),
    *(("chen", page, "place") for page in ("/desk/", "/desk/map/", "/desk/ledger/", "/desk/figures/")),
    ("chen", "/desk/map/points?bbox=122,37,123,38&zoom=12", "place"),
    ("chen", "/desk/places/", "q"),
)


@pytest.mark.parametrize(("who", "page", "name"), PLACES_ASKED)
@pytest.mark.parametrize("sign", ["(", "，", "\ufdfa" * 60])
def test_a_sign_is_no_place_and_no_fault(doors: Knocker, who: str, page: str, name: str, sign: str) -> None:
    address, _, query = page.partition("?")
    said = dict(pair.split("=") for pair in query.split("&")) if query else {}
    assert doors.as_one(who).get(address, {**said, name: sign}).status_code == 200


# ---- 24: times that never were ----


def day_fields(doors: Knocker) -> Iterator[tuple[Row, str, str]]:
    """(row, who may send it, field) of every day and moment that a form asks for."""
    for row, who in forms.forms():
        for name, value in sent(row.body, doors.things):
            if DAY_FIELDS.match(value):
                yield row, who, name


def taken(doors: Knocker, each: int) -> Iterator[str]:
    """The times that were taken and are none, or were a fault of ours. each: how many each field meets, in turn."""
    moments = cycle(queries.moments())
    for row, who, name in day_fields(doors):
        others = [(one, value) for one, value in sent(row.body, doors.things) if one != name]
        for moment in islice(moments, each):
            with undone():
                form, address = doors.form([*others, (name, moment)]), filled(row.address, doors.things)
                heard = doors.heard(partial(doors.as_one(who).post, address, form))
            is_a_day = DAY_FIELDS.match(moment) and 1970 <= int(moment[:4]) <= 2100
            is_wrong = heard.wrote and not is_a_day and moment not in READABLE
            if heard.answer.status_code >= 500 or is_wrong:
                yield f"{row.name} {name}={moment}: {heard.word}"


def test_a_time_that_never_was_is_refused_beside_its_field(doors: Knocker) -> None:
    assert "\n".join(taken(doors, A_FEW)) == ""


@pytest.mark.soak
def test_soak_no_time_that_never_was_is_taken_by_any_field(doors: Knocker) -> None:
    assert "\n".join(taken(doors, len(queries.moments()))) == ""


READABLE = {
    "2026-3-2",
    "2038-01-19T03:14:08",
    "2026-03-02T12:00Z",
    "2026-03-02T12:00:00.1234567890",
}  # days and moments that are


# ---- 35: strange hosts ----


@pytest.mark.parametrize("host", hosts.NAMES, ids=range(len(hosts.NAMES)))
def test_a_name_that_is_not_ours_gets_no_page_of_ours(doors: Knocker, host: str) -> None:
    answer = Client(raise_request_exception=False).get("/", HTTP_HOST=host)
    assert answer.status_code == 400
    assert b"evil" not in answer.content


def test_no_header_of_a_stranger_changes_what_a_page_says(doors: Knocker) -> None:
    pages = [
        ("lin", "/"),
        ("lin", f"/p/{doors.things['A1.place']}"),
        ("chen", f"/desk/places/{doors.things['A1.place']}/poster/"),
        ("lin", "/desk/"),
    ]

    def said(who: str, page: str, headers: dict[str, str]) -> tuple[Any, ...]:
        answer = doors.as_one(who).get(page, **headers)
        return answer.status_code, answer.get("Location"), TOKEN.sub(b"", answer.content)

    for who, page in pages:
        as_ever = said(who, page, {})
        for headers in hosts.HEADERS:
            assert (headers, said(who, page, headers)) == (headers, as_ever)


def test_sabotage_a_product_that_believed_them_would_say_a_strange_address(
    doors: Knocker, settings: Any
) -> None:
    settings.USE_X_FORWARDED_HOST, settings.ALLOWED_HOSTS = True, ["*"]
    page = f"/desk/places/{doors.things['A1.place']}/poster/"
    answer = doors.as_one("chen").get(page, HTTP_X_FORWARDED_HOST="localhost, evil.example")
    assert answer.status_code != 200 or b"evil.example" in answer.content


@pytest.fixture(scope="module")
def opened(doors: Knocker) -> list[tuple[Row, Any]]:
    """Every page that somebody may open, with what came back."""
    return [(row, doors.asks(who, row).answer) for row, who in forms.pages()]


def test_no_page_stands_in_a_strange_frame(opened: list[tuple[Row, Any]]) -> None:
    found = {}
    for row, answer in opened:
        policy = answer.get("Content-Security-Policy", "")
        found[row.address] = (answer.get("X-Frame-Options"), "'none'" in policy)
    assert {address: one for address, one in found.items() if one != ("DENY", True)} == {}


def test_only_what_is_the_same_for_everybody_may_be_kept_by_others(opened: list[tuple[Row, Any]]) -> None:
    public = set()
    for row, answer in opened:
        if "public" in answer.get("Cache-Control", ""):
            public.add(row.address)
            assert "Set-Cookie" not in answer
    assert public == {"/robots.txt", "/favicon.ico", "/manifest.webmanifest", "/find/cells"}


# ---- 38: guessed codes ----


def guesses(code: str) -> Iterator[str]:
    """Near misses of a code: each sign changed, lost, doubled, swapped; other offices; none."""
    office, _dash, secret = code.partition("-")
    for at, sign in enumerate(secret):
        other = ALPHABET[(ALPHABET.index(sign) + 1) % len(ALPHABET)]
        yield f"{office}-{secret[:at]}{other}{secret[at + 1 :]}"
        yield f"{office}-{secret[:at]}{secret[at + 1 :]}"
        yield f"{office}-{secret[:at]}{sign}{secret[at:]}"
    yield from (
        f"371083-{secret}",
        secret,
        f"{office}-",
        office,
        f"{office}-{'2' * 27}",
        f"{code}%00",
        f"{code}'--",
        f"{office}-%25",
        "*",
    )


def test_a_guessed_code_leads_nowhere_and_each_guess_to_the_same_page(doors: Knocker) -> None:
    browser = doors.as_one("lin")
    assert browser.get(f"/t/{doors.things['A1.reported.code']}").status_code == 200
    found = [browser.get(f"/t/{guess}") for guess in guesses(doors.things["A1.reported.code"])]
    assert {one.status_code for one in found} <= {400, 404}
    pages = {
        TOKEN.sub(b"", re.sub(rb"/t/[^\"<\s]*", b"", one.content)) for one in found if one.status_code == 404
    }
    assert len(pages) == 1


def test_a_million_guesses_a_second_find_no_code_in_the_age_of_the_world() -> None:
    codes, seconds = len(ALPHABET) ** TRACKING_SIGNS, 14 * 10**9 * 365 * 86_400
    assert codes > 2**128
    assert 10**6 * seconds / codes < 1e-15
