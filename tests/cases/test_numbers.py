"""Case numbers under pressure: none twice, and nobody waits for somebody who waits for him."""

import threading
import time
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gezhi.cases import numbers
from gezhi.tenancy.models import Jurisdiction
from tests.journal.crowd import together


@pytest.mark.django_db(transaction=True)
def test_a_batch_finds_as_many_numbers_as_it_needs(office: Jurisdiction) -> None:
    numbers.forget()
    numbers.stock_up(2026)
    for _ in range(30):
        numbers.next_number(2026)
    numbers.stock_up(2026, 25)
    with CaptureQueriesContext(connection) as asked:
        taken = [numbers.next_number(2026) for _ in range(25)]
    assert (len(asked), len(set(taken))) == (0, 25)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_each_their_own_number(office: Jurisdiction, noon: datetime) -> None:
    numbers.forget()

    def some() -> list[str]:
        taken = []
        for _ in range(30):
            numbers.stock_up(2026)
            taken.append(numbers.next_number(2026))
        return taken

    got = [number for part in together(some, workers=4, jurisdiction=office.id) for number in part]
    assert len(set(got)) == 120
    assert min(got) == "371072-2026-0000001"


@pytest.mark.django_db(transaction=True)
def test_every_year_counts_from_one(office: Jurisdiction) -> None:
    numbers.forget()
    numbers.stock_up(2026)
    assert [numbers.next_number(year) for year in (2026, 2027, 2026)] == [
        "371072-2026-0000001",
        "371072-2027-0000001",
        "371072-2026-0000002",
    ]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_block_does_not_stop_who_holds_the_counter(office: Jurisdiction) -> None:
    """One takes numbers one by one in a long transaction while another wants a block: both come to an end."""
    numbers.forget()
    holding, got = threading.Event(), []

    def hold() -> None:
        with transaction.atomic():
            got.append(numbers.next_number(2026))
            holding.set()
            time.sleep(0.5)  # by now the other one waits for our row
            got.extend(numbers.next_number(2026) for _ in range(3))

    def fetch() -> None:
        holding.wait(10)
        numbers.stock_up(2026)
        got.append(numbers.next_number(2026))

    deeds = iter([hold, fetch])
    together(lambda: next(deeds)(), workers=2, jurisdiction=office.id)
    assert len(set(got)) == 5
