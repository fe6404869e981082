"""Words are taken for the category of the office's own catalogue with which they share the rarest pairs of signs."""

import pytest

from gezhi.catalogue import queries as catalogue
from gezhi.routing.sentence import likely
from tests.cast import Cast


@pytest.mark.parametrize("code", ["0501", "0502"])
def test_what_a_category_is_called_is_that_category(cast: Cast, code: str) -> None:
    leaf = catalogue.by_code(code)
    for text in (leaf.name.zh, leaf.plain.zh, leaf.plain.zh_hant, leaf.plain.en):
        assert likely(f"我们这里{text}") == leaf.id


@pytest.mark.parametrize("words", ["", "？！", "〇"])
def test_words_that_say_nothing_are_no_category(cast: Cast, words: str) -> None:
    assert likely(words) is None
