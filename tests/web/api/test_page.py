"""docs/api.md is what a program's author copies from: every command of it works in a small town."""

import re
import shlex
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gezhi.web import limits
from gezhi.web.api import door, reports
from gezhi.web.api.shapes import EventIn, Problem
from tests.cast import Cast
from tests.evidence.pictures import photo
from tests.web.api.conftest import Programs, token

PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
COMMAND = re.compile(r"^curl (?:.*\\\n)*.*$", re.MULTILINE)


def carried_out(command: str) -> Any:
    """What curl would be answered."""
    words, heads, body, file, address = iter(shlex.split(command.replace("\\\n", " "))[1:]), {}, None, "", ""
    for word in words:
        match word:
            case "-s":
                pass
            case "-H":
                name, _, value = next(words).partition(": ")
                heads[name] = value
            case "-d":
                body = next(words)
            case "-F":
                file = next(words)
            case _:
                address = word
    path = urlsplit(address)._replace(scheme="", netloc="").geturl()
    client = Client(HTTP_HOST="localhost", headers=heads)
    if file:
        return client.post(path, {file.partition("=")[0]: SimpleUploadedFile("a.jpg", photo())})
    return client.post(path, body, content_type=heads["Content-Type"]) if body else client.get(path)


@pytest.mark.django_db
def test_every_command_of_the_page_works(cast: Cast, programs: Programs, noon: datetime) -> None:
    known = {"URL": "http://localhost", "TOKEN": token(cast.chen, noon), "PICTURE": "a.jpg"}
    known["PLACE"] = cast.town.row(cast.town.stairwell).code
    commands, answers = COMMAND.findall(PAGE.read_text()), []
    for command in commands:
        for name, value in known.items():
            command = re.sub(rf"\b{name}\b", value, command)
        answer = carried_out(command)
        answers.append(answer.status_code)
        if answer.status_code == 201 and answer.json().get("code"):
            known["CODE"] = answer.json()["code"]
            known["NUMBER"] = programs().get(f"reports/{known['CODE']}").json()["case"]["number"]
    assert answers == [201, 201, *[200] * 5, 201, *[200] * 6]


def test_the_page_names_every_member_and_the_limits_in_force() -> None:
    page = PAGE.read_text()
    members = set(EventIn.model_fields) | set(Problem.model_fields) - {
        "type",
        "title",
        "refer_to",
        "refer_phone",
    }
    assert [name for name in sorted(members) if f"`{name}`" not in page and f'"{name}"' not in page] == []
    in_force = (
        door.TOKENS_PER_MINUTE,
        door.STRANGERS_PER_MINUTE,
        limits.REPORTS_PER_HOUR,
        reports.PICTURES_PER_HOUR,
    )
    assert (
        "Limits: {:,} requests a minute for a token, {:,} for an address without one, and from such an address {:,} reports and {:,} pictures an hour.".format(
            *in_force
        )
        in page
    )
