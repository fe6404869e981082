"""A program at the door for programs: an ordinary HTTP client without a token, in front of the same served Gezhi."""

import json
from typing import Any
from urllib.request import Request, urlopen

TIMEOUT_SECONDS = 15


def sent(address: str, body: dict[str, Any]) -> dict[str, Any]:
    """POST as JSON; what is answered. Raises HTTPError for a refusal."""
    head = {"Content-Type": "application/json"}
    return _answer(Request(address, json.dumps(body).encode(), head, method="POST"))


def got(address: str) -> dict[str, Any]:
    """GET; what is answered. Raises HTTPError for a refusal."""
    return _answer(Request(address))


def _answer(request: Request) -> dict[str, Any]:
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return told
