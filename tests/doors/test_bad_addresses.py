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

pytestmark = pytest.mark.django_db
PAGES = [(row, who) for row, who in forms.pages() if "?" not in row.address and "{" not in row.address]
CLOSED = (  # what takes a word of a list; anything else shows the page as if nothing had been said
    *(("/desk/", name) for name in ("view", "clock", "channel", "page", "party", "category")),
    ("/my/", "view"),
    ("/desk/ledger/", "state"),
)
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"|value="[A-Za-z0-9_-]{24}"')
A_FEW = 7  # moments for each day of each form: all of them are used up in turn, several times
DAY_FIELDS = re.compile(r"^(\d{4}-\d\d-\d\d)(T\d\d:\d\d)?$")


# ---- 28: closed lists ----


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


# ---- 24: times that never were ----


def test_a_time_that_never_was_is_refused_beside_its_field(doors: Knocker) -> None:
    def taken() -> Iterator[str]:
        moments = cycle(queries.moments())
        for row, who in forms.forms():
            fields = sent(row.body, doors.things)
            for name in (name for name, value in fields if DAY_FIELDS.match(value)):
                for moment in islice(moments, A_FEW):
                    with undone():
                        form = doors.form(
                            [*((one, value) for one, value in fields if one != name), (name, moment)]
                        )
                        address = filled(row.address, doors.things)
                        heard = doors.heard(partial(doors.as_one(who).post, address, form))
                    is_a_day = DAY_FIELDS.match(moment) and 1970 <= int(moment[:4]) <= 2100
                    if heard.answer.status_code >= 500 or (
                        heard.wrote and not is_a_day and moment not in READABLE
                    ):
                        yield f"{row.name} {name}={moment}: {heard.word}"

    assert "\n".join(taken()) == ""


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
    pages = [("lin", "/"), ("lin", f"/p/{doors.things['A1.place']}"), ("chen", f"/desk/places/{doors.things['A1.place']}/poster/"), ("lin", "/desk/")]  # fmt: skip

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
    assert public == {"/robots.txt", "/favicon.ico"}


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
