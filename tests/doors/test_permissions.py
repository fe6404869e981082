"""The table of permissions is what happens: each row is asked by everybody, and nothing of the product stands outside it."""

from collections.abc import Iterable, Iterator
from itertools import groupby

import pytest

from gezhi.kernel.actor import Actor
from gezhi.parties import policy
from gezhi.web.casework.asks import ASKS
from gezhi.web.casework.network import taskforms
from gezhi.web.pocket.moves import HERE
from tests.doors import table
from tests.doors.asking import Knocker
from tests.doors.table import Row, Undeclared

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]
ROWS = table.declared()
ALIKE = (("wei", "mo", "qian", "gao"), ("tang", "yu"))  # workers; people without a post here
REFUSED = {"403", "401"}  # before anything is looked up that could tell them apart
SAMPLE = ("lin", "zhou", "he", "yu")  # who asks where it makes no difference
EVENTS_AT = {"desk/cases/<str:number>/move/<slug:event>/": ASKS, "my/cases/<str:number>/<slug:event>/": HERE}
EVENTS_AT["desk/tasks/<uuid:task_id>/<slug:event>/"] = taskforms.ASKS

# Where a POST is heard and the office's tables stay as they are, whoever sends it.
LEAVES_NOTHING = {
    "desk/find/suggestions/": "a fragment of a page",
    "desk/paste/": "what was pasted is read, and kept nowhere",
    "api/v1/suggest": "a suggestion is no act",
    "danger": "words that are being typed are looked at, and kept nowhere",
    "find": "leads to the page of a report",
    "desk/bulk/export/": "a file that is made and forgotten",
    "look": "a cookie",
    "i18n/setlang/": "a cookie",
    "desk/places/<str:code>/posters/": "makes a file",
    "desk/brief/pdf/": "makes a file",
    "account/logout/": "ends a session",
    "account/reauthenticate/": "marks a session",
    "account/me/": "a page",
    "account/2fa/authenticate/": "nobody here has a second factor",
    "account/2fa/reauthenticate/": "nobody here has a second factor",
    "account/2fa/totp/activate/": "the code is wrong",
    "account/2fa/recovery-codes/generate/": "asks for the password first",
    "desk/orders/<uuid:order_id>/paper/<slug:suffix>/": "a file that is made and forgotten",
}


def _place(row: Row) -> str:
    """The part of the product a row belongs to: a handful of tests instead of one for each line."""
    return row.address.split("/{", maxsplit=1)[0].rstrip("/") or "/"


PLACES = {place: list(rows) for place, rows in groupby(sorted(ROWS, key=_place), key=_place)}


def said(row: Row, cells: dict[str, str]) -> str:
    """A row as the table writes it."""
    words = " ".join(f"{who}={word}" for who, word in cells.items())
    return f"{row.method} {row.address}{' | ' * bool(row.body)}{row.body}: {words}"


def asking(row: Row) -> list[str]:
    """Who is asked. Of people who are refused alike because they are alike (one duty, no duty) one asks, another one in the next line."""
    alike = [
        group
        for group in ALIKE
        if len({row.cells[who] for who in group} - REFUSED) == 0
        and len({row.cells[who] for who in group}) == 1
    ]
    left_out = {who for group in alike for at, who in enumerate(group) if at != row.line % len(group)}
    return [who for who in row.cells if who not in left_out]


def asked(doors: Knocker, row: Row, among: Iterable[str] | None = None) -> tuple[str, str]:
    """(what the table says, what happened) of one row. among: who is asked, where it is not a few in turn."""
    people = among or (SAMPLE if row.is_for_all else asking(row))
    heard = {who: doors.asks(who, row).word for who in people}
    return said(row, {who: row.cells[who] for who in people}), said(row, heard)


@pytest.mark.parametrize("place", sorted(PLACES))
def test_everybody_gets_what_the_table_says(doors: Knocker, place: str) -> None:
    pairs = [asked(doors, row) for row in PLACES[place]]
    assert [heard for _declared, heard in pairs] == [declared for declared, _heard in pairs]


