"""The two offices of the table, built once for each file of tests and taken away afterwards."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.internal.flows.login import record_authentication
from django.db import transaction
from django.http import HttpRequest
from django.test import Client, override_settings
from PIL import Image

from gezhi.catalogue import shelf
from gezhi.kernel.actor import Duty
from gezhi.parties.models import Account
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests import memories
from tests.cast import OFFICE, everybody
from tests.doors import world
from tests.doors.asking import Knocker
from tests.standing import NOON
from tests.standing import OFFICE as OFFICE_ID

OWNERS = {"A1": "qian", "B2": "mo", "yonder": "yu"}  # of the tokens in the table
SHEETS = {
    "places.csv": "小区,楼栋,社区,网格\n海悦苑,1号楼,悦海社区,悦海一格 A1\n".encode(),
    "accounts.csv": "姓名,登录名,单位,岗位\n吕,lyu,长峰物业,处置员\n".encode(),
}


@pytest.fixture(scope="module")
def doors(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Knocker]:
    """Everybody of the table at noon of the fixed Monday, before the doors of our office."""
    folder: Path = tmp_path_factory.mktemp("doors")
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(
            override_settings(GEZHI_DATA=folder, GEZHI_MEDIA=folder / "media", GEZHI_LIMITS=False)
        )
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for remembering in (shelf, tenancy):
            patch.setattr(remembering, "STALE_SECONDS", 3600.0)
        stack.enter_context(time_machine.travel(NOON, tick=False))
        outermost = transaction.atomic()
        outermost._from_testcase = True
        stack.enter_context(outermost)
        yield _built(NOON)
        transaction.set_rollback(True)
    memories.forget()


def _built(at: datetime) -> Knocker:
    memories.forget()
    here = Jurisdiction.objects.create(
        id=OFFICE_ID, code=OFFICE, name="威海经济技术开发区", host="localhost", made_at=at
    )
    there = Jurisdiction.objects.create(code="371083", name="乳山市", host="yonder.example", made_at=at)
    with scope(there.id):
        theirs = everybody(at, "371083", "yonder-")
        things = world.fill_yonder(theirs, at)
        stranger = world.employ("yu", "于", theirs.office_desk, Duty.ADMIN, Duty.CLERK, Duty.OFFICER, at=at)
        given = {"yu": world.give_token(stranger, at)}
    with scope(here.id):
        ours = everybody(at)
        things |= world.fill(ours, at)
        people = world.hire(ours, stranger, at)
        given |= {who: world.give_token(people[who], at, days_ago=2) for who in people.keys() - given.keys()}
        things |= {f"{ground}.token": given[who][0] for ground, who in OWNERS.items()}
        sessions = {who: _session(Account.objects.get(id=id)) for who, id in people.items()}
    return Knocker(things, sessions, {who: secret for who, (_id, secret) in given.items()}, _files())


def _files() -> dict[str, bytes]:
    picture = BytesIO()
    Image.new("RGB", (64, 48), "grey").save(picture, "JPEG")
    return SHEETS | {"lamp.jpg": picture.getvalue()}


def _session(account: Account) -> str:
    """Of somebody who typed his password a moment ago."""
    client = Client(HTTP_HOST="localhost")
    client.force_login(account, "gezhi.parties.login.PostBackend")
    asked = HttpRequest()
    asked.session = client.session
    record_authentication(asked, account, "password", reauthenticated=True)
    asked.session.save()
    return client.cookies["sessionid"].value
