"""What an English reader reads where Chinese has one word for several things."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.journal.sealing import seal
from gezhi.kernel.actor import Actor
from gezhi.ledger import actions as ledger
from tests.cast import Cast, done, walk
from tests.web.desk.conftest import Desk, text

pytestmark = pytest.mark.django_db


def english(desk: Desk, actor: Actor, url: str) -> str:
    client = desk(actor)
    client.cookies["django_language"] = "en"
    with translation.override("en"):
        return text(client.get(url))


def test_opening_conditions_are_no_messages(keeper: Actor, desk: Desk) -> None:
    assert "message" not in english(desk, keeper, "/desk/catalogue/")


def test_what_is_not_fixed_yet_is_overdue_not_fixed_late(
    cast: Cast, opened: Case, desk: Desk, noon: datetime
) -> None:
    late = noon + timedelta(days=60)
    walk(
        opened,
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(late)),
        at=late,
    )
    seal(at=late)
    ledger.catch_up(at=late)
    page = english(desk, cast.chen, "/desk/ledger/")
    assert "Fix overdue" in page
    assert "Fixed late" not in page


def test_carried_forward_is_one_word(cast: Cast, opened: Case, desk: Desk, noon: datetime) -> None:
    until = noon + timedelta(days=9)
    given = (cast.chen, Move("dispatch", party=cast.property))
    pause = (cast.zhou, Move("carry_forward", reason="等雨停", until=until))
    walk(opened, given, (cast.qian, Move("take")), pause, at=noon)
    page = english(desk, cast.chen, "/desk/")
    assert "Carried forward to 11 Mar" in page
    assert "on hold" not in page.lower()


def test_two_sentences_of_a_line_stand_apart(
    cast: Cast, opened: Case, desk: Desk, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gezhi.web.desk.ledger.PAGE", 0)
    seal(at=noon)
    ledger.catch_up(at=noon)
    assert "Cases: 1. The first" in english(desk, cast.chen, "/desk/ledger/")
