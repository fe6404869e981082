"""A browser without script, and the street it stands in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.web.public import health
from tests.cast import Cast
from tests.evidence.pictures import photo
from tests.web.open311.conftest import switch


@pytest.fixture
def door(cast: Cast, settings: Any) -> Client:
    """Somebody without an account. Limits are off unless a test switches them on."""
    settings.GEZHI_LIMITS = False
    return Client(HTTP_HOST="localhost", raise_request_exception=False)


@pytest.fixture(autouse=True)
def no_verdict_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look whether it is ready is a new one, unless a test says otherwise."""
    monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)


@pytest.fixture
def now(noon: datetime) -> datetime:
    """One o'clock."""
    return noon + timedelta(hours=1)


@pytest.fixture
def face_at_one(cast: Cast, now: datetime) -> Iterator[None]:
    """The office shows its face; its clock stands at one o'clock."""
    switch("public_map", 1, now - timedelta(days=1))
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def here(cast: Cast) -> str:
    """The report form of the stairwell."""
    return f"/r/{cast.town.row(cast.town.stairwell).code}"


def picture(name: str = "IMG_1.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    """A photo as a browser sends it."""
    return SimpleUploadedFile(name, photo() if data is None else data, "image/jpeg")


def form(**changed: Any) -> dict[str, Any]:
    """The report form as filled in by somebody in a hurry: words and a chip."""
    return {
        "key": "a-form-shown-once-000",
        "text": "楼道玻璃碎了",
        "category": "0501",
        "contact": "",
    } | changed


def report(door: Client, here: str, **changed: Any) -> str:
    """Send a report; the address of its status page."""
    answer = door.post(here, form(**changed))
    assert answer.status_code == 303
    return str(answer["Location"]).split("?")[0]
