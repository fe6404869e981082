"""What is typed is found wherever it stands, whichever script, width or case it was written in, and is shown where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gezhi.kernel import search
from gezhi.kernel.search import around, asked, folded, marked, stands_in, terms, tokens

SIGNS = st.text(st.sampled_from("积水路灯燈號号aAＡ1１ ，-\u200b𠮷é"), max_size=12)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("积水", "小区门口积水很深"),
        ("水", "小区门口积水很深"),
        ("積水", "小区门口积水很深"),
        ("积水", "門口積水"),
        ("３号", "3号楼"),
        ("LED", "led灯坏了"),
        ("0000066", "371072-2026-0000066"),
        ("72-2026", "371072-2026-0000066"),
        ("积水 门口", "小区门口有积水"),
        ("café", "CAFÉ门口"),
        ("积\u200b水", "积水"),
    ],
)
def test_it_is_found(typed: str, written: str) -> None:
    searched = terms(typed)
    assert stands_in(searched, folded(written))
    assert set(asked(searched)) <= set(tokens(folded(written)).split())


@pytest.mark.parametrize(
    ("typed", "written"), [("积水", "积了水"), ("路灯 积水", "路灯坏了"), ("66-3", "663")]
)
def test_what_does_not_stand_there_is_not_found(typed: str, written: str) -> None:
    assert not stands_in(terms(typed), folded(written))


@given(SIGNS, SIGNS, SIGNS)
def test_an_index_never_hides_what_stands_there(before: str, words: str, after: str) -> None:
    text = folded(before + words + after)
    for term in terms(words):
        if term in text:
            assert set(asked([term])) <= set(tokens(text).split())


def test_sabotage_pairs_alone_would_not_find_one_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_alone = {search._token(pair) for pair in search._pairs(folded("积水很深"))}
    assert not set(asked(terms("水"))) <= pairs_alone


@given(SIGNS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@given(SIGNS, SIGNS)
def test_marks_lose_no_sign(text: str, words: str) -> None:
    assert "".join(piece.text for piece in marked(text, terms(words))) == text


def test_hits_are_marked_as_they_were_written() -> None:
    pieces = marked("門口積水，又積水了", terms("积水"))
    assert [piece.text for piece in pieces if piece.is_hit] == ["積水", "積水"]


def test_a_long_text_is_shown_around_the_first_hit() -> None:
    shown = around("我是三楼的住户" * 20 + "，车库积水了，" + "请派人来" * 20, terms("积水"), 40)
    assert "积水" in shown
    assert (shown[0], shown[-1], len(shown)) == ("…", "…", 42)


@pytest.mark.parametrize("typed", ["", "   ", "\u200b", "，" * 5000, "a " * 5000])
def test_any_words_are_taken(typed: str) -> None:
    assert len(terms(typed)) <= search.MOST_TERMS
