"""Words as they are searched: folded sign by sign, cut into signs and pairs of neighbours, marked where they stand. PURE.

One tokeniser for both engines: an index holds the tokens of a text and only narrows; whether a word stands in the folded text decides. So
both engines find the same, whatever their indexes think of a script.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gezhi.kernel.simplified import TO_SIMPLIFIED

MOST_TERMS = 6
MOST_SIGNS = 60  # of what somebody types into the field
MOST_KEPT = 20_000  # signs whose folding is remembered
_HIDDEN = frozenset(["Cf", "Cc", "Cs", "Co", "Cn", "Mn", "Me"])  # marks and signs that nobody sees


class Piece(NamedTuple):
    """A stretch of a text as it is shown. is_hit: somebody looked for it."""

    text: str
    is_hit: bool


class _Folding(dict[int, str]):
    """What becomes of each sign: what it is folded to, a space for a blank, nothing for what nobody sees. As many are kept as people write with."""

    def __missing__(self, code: int) -> str:
        flat = unicodedata.normalize("NFKC", chr(code)).casefold().translate(TO_SIMPLIFIED)
        found = "".join(
            " " if one.isspace() else one
            for one in flat
            if one.isspace() or unicodedata.category(one) not in _HIDDEN
        )
        if len(self) < MOST_KEPT:
            self[code] = found
        return found


_FOLDING = _Folding()


def folded(text: str) -> str:
    """简体, half-width, small, marks and hidden signs gone, every run of blanks one space."""
    return " ".join(text.translate(_FOLDING).split())


def _signs(text: str) -> Iterable[tuple[str, int]]:
    """The folded signs, each with the place in the text where it comes from."""
    is_blank = True
    for place, sign in enumerate(text):
        for one in _FOLDING[ord(sign)]:
            if one != " " or not is_blank:
                yield one, place
            is_blank = one == " "


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
    flat = folded(text)
    found = [term for term in searched if term in flat]
    if not found:
        return [Piece(text, False)] if text else []
    signs = list(_signs(text))
    flat = "".join(sign for sign, _ in signs)
    hit = bytearray(len(text))
    for term in found:
        at = flat.find(term)
        while at >= 0:
            first, last = signs[at][1], signs[at + len(term) - 1][1]
            hit[first : last + 1] = b"\1" * (last + 1 - first)
            at = flat.find(term, at + len(term))
    return list(_pieces(text, hit))


def _pieces(text: str, hit: bytearray) -> Iterator[Piece]:
    start = 0
    while start < len(text):
        end = hit.find(0 if hit[start] else 1, start)
        end = len(text) if end < 0 else end
        yield Piece(text[start:end], bool(hit[start]))
        start = end


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
