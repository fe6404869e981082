"""F21: what is remembered beside the database is lost or full of noise: everything stays right, only slower."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gezhi.cases import numbers
from gezhi.cases.models import Case
from gezhi.catalogue import shelf
from gezhi.places.map import forget_map
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current
from gezhi.web import limits
from tests.cast import Cast
from tests.faults.reporting import FORM, sent, whole

pytestmark = pytest.mark.django_db
MOST = 3
FILE = limits.ROWS * limits.IN_A_ROW * limits._SLOT.size  # bytes


def noise(count: int) -> bytes:
    """As many bytes as a broken disk may bring."""
    return random.Random(20260302).randbytes(count)


SPOILED: dict[str, Callable[[Path], object]] = {
    "gone": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "cut off": lambda file: file.write_bytes(file.read_bytes()[:5]),
    "noise": lambda file: file.write_bytes(noise(FILE)),
    "short noise": lambda file: file.write_bytes(noise(1001)),
    "zeros": lambda file: file.write_bytes(bytes(FILE)),
}


def allowed(who: str, at: datetime) -> int:
    """How often this address gets through before it is too often."""
    for number in range(MOST + 2):
        try:
            limits.count("report", who, most=MOST, minutes=60, at=at)
        except limits.TooOften:
            return number
    return MOST + 2


@pytest.mark.parametrize("how", SPOILED)
def test_spoiled_counters_neither_shut_anybody_out_nor_let_him_in_for_ever(
    office: Any, settings: Any, noon: datetime, how: str
) -> None:
    settings.GEZHI_LIMITS = True
    assert allowed("192.0.2.1", noon) == MOST
    SPOILED[how](limits._counters(60))
    assert [allowed(f"198.51.100.{number}", noon) for number in range(40)] == [MOST] * 40


def test_twin_counters_that_believe_any_window_would_shut_people_out(
    office: Any, settings: Any, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GEZHI_LIMITS = True
    allowed("192.0.2.1", noon)
    SPOILED["noise"](limits._counters(60))

    def believing(row: bytes, window: int) -> list[tuple[int, int]]:
        return [(mark, count) for mark, _then, count in limits._SLOT.iter_unpack(row)]

    monkeypatch.setattr(limits, "_read", believing)
    assert {allowed(f"198.51.100.{number}", noon) for number in range(40)} == {0}


def forget_everything() -> None:
    """As a process that has just begun."""
    shelf.drop()
    tenancy.forget()
    numbers.forget()
    forget_map(current())


def shown(phone: Client) -> str:
    """The report form, without what is new in every form."""
    return re.sub(r'value="[^"]*"', "", phone.get(FORM).content.decode())


def test_a_process_that_forgets_everything_between_two_requests_answers_the_same(phone: Client) -> None:
    before = shown(phone)
    taken = []
    for number in range(6):
        forget_everything()
        assert shown(phone) == before
        forget_everything()
        taken.append(sent(phone, f"said-to-a-forgetful-{number}").status_code)
    assert (taken, Case.objects.count()) == ([303] * 6, 6)
    assert len(set(Case.objects.values_list("number", flat=True))) == 6
    assert whole() == []


def test_a_catalogue_that_another_process_changed_is_read_anew(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shown(phone)
    poison(monkeypatch)
    assert shown(phone) == before


def test_twin_a_catalogue_that_is_never_looked_at_again_would_show_the_poison(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shown(phone)
    poison(monkeypatch)
    monkeypatch.setattr(shelf, "STALE_SECONDS", 3600.0)
    assert shown(phone) != before


def poison(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an empty catalogue of another stamp where this process keeps its copy."""
    known, moment = shelf._shelves[current()]
    shelf._shelves[current()] = (replace(known, stamp=new_id(), categories={}), moment)
    monkeypatch.setattr(shelf, "STALE_SECONDS", 0.0)


def test_the_office_itself_is_found_anew(cast: Cast, phone: Client) -> None:
    tenancy._remembered = (float("inf"), ())  # remembered for ever: that there is none
    assert phone.get(FORM).status_code == 200
