"""An office that the benchmarks fill in bulk is one that the product could have come to: `gezhi check` holds on it."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from bench.whole import filling, said
from gezhi.cases.models import Case
from gezhi.config import check, worker
from gezhi.insight.search.finding import look_for
from gezhi.journal.models import Entry
from gezhi.kernel.finding import Finding
from gezhi.ledger.models import Line
from gezhi.reports.models import Report
from tests.cast import Cast
from tests.config.first_office import tell_stories, tell_stranger_stories

pytestmark = pytest.mark.django_db
COPIES = 200
LATER = timedelta(days=2)


@pytest.fixture
def filled(cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Every story there is, two hundred copies of cases beside them; the moment of the filling."""
    monkeypatch.setattr(said, "MOST", 200)
    tell_stories(cast, noon)
    tell_stranger_stories(cast, noon)
    worker.keep_books(noon)
    filling.fill(COPIES, noon + LATER)
    return noon + LATER


def broken(at: datetime) -> list[Finding]:
    """What the check names, warnings apart."""
    return [one for _, one in check.findings(at) if one.invariant != "warning"]


def test_copies_keep_every_promise_and_are_found_listed_and_counted(filled: datetime) -> None:
    assert broken(filled) == []
    assert Case.objects.count() == Line.objects.count() == COPIES + len(_own())
    assert {*Case.objects.exclude(closed_at=None).values_list("ending", flat=True)} >= {"solved", "declined"}
    assert COPIES / 30 <= Case.objects.filter(closed_at=None).count() <= COPIES / 3
    copied = Report.objects.order_by("received_at").values_list("text", flat=True)[0]
    found = look_for(copied[:6])
    assert found is not None
    assert found.ids


def test_the_same_office_is_filled_the_same_way_each_time(cast: Cast, noon: datetime) -> None:
    tell_stories(cast, noon)
    worker.keep_books(noon)
    units = filling.read()
    assert filling.planned(units, 50, noon) == filling.planned(units, 50, noon)


def test_twin_one_wrong_row_among_the_copies_is_named(filled: datetime) -> None:
    """In one office, which is what takes its time: each wrong is undone before the next."""
    one = random.Random(0).choice(list(Case.objects.filter(ending="declined").order_by("id")))
    wrongs: dict[str, Callable[[], object]] = {
        "I13": lambda: Entry.objects.filter(subject_id=one.id, seq=1).update(after={"number": one.number}),
        "I7": lambda: Case.objects.filter(id=one.id).update(level="district"),
        "I8": lambda: Line.objects.filter(case_id=one.id).update(urges=7),
        "I5": lambda: Report.objects.filter(erased_at=None).update(text="别的"),
    }
    for invariant, deed in wrongs.items():
        with transaction.atomic():
            deed()
            assert invariant in {found.invariant for found in broken(filled)}
            transaction.set_rollback(True)
    assert broken(filled) == []


def _own() -> list[Case]:
    return list(Case.objects.filter(number__contains="-00000"))
