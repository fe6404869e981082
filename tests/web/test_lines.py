"""Bad input, class 40: nobody writes lines of his own into a log or onto a terminal, and no template runs what somebody typed."""

import logging
import re
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from gezhi.config import commands
from gezhi.web import logs
from tests.cast import Cast
from tests.seeds.texts import orders

pytestmark = pytest.mark.django_db
MOVES_A_CURSOR = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]|\n")


@pytest.fixture
def lines(cast: Cast, noon: datetime, settings: Any, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the log holds after everything of the seeds was tried as a user name, an address and a head."""
    settings.AXES_ENABLED = True
    cache.clear()
    door = Client(HTTP_HOST="localhost", raise_request_exception=False)
    with time_machine.travel(noon, tick=False), caplog.at_level(logging.INFO):
        for text in orders():
            door.post("/account/login/", {"login": f"{text}{len(text)}", "password": "wrong"})
            door.get(f"/nowhere/{text}", HTTP_REFERER=text, HTTP_USER_AGENT=text)
            door.get("/", HTTP_HOST=text)
    return [record.getMessage() for record in caplog.records]


def test_whatever_somebody_sends_a_log_has_a_line_for_each_event(lines: list[str]) -> None:
    assert len(lines) > len(orders())
    assert [line for line in lines if MOVES_A_CURSOR.search(line)] == []


def test_sabotage_as_it_was_sent_it_would_move_the_cursor(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("gezhi.trial")
    before = logging.getLogRecordFactory()
    assert before is logs.OneLine
    for factory in (before, logging.LogRecord):
        logging.setLogRecordFactory(factory)
        logger.warning("no such person: %s", "\x1b[2Jchen\r\nall is well")
    logging.setLogRecordFactory(before)
    assert [record.getMessage() for record in caplog.records] == [
        "no such person: ⟦U+001B⟧[2Jchen⏎all is well",
        "no such person: \x1b[2Jchen\r\nall is well",
    ]


@pytest.mark.parametrize("text", orders(), ids=range(len(orders())))
def test_a_finding_is_one_line_on_a_terminal(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands._say(f"row 7: {text} is not known")
    said = capsys.readouterr().out
    assert said.endswith("is not known\n")
    assert not MOVES_A_CURSOR.search(said.removesuffix("\n"))


@pytest.mark.parametrize("text", orders(), ids=range(len(orders())))
def test_a_page_says_what_somebody_typed_and_runs_none_of_it(cast: Cast, settings: Any, text: str) -> None:
    settings.GEZHI_LIMITS = False
    door = Client(HTTP_HOST="localhost", raise_request_exception=False)
    answer = door.get("/", {"q": text})
    assert answer.status_code == 200
    page = answer.content.decode()
    is_run = "7*7" in text and "7*7" not in page  # what was worked out stands there no more
    assert (is_run, "<b>门" in page, "<class" in page) == (False, False, False)
    assert not {"Bcc", "Set-Cookie2"} & {name for name, _value in answer.items()}
