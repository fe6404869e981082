"""An office with a receiver that is told of everything, and the postman at a moment that the test chooses."""

from collections.abc import Callable, Iterator
from datetime import datetime
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest

from gezhi.config.postman import Postman
from gezhi.kernel.actor import SYSTEM
from gezhi.notices import receivers
from gezhi.notices.events import TYPES
from tests.cast import Cast
from tests.channels.listening import Listener, listening

Clock = Callable[[], datetime]


class Moments:
    """A clock that stands where it is put."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def loopback(settings: Any) -> None:
    """The office allows its own machine as a receiver, as an intranet would be allowed."""
    settings.GEZHI_WEBHOOK_NETS = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def listener(loopback: None) -> Iterator[Listener]:
    """A receiver that takes everything."""
    with listening() as found:
        yield found


@pytest.fixture
def clock(noon: datetime) -> Moments:
    """Noon, until the test says otherwise."""
    return Moments(noon)


@pytest.fixture
def postman(clock: Moments) -> Iterator[Postman]:
    """Goes round when the test says so."""
    found = Postman(clock)
    yield found
    found.come_home()


def subscribe(url: str, at: datetime, name: str = "区城管平台") -> tuple[UUID, str]:
    """A receiver of all types: its id and its secret."""
    return receivers.add(name, url, TYPES, actor=SYSTEM, at=at)


@pytest.fixture
def subscribed(cast: Cast, listener: Listener, noon: datetime) -> tuple[UUID, str]:
    """The listener is told of everything: id and secret."""
    return subscribe(listener.url, noon)
