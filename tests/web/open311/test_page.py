"""docs/open311.md is what an application's author copies from: every command of it works in a small town, and its figures are ours."""

import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gezhi.cases.move import Move
from gezhi.web.open311 import door, media, requests, services, wanted
from tests.cast import Cast, walk
from tests.evidence.pictures import photo
from tests.web.open311.conftest import Application

PAGE = Path(__file__).resolve().parents[3] / "docs" / "open311.md"
COMMAND = re.compile(r"^curl .*$", re.MULTILINE)


def carried_out(application: Application, command: str) -> Any:
    """What curl would be answered."""
    words, fields, address = iter(shlex.split(command)[1:]), {}, ""
    for word in words:
        if word in {"-d", "-F", "--data-urlencode"}:
            name, _, value = next(words).partition("=")
            fields[name] = SimpleUploadedFile("a.jpg", photo()) if value.startswith("@") else value
        elif not word.startswith("-"):
            address = word
    path = urlsplit(address)._replace(scheme="", netloc="").geturl()
    return application.client.post(path, fields) if fields else application.client.get(path)


@pytest.mark.django_db
def test_every_command_of_the_page_works(application: Application, cast: Cast, noon: datetime) -> None:
    case = walk(cast.lin_reports(noon), (cast.chen, Move("accept")), at=noon)
    known = {"URL": "http://localhost", "KEY": application.key, "PICTURE": "a.jpg", "NUMBER": case.number}
    known["PLACE"] = cast.town.row(cast.town.stairwell).code
    answers = []
    for command in COMMAND.findall(PAGE.read_text()):
        for name, value in known.items():
            command = re.sub(rf"\b{name}\b", value, command)
        answers.append(carried_out(application, command).status_code)
    assert answers == [201, 201, 200, 200, 200]


def test_the_figures_of_the_page_are_those_of_the_door() -> None:
    said = PAGE.read_text().replace(",", "").replace("\n", " ")
    assert (
        f"{door.STRANGERS_PER_MINUTE} requests a minute from one address {requests.LISTS_PER_MINUTE} of them lists"
        in said
    )
    assert f"{door.REPORTS_PER_HOUR_OF_A_KEY} reports an hour for a key" in said
    assert f"{media.FETCH_SECONDS:.0f} seconds for all" in said
    assert f"up to {wanted.MOST_IDS}" in said
    assert f"{wanted.RADIUS} unless said {wanted.MOST_RADIUS} at most" in said
    assert f"{wanted.PAGE_SIZE} unless said; without them the first {wanted.MOST_ROWS}" in said
    assert {services.CONDITION, services.WHERE, services.SINCE} <= set(re.findall(r"`(\w+)`", said))
