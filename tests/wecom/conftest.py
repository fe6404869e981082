"""An office that is connected to a stand-in of WeCom; Wei and Chen are linked, and the postman goes when the test says so."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import time_machine
from django.test import Client

from gezhi.channels.wecom import office as ours
from gezhi.config import worker
from gezhi.config.postman import Postman
from gezhi.kernel.actor import SYSTEM
from gezhi.parties import wecom
from tests.cast import Cast
from tests.wecom.envelopes import AGENT, CORP, ENCODING_KEY, SECRET, TOKEN
from tests.wecom.standin import Standin, standing_in

MINUTE = timedelta(minutes=1)


class Moments:
    """The clock of all of them: ours, the postman's and WeCom's."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go(self, **how: float) -> datetime:
        self.at += timedelta(**how)
        return self.at


@pytest.fixture
def clock(noon: datetime) -> Moments:
    return Moments(noon)


@pytest.fixture
def standin(clock: Moments, settings: Any) -> Iterator[Standin]:
    """WeCom on loopback; the office allows its own machine, as an intranet would be allowed."""
    settings.GEZHI_WEBHOOK_NETS = (ip_network("127.0.0.0/8"),)
    settings.ALLOWED_HOSTS = ["localhost", "gezhi.example.cn"]
    with standing_in(lambda: clock.at.timestamp()) as found:
        settings.GEZHI_WECOM_URL = found.url
        yield found


@pytest.fixture
def connected(cast: Cast, standin: Standin, noon: datetime) -> Cast:
    """The office with its application; Wei and Chen are linked, Mo is not."""
    ours.set_up(CORP, AGENT, SECRET, TOKEN, ENCODING_KEY, actor=SYSTEM, at=noon)
    wecom.link(cast.wei.id, "WeiGe", actor=SYSTEM, at=noon)
    wecom.link(cast.chen.id, "chen", actor=SYSTEM, at=noon)
    return cast


@pytest.fixture
def postman(clock: Moments) -> Iterator[Postman]:
    found = Postman(clock)
    yield found
    found.come_home()


class Wecom:
    """WeCom as the test plays it: messages at the clock's moment, then the worker and the postman until nothing is due."""

    def __init__(self, cast: Cast, standin: Standin, clock: Moments, postman: Postman) -> None:
        self.cast, self.standin, self.clock, self.postman = cast, standin, clock, postman
        self.client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True, raise_request_exception=False)

    def says(self, *messages: bytes) -> list[list[int]]:
        with time_machine.travel(self.clock.at, tick=False):
            return [self.standin.calls(self.client, one, self.clock.at) for one in messages]

    def work(self) -> None:
        while worker.do_errands(self.clock.at) + self.postman.deliver():
            pass


@pytest.fixture
def chat(connected: Cast, standin: Standin, clock: Moments, postman: Postman) -> Wecom:
    return Wecom(connected, standin, clock, postman)
