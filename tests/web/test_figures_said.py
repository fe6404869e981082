"""A figure in a sentence is the figure by which we judge."""

import re

import pytest

from gezhi.evidence.actions import MOST_BYTES
from gezhi.kernel.refusal import Invalid
from gezhi.parties import names
from gezhi.reports.intake import MOST_PHOTOS
from gezhi.web import door, refusals


def figures(sentence: str) -> list[int]:
    return [int(found) for found in re.findall(r"\d+", sentence)]


def refused(username: str) -> Invalid | None:
    try:
        names.username(username)
    except Invalid as bad:
        return bad
    return None


def test_the_sentence_about_user_names_says_what_is_taken() -> None:
    said = refused("王 五")
    assert said is not None
    least, most = figures(refusals.sentence(said))
    assert [refused("w" * length) is None for length in (least - 1, least, most, most + 1)] == [
        False,
        True,
        True,
        False,
    ]
    assert refused("王五._-@9") is None


def test_sabotage_a_sentence_with_figures_of_its_own_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    own: dict[tuple[str, str] | str, str] = {
        ("username", "bad_username"): "登录名用小写字母、数字、点和横线，3 至 30 位。"
    }
    monkeypatch.setattr(refusals, "SENTENCES", {**refusals.SENTENCES, **own})
    said = refused("王 五")
    assert said is not None
    least, _most = figures(refusals.sentence(said))
    assert refused("w" * (least - 1)) is None


@pytest.mark.parametrize("code", ["too_large", "too_many"])
def test_the_sentences_about_photos_say_what_is_taken(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert figures(refusals.photo_sentence("玻璃", code))[0] in (MOST_PHOTOS, MOST_BYTES // 1_000_000)
    monkeypatch.setattr(refusals, "MOST", {"photos": 4711, "megabytes": 4711})
    assert figures(refusals.photo_sentence("玻璃", code))[0] == 4711


def test_the_door_lets_in_as_many_photos_as_are_taken() -> None:
    assert door.MOST_BYTES > MOST_PHOTOS * MOST_BYTES
