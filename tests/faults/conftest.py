"""One office is founded for all tests of a run; each test gets a copy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.blank import Blank
from tests.cast import Cast
from tests.faults.failing_disk import Disk
from tests.faults.installation import Installation, founded


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory, blank: Blank) -> Iterator[Installation]:
    """An office as `gezhi init` leaves it. Not to be changed."""
    with founded(tmp_path_factory.mktemp("faults") / "office", blank) as made:
        yield made


@pytest.fixture
def installation(fresh: Installation, tmp_path: Path) -> Installation:
    """An office of this test's own."""
    return fresh.copy(tmp_path / "office")


@pytest.fixture
def disk() -> Disk:
    """A disk that is well."""
    return Disk()


@pytest.fixture
def phone(cast: Cast) -> Client:
    """Somebody who reports, in this process."""
    return Client(HTTP_HOST="localhost", raise_request_exception=False)
