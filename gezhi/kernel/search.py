"""Words as they are searched: folded sign by sign, cut into signs and pairs of neighbours, marked where they stand. PURE.

One tokeniser for both engines: an index holds the tokens of a text and only narrows; whether a word stands in the folded text decides. So
both engines find the same, whatever their indexes think of a script.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gezhi.kernel.simplified import TO_SIMPLIFIED

MOST_TERMS = 6
MOST_SIGNS = 60  # of what somebody types into the field
_HIDDEN = frozenset(["Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me"])  # marks and signs that nobody sees


class Piece(NamedTuple):
    """A stretch of a text as it is shown. is_hit: somebody looked for it."""

    text: str
    is_hit: bool


def folded(text: str) -> str:
    """简体, half-width, small, marks and hidden signs gone, every run of blanks one space."""
    return "".join(sign for sign, _ in _signs(text)).strip()


def _signs(text: str) -> Iterable[tuple[str, int]]:
    """The folded signs, each with the place in the text where it comes from."""
    is_blank = True
    for place, sign in enumerate(text):
        for one in unicodedata.normalize("NFKC", sign).casefold().translate(TO_SIMPLIFIED):
            if one.isspace():
                if not is_blank:
                    yield " ", place
                is_blank = True
            elif unicodedata.category(one) not in _HIDDEN:
                yield one, place
                is_blank = False


def terms(words: str) -> tuple[str, ...]:
    """What somebody typed as the words that must all be found, the longest first; () for nothing. At most six, of sixty signs together."""
    found = dict.fromkeys(folded(words)[:MOST_SIGNS].split())
    return tuple(sorted(found, key=lambda term: -len(term))[:MOST_TERMS])


def tokens(text: str) -> str:
    """A folded text as the words of an index, each once: its signs and its pairs of neighbours."""
    pieces = text.split()
    found = {sign for piece in pieces for sign in piece}
    found |= {pair for piece in pieces for pair in _pairs(piece)}
    return " ".join(sorted(map(_token, found)))


def asked(searched: Sequence[str]) -> tuple[str, ...]:
    """The tokens that a text must have in which all these terms stand: pairs, or the sign of a term that is no longer."""
    found = {pair for term in searched for pair in (_pairs(term) or [term])}
    return tuple(sorted(map(_token, found)))


def _pairs(piece: str) -> list[str]:
    return [piece[at : at + 2] for at in range(len(piece) - 1)]


def _token(signs: str) -> str:
    """In letters and digits, which no engine cuts further: 积水 → 79efg6c34."""
    return "g".join(f"{ord(sign):x}" for sign in signs)


def stands_in(searched: Sequence[str], text: str) -> bool:
    """Whether all terms stand in a folded text."""
    return all(term in text for term in searched)


def marked(text: str, searched: Sequence[str]) -> list[Piece]:
    """A text as it was written, cut at what was looked for."""
    signs = list(_signs(text))
    flat = "".join(sign for sign, _ in signs)
    hit = [False] * len(text)
    for term in searched:
        at = flat.find(term)
        while at >= 0:
            for place in range(signs[at][1], signs[at + len(term) - 1][1] + 1):
                hit[place] = True
            at = flat.find(term, at + len(term))
    pieces: list[Piece] = []
    for sign, is_hit in zip(text, hit, strict=True):
        if pieces and pieces[-1].is_hit is is_hit:
            pieces[-1] = Piece(pieces[-1].text + sign, is_hit)
        else:
            pieces.append(Piece(sign, is_hit))
    return pieces


def around(text: str, searched: Sequence[str], signs: int) -> str:
    """So many signs of a text around the first hit; from its beginning where nothing is hit."""
    pieces = marked(text, searched)
    before = 0
    for piece in pieces:
        if piece.is_hit:
            break
        before += len(piece.text)
    else:
        before = 0
    start = max(0, min(before - signs // 4, len(text) - signs))
    return ("…" if start else "") + text[start : start + signs] + ("…" if start + signs < len(text) else "")
