"""Programs at the door: one without a token, and one for everybody of the cast."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from gezhi.kernel.actor import Actor
from gezhi.parties import tokens
from gezhi.parties.tokens import Scope
from tests.cast import Cast

HERE = "/api/v1/"
EVERYTHING = tuple(Scope)


class Program:
    """Sends JSON to /api/v1/ with a token, or without."""

    def __init__(self, token: str = "") -> None:
        heads = {"HTTP_AUTHORIZATION": f"Bearer {token}"} if token else {}
        self.client = Client(
            HTTP_HOST="localhost", enforce_csrf_checks=True, raise_request_exception=False, **heads
        )

    def get(self, path: str, **wanted: Any) -> Any:
        return self.client.get(HERE + path, wanted)

    def post(self, path: str, body: Any, *, key: str = "", **heads: Any) -> Any:
        """body: an object, or bytes as they are."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        heads |= {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        return self.client.generic("POST", HERE + path, sent, content_type="application/json", **heads)

    def case(self, number: str) -> dict[str, Any]:
        answer = self.get(f"cases/{number}")
        assert answer.status_code == 200, answer.content.decode()
        return dict(answer.json())

    def act(self, number: str, event: str, **more: Any) -> Any:
        """On the version that stands now, unless another is said."""
        version = more.pop("version", None) or self.case(number)["version"]
        return self.post(f"cases/{number}/events", {"event": event, "version": version, **more})


Programs = Callable[..., Program]


@pytest.fixture
def programs(cast: Cast, noon: datetime, settings: Any) -> Iterator[Programs]:
    """A program for somebody of the cast, with every scope unless some are named; `programs()` has no token."""
    settings.GEZHI_LIMITS = False
    with time_machine.travel(noon, tick=False):
        yield lambda actor=None, *scopes: Program(token(actor, noon, *scopes) if actor else "")


def token(actor: Actor, at: datetime, *scopes: Scope, days: float = 30) -> str:
    """A fresh token of somebody."""
    wanted = scopes or EVERYTHING
    return tokens.make_token("工单系统", wanted, expires_at=at + timedelta(days=days), actor=actor, at=at)[1]


def refusal(answer: Any) -> tuple[int, str]:
    """Status and code of a problem, which says something to a person."""
    assert answer["Content-Type"] == "application/problem+json", answer.content.decode()
    said = answer.json()
    assert said["detail"], said
    assert said["status"] == answer.status_code
    return answer.status_code, said["code"]