@pytest.mark.soak
@pytest.mark.parametrize("place", sorted(PLACES))
def test_soak_everybody_is_asked_on_every_line(doors: Knocker, place: str) -> None:
    pairs = [asked(doors, row, row.cells) for row in PLACES[place]]
    assert [heard for _declared, heard in pairs] == [declared for declared, _heard in pairs]


# ---- nothing is left out ----


def test_every_address_has_its_rows_and_every_row_its_address(doors: Knocker) -> None:
    assert table.missing(ROWS, table.patterns(), doors.things) == []


@pytest.mark.parametrize("route", sorted(EVENTS_AT))
def test_every_move_has_its_row(doors: Knocker, route: str) -> None:
    rows = [
        row for row in ROWS if row.method == "POST" and table.pattern_of(row.address, doors.things) == route
    ]
    assert {row.address.rstrip("/").rpartition("/")[2] for row in rows} == set(EVENTS_AT[route])


def test_every_form_is_good_enough_for_somebody(doors: Knocker) -> None:
    """Else its refusals would be about the form, not about who sends it."""
    routes: dict[str, set[str]] = {}
    for row in (one for one in ROWS if one.method == "POST"):
        routes.setdefault(str(table.pattern_of(row.address, doors.things)), set()).update(row.cells.values())
    idle = {route for route, words in routes.items() if "did" not in words and "ok" in words}
    assert idle == set(LEAVES_NOTHING)


# ---- sabotage twins: each protection taken away is seen ----


def broken(doors: Knocker, *addresses: str) -> Iterator[str]:
    """Of these addresses, the rows that do not hold now."""
    for row in ROWS:
        if row.name in addresses and len(set(asked(doors, row))) == 2:
            yield row.name


def test_sabotage_without_the_gate_of_duties_the_table_is_broken(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("GET /desk/accounts/", "POST /desk/parties/new/", "GET /desk/routing/")
    assert list(broken(doors, *names)) == []
    monkeypatch.setattr(Actor, "has", lambda *_given: True)
    assert sorted(broken(doors, *names)) == sorted(names)


def test_sabotage_without_the_bounds_of_sight_the_table_is_broken(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("GET /desk/cases/{B2.opened}/", "GET /my/cases/{B2.opened}/", "GET /photo/{B2.photo}/400")
    assert list(broken(doors, *names)) == []
    monkeypatch.setattr("gezhi.cases.queries.may_open", lambda _actor, _case: True)
    assert sorted(broken(doors, *names)) == sorted(names)


def test_sabotage_a_clerk_who_resets_anybody_humble_could_log_in_as_somebody_who_sees_more(
    doors: Knocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "POST /desk/accounts/{B2.account}/reset/"
    assert list(broken(doors, name)) == []
    monkeypatch.setattr(policy, "resets", lambda _actor, _posts: None)
    assert list(broken(doors, name)) == [name]


def test_sabotage_a_row_that_is_gone_a_wrong_one_and_ground_left_out_are_named(doors: Knocker) -> None:
    alone = [row for row in ROWS if row.name != "GET /desk/alarms/"]
    assert table.missing(alone, ["desk/alarms/"], doors.things) == ["no row: GET desk/alarms/"]
    extra = Row(7, "GET", {}, "/desk/nowhere/at/all/")
    assert table.missing([extra], [], doors.things) == ["line 7: no such address: GET /desk/nowhere/at/all/"]
    near = [row for row in ROWS if "/slip/" in row.address and "yonder" not in row.address]
    route = "desk/cases/<str:number>/slip/"
    assert table.missing(near, [route], doors.things) == [f"no row on yonder: {route}"]


@pytest.mark.parametrize(
    "line",
    [
        "GET ok /desk/",
        "GET ok ok ok /desk/",
        "GET ok perhaps /desk/",
        "FETCH ok ok /desk/",
        "GET ok ok desk",
        "GET all /desk/",
        "GET ok ok /desk/\nGET ok ok /desk/",
    ],
)
def test_a_line_with_a_cell_too_few_or_an_unknown_word_is_red(line: str) -> None:
    assert len(table.read("lin wei\nGET ok login /desk/")) == 1
    with pytest.raises(Undeclared):
        table.read(f"lin wei\n{line}")
