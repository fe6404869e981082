"""A calendar's week and a category's chain, changed in plain rows."""

from typing import Any

import pytest
from django.test import Client

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.kernel.worktime import calendar_to_json
from gezhi.web.desk import calendars
from tests.cast import Cast
from tests.web.desk.conftest import Desk, text


def calendar_form(client: Client, code: str = "office") -> dict[str, Any]:
    """The form as a browser would send it back."""
    form = client.get(f"/desk/catalogue/calendars/{code}/").context["form"]
    sent = {name: form.initial.get(name, "") for name in form.fields}
    return {name: value for name, value in sent.items() if value is not False}


def test_the_calendar_takes_the_coming_years_holidays(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, before = desk(keeper), catalogue.calendar("office")
    sent = calendar_form(client) | {"known_years": "2026 2027", "holidays": "2027-01-01"}
    assert client.post("/desk/catalogue/calendars/office/", sent).status_code == 302
    after = catalogue.calendar("office")
    assert (2027 in after.known_years, after.periods) == (True, before.periods)


def test_the_week_is_seven_rows_of_from_and_to(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    page = client.get("/desk/catalogue/calendars/office/").content.decode()
    assert (page.count('type="time"'), "周一" in page, "{&quot;" in page) == (28, True, False)
    sent = calendar_form(client) | {
        "mon_from_2": "",
        "mon_to_2": "",
        "sat_from_1": "09:00",
        "sat_to_1": "00:00",
    }
    assert client.post("/desk/catalogue/calendars/office/", sent).status_code == 302
    week = calendar_to_json(catalogue.calendar("office"))["week"]
    assert (week["mon"], week["sat"], week["sun"]) == (["08:30-12:00"], ["09:00-24:00"], [])


@pytest.mark.parametrize(
    "wrong",
    [
        {"tue_to_1": ""},
        {"tue_from_1": "", "tue_to_1": "12:00"},
        {"tue_to_1": "14:00"},
        {"tue_from_1": "18:30", "tue_to_1": "19:00"},
        {"tue_from_1": "25:00"},
        {"tue_from_1": "early"},
        {"known_years": "26"},
        {"holidays": "2026-13-01"},
        {"revision": "0"},
    ],
)
def test_a_week_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    wrong: dict[str, str], cast: Cast, keeper: Actor, desk: Desk
) -> None:
    client, before = desk(keeper), catalogue.calendar("office")
    answer = client.post("/desk/catalogue/calendars/office/", calendar_form(client) | wrong)
    assert (answer.status_code, catalogue.calendar("office")) == (422, before)
    assert 'value="08:30"' in answer.content.decode()


@pytest.mark.parametrize(
    "slip",
    [
        {"mon_from_2": "13:30", "mon_to_2": "09:30"},
        {"mon_from_1": "17:30", "mon_to_1": "08:30", "mon_from_2": "", "mon_to_2": ""},
        {"mon_from_1": "09:00", "mon_to_1": "09:00", "mon_from_2": "", "mon_to_2": ""},
    ],
)
def test_a_day_that_ends_before_it_begins_needs_a_tick_to_be_a_night(
    slip: dict[str, str], cast: Cast, keeper: Actor, desk: Desk
) -> None:
    client, before = desk(keeper), catalogue.calendar("office")
    sent = calendar_form(client) | slip
    answer = client.post("/desk/catalogue/calendars/office/", sent)
    assert (answer.status_code, catalogue.calendar("office")) == (422, before)
    assert "请勾选“到第二天”" in answer.content.decode()
    faulty = [name for name in slip if name.startswith("mon_to") and slip[name]]
    assert list(answer.context["form"].errors) == faulty
    answer = client.post("/desk/catalogue/calendars/office/", sent | {"mon_overnight": "on"})
    assert answer.status_code == 302
    last = calendar_to_json(catalogue.calendar("office"))["week"]["mon"][-1]
    assert last == "-".join(end for end in slip.values() if end)


def test_twin_a_form_that_asks_for_no_tick_would_take_the_slip(
    cast: Cast, keeper: Actor, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendars, "_ends_next_day", lambda period: False)
    client = desk(keeper)
    sent = calendar_form(client) | {"mon_from_2": "13:30", "mon_to_2": "09:30"}
    assert client.post("/desk/catalogue/calendars/office/", sent).status_code == 302


def test_a_night_that_stands_is_shown_ticked_and_stays(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, door = desk(keeper), "/desk/catalogue/calendars/office/"
    night = {
        "mon_from_1": "22:00",
        "mon_to_1": "06:00",
        "mon_from_2": "",
        "mon_to_2": "",
        "mon_overnight": "on",
    }
    assert client.post(door, calendar_form(client) | night).status_code == 302
    stands = catalogue.calendar("office")
    shown = calendar_form(client)
    assert [name for name in shown if name.endswith("_overnight")] == ["mon_overnight"]
    assert client.post(door, shown).status_code == 302
    assert catalogue.calendar("office") == stands


def test_a_tick_at_a_day_that_ends_before_midnight_is_refused(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, before = desk(keeper), catalogue.calendar("office")
    answer = client.post("/desk/catalogue/calendars/office/", calendar_form(client) | {"mon_overnight": "on"})
    assert (answer.status_code, catalogue.calendar("office")) == (422, before)


def test_day_and_night_is_shown_and_stays(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client = desk(keeper)
    sent = calendar_form(client, "round_the_clock")
    assert (sent["mon_from_1"], sent["mon_to_1"]) == ("00:00", "00:00")
    assert (
        client.post("/desk/catalogue/calendars/round_the_clock/", sent | {"mon_to_1": "12:00"}).status_code
        == 422
    )


def test_the_chain_is_an_ordered_list_of_choices(cast: Cast, keeper: Actor, desk: Desk) -> None:
    client, door = desk(keeper), "/desk/catalogue/0501/chain/"
    revision = client.get(door).context["form"].initial["revision"]
    sent = {
        "revision": revision,
        **{"link0-place": "3", "link0-party": "D", "link0-agency": "执法", "link0-join": "or"},
        **{"link1-place": "1", "link1-party": "P", "link1-join": "or", "link1-where": "compound"},
        **{"link2-place": "2", "link2-party": "C", "link2-join": "then", "link2-note": "劝导"},
    }
    assert client.post(door, sent).status_code == 302
    chain = catalogue.by_code("0501").chain
    assert [(one.party, one.join, one.agency, one.where, one.note) for one in chain] == [
        ("P", "then", "", "compound", ""),
        ("C", "then", "", "", "劝导"),
        ("D", "or", "执法", "", ""),
    ]
    assert "劝导" in text(client.get("/desk/catalogue/0501/"))
    assert client.post(door, sent).status_code == 422  # somebody was faster: here he himself


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"link0-party": "X"},
        {"link0-party": "P", "link0-place": "no"},
        {"link0-party": "P", "link0-note": "x" * 61},
    ],
)
def test_a_chain_that_cannot_be_is_refused(
    wrong: dict[str, str], cast: Cast, keeper: Actor, desk: Desk
) -> None:
    client, before = desk(keeper), catalogue.by_code("0501").chain
    answer = client.post("/desk/catalogue/0501/chain/", {"revision": 1, **wrong})
    assert (answer.status_code, catalogue.by_code("0501").chain) == (422, before)


def test_what_is_referred_out_has_no_chain(cast: Cast, keeper: Actor, desk: Desk) -> None:
    assert desk(keeper).get("/desk/catalogue/0002/chain/").status_code == 404
