"""Pages come packed to whoever takes them so; what they hold cannot be read off their length."""

import gzip
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from gezhi.web import packing

LONG = "一段足够长的话。".encode() * 500
TAKES = {"accept-encoding": "gzip, deflate, br"}


def answered(content: bytes, heads: dict[str, str] = TAKES, **more: Any) -> HttpResponse:
    answer = packing.packing(lambda request: HttpResponse(content, **more))
    return answer(RequestFactory().get("/", headers=heads))


def test_a_long_page_comes_packed_and_is_the_same() -> None:
    found = answered(LONG)
    assert (found["Content-Encoding"], found["Vary"]) == ("gzip", "Accept-Encoding")
    assert int(found["Content-Length"]) == len(found.content) < len(LONG) // 10
    assert gzip.decompress(found.content) == LONG


@pytest.mark.parametrize(
    ("content", "heads", "more"),
    [
        (LONG, {}, {}),
        (LONG[: packing.FROM_BYTES - 1], TAKES, {}),
        (LONG, TAKES, {"content_type": "image/png"}),
        (LONG, TAKES, {"headers": {"Content-Encoding": "br"}}),
    ],
)
def test_what_is_short_packed_already_or_not_wanted_so_comes_as_it_is(
    content: bytes, heads: dict[str, str], more: dict[str, Any]
) -> None:
    found = answered(content, heads, **more)
    assert (found.content, found.get("Content-Encoding")) == (content, more.get("headers", {}).get("Content-Encoding"))  # fmt: skip


def test_the_length_of_a_page_says_nothing_exact() -> None:
    assert len({len(answered(LONG).content) for _ in range(40)}) > 5


def test_twin_without_noise_the_length_would_be_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.randbelow", lambda most: 0)
    assert len({len(answered(LONG).content) for _ in range(40)}) == 1
