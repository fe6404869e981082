"""One Gezhi per test process, one Chromium per file of tests, one context per person and test."""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import people, served
from tests.browser.people import Town
from tests.browser.served import Served


@pytest.fixture(scope="session")
def gezhi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, served for this process alone. Processes side by side copy one that the first of them founded."""
    own = tmp_path_factory.mktemp("served") / "data"
    shutil.copytree(_founded_once(tmp_path_factory), own)
    with served.served(own) as running:
        yield running


def _founded_once(folders: pytest.TempPathFactory) -> Path:
    here = folders.getbasetemp()
    shared = here.parent if here.name.startswith("popen-") else here
    data, done = shared / "demonstration", shared / "demonstration.done"
    with (shared / "demonstration.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not done.exists():
            served.found(data)
            done.touch()
    return data


@pytest.fixture(scope="module")
def town(gezhi: Served, request: pytest.FixtureRequest) -> Iterator[Town]:
    """Chromium in front of it; ended after each file, because an open playwright keeps an event loop in this thread.

    A file whose people go back to a page they left says `WHOLE_BROWSER = True`.
    """
    with people.browser(getattr(request.module, "WHOLE_BROWSER", False)) as chromium:
        yield Town(chromium, gezhi)


@pytest.fixture
def phone(town: Town) -> Callable[..., Page]:
    """A phone whose browser takes the service worker."""

    def opened(who: str = "") -> Page:
        return town.phone(who, service_workers="allow")

    return opened


@pytest.fixture(autouse=True)
def screens_are_closed(town: Town) -> Iterator[None]:
    """What one test left open is closed before the next begins."""
    yield
    for context in town.browser.contexts:
        context.close()
