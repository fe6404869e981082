"""A phone in somebody's hand, at noon of the fixed Monday; a browser without script."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import actions as catalogue
from gezhi.catalogue.models import OfficeRule
from gezhi.kernel.actor import Actor
from gezhi.parties.models import Account
from tests.cast import Cast, walk
from tests.evidence.pictures import photo

Phone = Callable[[Actor], Client]


@pytest.fixture
def phone(cast: Cast, noon: datetime, settings: Any) -> Iterator[Phone]:
    """Hands somebody of the cast a phone on which he is logged in."""
    settings.GEZHI_LIMITS = False

    def handed(actor: Actor) -> Client:
        client = Client(HTTP_HOST="localhost", raise_request_exception=False)
        client.force_login(Account.objects.get(id=str(actor.id)), "gezhi.parties.login.PostBackend")
        return client

    with time_machine.travel(noon, tick=False):
        yield handed


@pytest.fixture
def dispatched(cast: Cast, noon: datetime) -> Case:
    """Lin's broken glass, accepted and given to the property company."""
    case = cast.lin_reports(noon, contact="13800001234", may_call=True)
    return walk(
        case, (cast.chen, Move("accept")), (cast.chen, Move("dispatch", party=cast.property)), at=noon
    )


@pytest.fixture
def in_hand(cast: Cast, dispatched: Case, noon: datetime) -> Case:
    """Qian has taken it."""
    return walk(dispatched, (cast.qian, Move("take")), at=noon)


@pytest.fixture
def plate(cast: Cast) -> str:
    """The code on the stairwell's plate."""
    return cast.town.row(cast.town.stairwell).code


def draw(percent: int, *, actor: Actor, at: datetime) -> None:
    """Which share of what was solved on the spot is looked at again."""
    rule = OfficeRule.objects.get(key="recheck_percent")
    catalogue.change_rule("recheck_percent", percent, revision=rule.revision, actor=actor, at=at)


def picture(name: str = "IMG_1.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    """A photo as a browser sends it."""
    return SimpleUploadedFile(name, photo() if data is None else data, "image/jpeg")


def hidden(html: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"no field {name}"
    return found[1]


def address(case: Case, event: str = "") -> str:
    """Where the case, or one deed on it, stands in the pocket."""
    return f"/my/cases/{case.number}/" + (f"{event}/" if event else "")
