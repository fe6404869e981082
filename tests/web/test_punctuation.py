"""Marks between words as each language sets them."""

import pytest
from django.utils import translation

from gezhi.web.punctuation import aside, series


@pytest.mark.parametrize(
    ("reads", "said"), [("zh-hans", "甲、乙"), ("zh-hant", "甲、乙"), ("en", "甲, 乙")], ids=str
)
def test_a_list_is_set_as_the_reader_sets_it(reads: str, said: str) -> None:
    with translation.override(reads):
        assert (series(["甲", "乙"]), series(["甲"]), series([])) == (said, "甲", "")


@pytest.mark.parametrize(("reads", "said"), [("zh-hans", "甲（乙）"), ("en", "甲 (乙)")], ids=str)
def test_what_is_said_beside_it_stands_in_brackets(reads: str, said: str) -> None:
    with translation.override(reads):
        assert aside("甲", "乙") == said
