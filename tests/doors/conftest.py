"""The two offices of the table, made once in a process, laid down for each file of tests and taken away afterwards."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import time_machine
from allauth.account.internal.flows.login import record_authentication
from django.db import transaction
from django.http import HttpRequest
from django.template import Template
from django.test import Client, override_settings
from PIL import Image

from gezhi.catalogue import shelf
from gezhi.channels.orders import papers
from gezhi.kernel.actor import Duty
from gezhi.kernel.ids import uuid7
from gezhi.parties.models import Account
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.current import scope
from gezhi.tenancy.models import Jurisdiction
from tests import memories
from tests.cast import everybody
from tests.doors import world
from tests.doors.asking import Knocker
from tests.doors.papers import FORM
from tests.doors.world import Things
from tests.standing import NOON, Keeper, World, found_office
from tests.standing import OFFICE as OFFICE_ID

YONDER_ID = uuid7(1_772_000_000_000, 371_083)
OWNERS = {"A1": "qian", "B2": "mo", "yonder": "yu"}  # of the tokens in the table
SHEETS = {
    "places.csv": "小区,楼栋,社区,网格\n海悦苑,1号楼,悦海社区,悦海一格 A1\n".encode(),
    "ledger.csv": "编号,地点,问题描述\n7,悦海花园,井盖松动\n".encode(),
    "accounts.csv": "姓名,登录名,单位,岗位\n吕,lyu,长峰物业,处置员\n".encode(),
    "orders.csv": "工单编号,诉求内容,办理时限\nWH9,东门外第三根灯杆斜了,2026-03-05 17:00\n".encode(),
    "form.docx": papers.own("answer", "docx"),
    "form.xlsx": FORM,
}


class People(NamedTuple):
    """What the table speaks of, and how everybody is known: the cookie of his session and the secret of his token, by name."""

    things: Things
    sessions: dict[str, str]
    tokens: dict[str, str]


@pytest.fixture(scope="session")
def standing_doors(keep_world: Keeper, tmp_path_factory: pytest.TempPathFactory) -> World[People]:
    """Both offices and their people as rows, made once in a process."""

    def made() -> People:
        with _at_noon(tmp_path_factory.mktemp("standing")):
            found = _built(NOON)
        memories.forget()
        return found

    return keep_world(made)


@pytest.fixture(scope="module")
def doors(
    standing_doors: World[People], django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Knocker]:
    """Everybody of the table at noon of the fixed Monday, before the doors of our office."""
    memories.forget()
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        stack.enter_context(_at_noon(tmp_path_factory.mktemp("doors")))
        outermost = transaction.atomic()
        outermost._from_testcase = True
        stack.enter_context(outermost)
        _found_beside(found_office())
        people = standing_doors.lay()
        world.keep_files(people.things)
        yield Knocker(*people, _files())
        transaction.set_rollback(True)
    memories.forget()


@contextmanager
def _at_noon(folder: Path) -> Iterator[None]:
    """The fixed Monday, with its files in this folder; nothing that is remembered grows stale."""
    with (
        override_settings(GEZHI_DATA=folder, GEZHI_MEDIA=folder / "media", GEZHI_LIMITS=False),
        pytest.MonkeyPatch.context() as patch,
        time_machine.travel(NOON, tick=False),
    ):
        for remembering in (shelf, tenancy):
            patch.setattr(remembering, "STALE_SECONDS", 3600.0)
        patch.setattr(Template, "_render", lambda page, context: page.nodelist.render(context))
        yield


def _found_beside(ours: Jurisdiction) -> None:
    """The second office, and the name by which browsers find ours."""
    ours.host = "localhost"
    ours.save(update_fields=["host"])
    Jurisdiction.objects.create(
        id=YONDER_ID, code="371083", name="乳山市", host="yonder.example", made_at=NOON
    )


def _built(at: datetime) -> People:
    _found_beside(Jurisdiction.objects.get(id=OFFICE_ID))
    with scope(YONDER_ID):
        theirs = everybody(at, "371083", "yonder-")
        things = world.fill_yonder(theirs, at)
        stranger = world.employ("yu", "于", theirs.office_desk, Duty.ADMIN, Duty.CLERK, Duty.OFFICER, at=at)
        given = {"yu": world.give_token(stranger, at)}
    ours = everybody(at)
    things |= world.fill(ours, at)
    people = world.hire(ours, stranger, at)
    given |= {who: world.give_token(people[who], at, days_ago=2) for who in people.keys() - given.keys()}
    things |= {f"{ground}.token": given[who][0] for ground, who in OWNERS.items()}
    sessions = {who: _session(Account.objects.get(id=id)) for who, id in people.items()}
    return People(things, sessions, {who: secret for who, (_id, secret) in given.items()})


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
