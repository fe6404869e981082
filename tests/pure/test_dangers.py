"""Words of danger: who is in danger is heard, who denies, warns of or supposes it, or speaks of another thing, starts no clock."""

import re
import time

import pytest

from gezhi.reports import alarm, lexicon
from gezhi.reports.lexicon import Spoken, shipped, with_own
from tests.seeds.dangers import DANGEROUS, HARMLESS

SHIPPED = with_own(())


def missed() -> list[str]:
    """Of the dangerous ones, those that fear nothing, or something of another leaf."""
    heard = [(text, leaf, SHIPPED.danger(text)) for text, leaf in DANGEROUS]
    return [text for text, leaf, found in heard if found is None or found.leaf != leaf]


def false_alarms() -> list[str]:
    return [text for text in HARMLESS if SHIPPED.danger(text)]


def test_of_who_is_in_danger_95_of_100_are_heard() -> None:
    assert len(DANGEROUS) >= 60
    assert len(missed()) <= len(DANGEROUS) * 0.05, missed()


def test_of_what_is_harmless_2_of_100_raise_an_alarm_at_most() -> None:
    assert len(HARMLESS) >= 60
    assert len(false_alarms()) <= len(HARMLESS) * 0.02, false_alarms()


@pytest.mark.parametrize("guard", ["_DENIED", "_SUPPOSED"])
def test_sabotage_without_denials_and_warnings_the_harmless_are_alarms(
    guard: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarm, guard, re.compile("(?!)"))
    assert len(false_alarms()) > len(HARMLESS) * 0.02


def test_sabotage_without_the_harmless_phrases_they_are_alarms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "harmless", lambda: re.compile("(?!)"))
    assert len(false_alarms()) > len(HARMLESS) * 0.1


@pytest.mark.parametrize(
    ("text", "is_heard"),
    [
        ("油桶放在烤炉旁边，有人扔烟头", True),
        ("烟头扔在烤炉旁边的油桶上", True),
        ("油桶放在烤炉旁边", False),
        ("油桶旁边没有烤炉，有烟头", False),
        (f"油桶{'很旧' * 20}烤炉旁边有烟头", False),
    ],
)
def test_a_word_of_the_office_may_have_three_parts(text: str, is_heard: bool) -> None:
    own = with_own([Spoken("油桶+烤炉+烟头", "0706", 1, "0706-a", "119")])
    assert bool(own.danger(text)) is is_heard


def test_the_same_is_heard_in_traditional_signs() -> None:
    assert len(alarm._HANT) == len(alarm._HANS)
    assert SHIPPED.danger("樓頂有人要跳樓") == SHIPPED.danger("楼顶有人要跳楼")


def test_each_shipped_word_of_danger_is_heard_when_it_is_all_that_is_said() -> None:
    """None is blanked by what is harmless, or denied by its own first signs."""
    words = [one.word for one in shipped() if one.condition]
    assert [word for word in words if SHIPPED.danger(word.replace("+", "，")) is None] == []


def test_a_long_text_full_of_danger_takes_few_milliseconds() -> None:
    """Of processor time; 5,000 signs, in which a pair of words stands again and again, denied each time."""
    text = ("没有电梯，没有人被困，" * 500)[:5000]
    best = []
    for _ in range(5):
        begun = time.thread_time()
        assert SHIPPED.danger(text) is None
        best.append(time.thread_time() - begun)
    assert min(best) < 0.03
