"""Open311 clients at the door: an office whose list is public, an application with a key, and what an error looks like."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client

from gezhi.cases.models import Case
from gezhi.cases.move import Move
from gezhi.catalogue import actions as catalogue
from gezhi.catalogue.models import OfficeRule
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import openkeys
from tests.cast import Cast, walk

HERE = "/open311/v2/"
FORM = "application/x-www-form-urlencoded"


class Application:
    """An Open311 client, with the key of an office or without."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        self.client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True, raise_request_exception=False)

    def get(self, path: str, wanted: Any = None, **more: Any) -> Any:
        return self.client.get(HERE + path, {**(wanted or {}), **more})

    def rows(self, path: str = "requests.json", **wanted: Any) -> Any:
        answer = self.get(path, wanted)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def post(self, said: Any = None, path: str = "requests.json", key: str = "", **more: Any) -> Any:
        """A request with something to say about 0501 at a point, unless said otherwise; None leaves a field out."""
        usual = {"service_code": "0501", "lat": "37.4", "long": "122.18", "description": "门玻璃碎了"}
        body = {"api_key": self.key, **usual, **(said or {})} if self.key else {**usual, **(said or {})}
        sent = {name: value for name, value in body.items() if value is not None}
        heads = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        return self.client.post(HERE + path, sent, **heads, **more)


@pytest.fixture
def no_limits(settings: Any) -> None:
    settings.GEZHI_LIMITS = False


def switch(key: str, value: int, at: datetime) -> None:
    """Set one of the office's switches."""
    row = OfficeRule.objects.filter(key=key).first()
    catalogue.change_rule(key, value, revision=row.revision if row else 0, actor=SYSTEM, at=at)


@pytest.fixture
def application(cast: Cast, noon: datetime, no_limits: None) -> Iterator[Application]:
    """One with a key, at an office that lets strangers list cases."""
    switch("public_list", 1, noon)
    _id, secret = openkeys.make_key("市民随手拍", actor=SYSTEM, at=noon)
    with time_machine.travel(noon, tick=False):
        yield Application(secret)


def numbers(application: Application, **wanted: Any) -> list[str]:
    """The numbers of a list, in its order."""
    return [row["service_request_id"] for row in application.rows(**wanted)]


def accepted(cast: Cast, at: datetime, **more: Any) -> Case:
    """What Lin reported, accepted by Chen."""
    return walk(cast.lin_reports(at, **more), (cast.chen, Move("accept")), at=at)


def error(answer: Any) -> tuple[int, int, str]:
    """Status, code and sentence of the one error, in whatever form."""
    if answer["Content-Type"].startswith("text/xml"):
        (one,) = ElementTree.fromstring(answer.content)
        said = {child.tag: child.text for child in one}
    else:
        assert answer["Content-Type"] == "application/json; charset=utf-8", answer.content.decode()
        (said,) = json.loads(answer.content)
    assert set(said) == {"code", "description"}
    assert said["description"], said
    return answer.status_code, int(said["code"]), said["description"]


def refused(answer: Any) -> int:
    """The status of an error that says the same in its body."""
    status, code, _sentence = error(answer)
    assert status == code
    return status


Applications = Callable[..., Application]
