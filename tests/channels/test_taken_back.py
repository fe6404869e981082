"""Whoever brought a ledger takes it back, at whatever desk it lies."""

from datetime import datetime

import pytest

from gezhi.cases import imported
from gezhi.cases.actions import advance
from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.channels import books as channel
from gezhi.flows import take_back
from gezhi.journal.models import Entry
from gezhi.reports import books
from tests.cast import Cast
from tests.channels.test_books import book, brought, rows, worked


def test_what_nobody_touched_goes_back_from_another_desk_too_by_whoever_brought_it(
    cast: Cast, noon: datetime
) -> None:
    row = brought(book(*rows(1), ("N9", "中街", "井盖松动", "", "")), cast.chen, noon)
    channel.begin_taking_back(row, at=noon)
    worked(noon)
    other = Case.objects.get(place_id=cast.town.street_b)
    assert (books.book(row.id, actor=cast.chen).stayed, other.ending) == ([], "declined")
    declined = Entry.objects.get(subject_kind="case", subject_id=other.id, event="decline")
    assert declined.actor_id == cast.chen.id


def test_twin_by_his_own_desk_alone_it_would_stay(
    cast: Cast, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(take_back.TakingBack, "_as_desk", lambda self, case: self.actor)
    row = brought(book(*rows(1), ("N9", "中街", "井盖松动", "", "")), cast.chen, noon)
    channel.begin_taking_back(row, at=noon)
    worked(noon)
    other = Case.objects.get(place_id=cast.town.street_b)
    assert books.book(row.id, actor=cast.chen).stayed == [other.number]
    assert imported.to_open([other.number], actor=cast.chen) == set()


def test_what_another_desk_has_touched_stays(cast: Cast, noon: datetime) -> None:
    row = brought(book(("N9", "中街", "井盖松动", "", "")), cast.chen, noon)
    other = Case.objects.get()
    advance(other.id, Move("note", note="已去看过"), actor=cast.zhou, at=noon)
    channel.begin_taking_back(row, at=noon)
    worked(noon)
    assert books.book(row.id, actor=cast.chen).stayed == [other.number]
