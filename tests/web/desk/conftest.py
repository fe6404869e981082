"""A desk at noon of the fixed Monday: anybody of the cast logged in, with a browser that needs no script."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.kernel.actor import SYSTEM, Actor, Duty
from gezhi.parties import queries, staff
from gezhi.parties.models import Account
from tests.cast import PASSWORD, START, Cast, done, walk

Desk = Callable[[Actor], Client]


@pytest.fixture
def desk(cast: Cast, noon: datetime, settings: Any) -> Iterator[Desk]:
    """Logs somebody of the cast in at the desk."""
    settings.GEZHI_LIMITS = False
    cache.clear()  # tries of the test before do not count

    def seated(actor: Actor) -> Client:
        client = Client(HTTP_HOST="localhost", raise_request_exception=False)
        client.force_login(Account.objects.get(id=str(actor.id)), "gezhi.parties.login.PostBackend")
        return client

    with time_machine.travel(noon, tick=False):
        yield seated


@pytest.fixture
def keeper(cast: Cast, noon: datetime) -> Actor:
    """何, who keeps accounts, categories and places."""
    account = staff.add_account(
        "he", "何", password=PASSWORD, must_change_password=False, actor=SYSTEM, at=noon
    )
    staff.appoint(account, staff.NewPost(cast.office_desk, Duty.ADMIN, START), actor=SYSTEM, at=noon)
    return queries.actor_of(Account.objects.get(id=account), noon)


@pytest.fixture
def reported(cast: Cast, noon: datetime) -> Case:
    """Lin's broken glass, fresh."""
    return cast.lin_reports(noon, contact="13800001234")


@pytest.fixture
def opened(cast: Cast, reported: Case, noon: datetime) -> Case:
    """Accepted by Chen."""
    return walk(reported, (cast.chen, Move("accept")), at=noon)


@pytest.fixture
def to_check(cast: Cast, opened: Case, noon: datetime) -> Case:
    """Given to the property company, taken and done by Qian."""
    moves = (
        (cast.chen, Move("dispatch", party=cast.property)),
        (cast.qian, Move("take")),
        (cast.qian, done(noon)),
    )
    return walk(opened, *moves, at=noon)


def address(case: Case, event: str = "") -> str:
    """Where the case, or one move on it, stands."""
    return f"/desk/cases/{case.number}/" + (f"move/{event}/" if event else "")


def text(answer: Any) -> str:
    """What a reader sees of a page, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())
