"""Which category a text speaks of: what was learned (hashed runs of signs) and the words of the lexicon, put together. PURE, no network.

Two steps: the family (12 of ours and 00, not ours), then the leaf inside it. Three families are answered, each by its likeliest leaf.
"""

import base64
import gzip
import json
import re
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log1p
from operator import itemgetter, mul
from typing import Any, NamedTuple

from gezhi.reports.features import features, parts
from gezhi.reports.learning import Own
from gezhi.reports.lexicon import DATA, Lexicon, with_own

SHOWN = 3
NOT_OURS = "00"
LEAST = 0.05  # of a score without a word to show for it: on the dev labels none of what is left out was right
WORD_WEIGHT = 0.3  # of a word beside the hashed runs, as the weights were trained
LEAF_WORD = 1.0
WHY_WORDS = 3
SHORT_SIGNS, SHORT_PART = 120, 0.6
MOST_PLACES = 20  # of one word in a text, that are looked at
# What stands behind a thing that only says where: 门口, 旁边, 下面 … The mouth of a door or a lift is a place whatever follows.
BESIDE = re.compile(
    r"(?:(?P<mouth>口)|旁边?|边上?|附近|对面|处|里面?|[上下前后後裡裏][面边邊头頭]?|外面?)(?:的|那个|那個)?"
)


class Suggested(NamedTuple):
    """code: of a leaf. score: 0 … 1. words: of the lexicon that stand in the text. of_own: learned from the office's own cases."""

    code: str
    score: float
    words: tuple[str, ...]
    of_own: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """families: codes; matrix: a row of numbers for each (hashed runs, then the lexicon by family, in head and whole).

    leaves: leaf → its strongest buckets. Numbers are whole, `scale` makes them weights. rare: how rare each bucket is, 0 … 255.
    """

    families: tuple[str, ...]
    bias: tuple[float, ...]
    matrix: "tuple[array[int], ...]"
    scale: float
    words_from: int
    leaves: Mapping[str, Mapping[int, float]]
    leaf_bias: Mapping[str, float]
    rare: bytes


@cache
def start() -> Weights:
    """What is shipped. Read once: 50 ms."""
    with gzip.open(DATA / "start.json.gz") as file:
        return unpacked(json.load(file))


def unpacked(book: Mapping[str, Any]) -> Weights:
    """The weights of a data file's content."""
    flat = array("b", zlib.decompress(base64.b64decode(book["matrix"])))
    width = len(flat) // len(book["families"])
    rows = tuple(flat[at * width : (at + 1) * width] for at in range(len(book["families"])))
    leaves = {
        code: {int(bucket): weight / 100 for bucket, weight in zip(one[0], one[1], strict=True)}
        for code, one in book["leaves"].items()
    }
    words_from = width - 2 * len(book["families"])
    return Weights(
        tuple(book["families"]),
        tuple(book["bias"]),
        rows,
        book["scale"],
        words_from,
        leaves,
        book["leaf_bias"],
        zlib.decompress(base64.b64decode(book["rare"])),
    )


@cache
def plain_lexicon() -> Lexicon:
    """The shipped words, as they are."""
    return with_own(())


def suggest(
    text: str,
    *,
    lexicon: Lexicon | None = None,
    own: Own | None = None,
    weights: Weights | None = None,
    among: Iterable[str] | None = None,
) -> list[Suggested]:
    """The three likeliest leaves, each of another family, best first; [] for a text without words. No more than 5 ms.

    lexicon: the office's words. own: what it learned. among: leaves that may be named at all.
    """
    weights, lexicon = weights or start(), lexicon or plain_lexicon()
    head, whole = parts(text)
    if not whole:
        return []
    seen = features(text)
    spoken = _spoken(lexicon, head, whole)
    may = set(among) if among is not None else None
    shares = _families(weights, seen, spoken, may)
    leaves: dict[str, float] = {}
    for family in sorted(shares, key=lambda one: -shares[one])[: SHOWN + 1]:
        leaves |= _leaves(weights, family, shares[family], seen, spoken, may)
    leaves = _with_words(leaves, spoken, len(whole), may)
    leaves, of_own = _with_own(leaves, own, seen, may) if own else (leaves, set())
    return _best(leaves, spoken, of_own)


def _with_own(
    leaves: dict[str, float], own: Own, seen: Mapping[int, float], may: set[str] | None
) -> tuple[dict[str, float], set[str]]:
    """What the office learned has its say where the shipped weights are in doubt, and only among what is ours: confirmed cases teach nothing
    of the others. Also the leaves that are named mostly for it.
    """
    learned = {code: share for code, share in own.shares(seen).items() if may is None or code in may}
    ours = sum(share for code, share in leaves.items() if code[:2] != NOT_OURS)
    part = own.part(learned) * (1 - _surest(leaves))
    found = dict(leaves)
    for code in {*leaves, *learned}:
        if code[:2] != NOT_OURS:
            found[code] = (1 - part) * leaves.get(code, 0.0) + part * ours * learned.get(code, 0.0)
    return found, {code for code, share in learned.items() if part and part * ours * share > found[code] / 2}


def _surest(leaves: Mapping[str, float]) -> float:
    """The share of the likeliest family."""
    families: dict[str, float] = {}
    for code, share in leaves.items():
        families[code[:2]] = families.get(code[:2], 0.0) + share
    return max(families.values(), default=0.0)


def worth_saying(found: Sequence[Suggested]) -> list[Suggested]:
    """Without the tail that neither a word nor a likelihood speaks for; the best stays whatever it is."""
    return [one for at, one in enumerate(found) if at == 0 or one.words or one.score >= LEAST]


def _with_words(
    leaves: dict[str, float], spoken: "Spoken", signs: int, may: set[str] | None
) -> dict[str, float]:
    """In a short text one word tells more than the way it is put, which was learned from long messages."""
    said = {
        code: sum(len(word) ** 2 for word in one[2])
        for code, one in spoken.found.items()
        if may is None or code in may
    }
    whole, part = sum(said.values()), SHORT_PART * max(0.0, 1 - signs / SHORT_SIGNS)
    if not whole or not part:
        return leaves
    return {
        code: (1 - part) * leaves.get(code, 0.0) + part * said.get(code, 0) / whole
        for code in {*leaves, *said}
    }


def _best(leaves: Mapping[str, float], spoken: "Spoken", of_own: set[str]) -> list[Suggested]:
    """Of each family its likeliest leaf, with the share of the whole family; three of them."""
    families: dict[str, list[str]] = {}
    for code in sorted(leaves, key=lambda code: -leaves[code]):
        families.setdefault(code[:2], []).append(code)
    ranked = sorted(families.values(), key=lambda codes: -sum(leaves[code] for code in codes))[:SHOWN]
    return [
        Suggested(
            codes[0],
            round(sum(leaves[code] for code in codes), 3),
            spoken.words(codes[0]),
            codes[0] in of_own,
        )
        for codes in ranked
    ]


class Spoken(NamedTuple):
    """What of the lexicon stands in a text: leaf → (count in the head, count in the whole, the words)."""

    found: Mapping[str, tuple[int, int, tuple[str, ...]]]

    def words(self, code: str) -> tuple[str, ...]:
        return self.found[code][2][:WHY_WORDS] if code in self.found else ()

    def families(self, *, in_head: bool) -> dict[str, int]:
        """How often words of each family stand in the head, or in the whole."""
        counts: dict[str, int] = {}
        for code, (head, whole, _) in self.found.items():
            counts[code[:2]] = counts.get(code[:2], 0) + (head if in_head else whole)
        return counts


def _spoken(lexicon: Lexicon, head: str, whole: str) -> Spoken:
    here = [
        (code, word, strength)
        for code, words in lexicon.by_code.items()
        for word, strength in words
        if word in whole
    ]
    of = {word: code for code, word, _ in here}
    where, where_in_head = _where(whole, of), _where(head, of)
    found: dict[str, tuple[int, int, tuple[str, ...]]] = {}
    for code, word, strength in here:
        if _names_a_thing(word, whole, where):
            in_head = strength * _names_a_thing(word, head, where_in_head)
            was_head, was_whole, others = found.get(code, (0, 0, ()))
            found[code] = (was_head + in_head, was_whole + strength, (*others, word))
    return Spoken(
        {
            code: (in_head, in_whole, tuple(sorted(words, key=len, reverse=True)))
            for code, (in_head, in_whole, words) in found.items()
        }
    )


def _where(text: str, of: Mapping[str, str]) -> list[tuple[int, int]]:
    """From where to where a word stands that only says where: 单元门口的灯 is a lamp. of: leaf by each word of the lexicon here.

    The last thing that is named is what the text speaks of.
    """
    found = []
    for word, code in of.items():
        for at in _places(word, text):
            beside = BESIDE.match(text, at + len(word))
            if beside and (beside["mouth"] or _goes_on(text, beside.end(), code, of)):
                found.append((at, at + len(word)))
    return found


def _goes_on(text: str, at: int, code: str, of: Mapping[str, str]) -> bool:
    """Whether a word of another leaf stands here."""
    return any(other != code and text.startswith(word, at) for word, other in of.items())


def _names_a_thing(word: str, text: str, where: Sequence[tuple[int, int]]) -> bool:
    """Whether it stands anywhere but within one that only says where: 垃圾 in 垃圾桶旁边的井盖."""
    return any(
        not any(begin <= at and at + len(word) <= end for begin, end in where) for at in _places(word, text)
    )


def _places(word: str, text: str) -> Iterator[int]:
    """Where it stands, MOST_PLACES at most."""
    at = -1
    for _ in range(MOST_PLACES):
        at = text.find(word, at + 1)
        if at < 0:
            return
        yield at


def vector(
    weights_from: int, families: tuple[str, ...], seen: Mapping[int, float], spoken: Spoken
) -> dict[int, float]:
    """Hashed runs and words of the lexicon as one row, as the weights were trained on."""
    row = dict(seen)
    for at in (0, 1):
        for family, count in spoken.families(in_head=at == 0).items():
            if family in families and count:
                row[weights_from + at * len(families) + families.index(family)] = WORD_WEIGHT * log1p(count)
    return row


def read(text: str, lexicon: Lexicon, families: tuple[str, ...], weights_from: int) -> dict[int, float]:
    """A text as one row, for training."""
    return vector(weights_from, families, features(text), _spoken(lexicon, *parts(text)))


def _families(
    weights: Weights, seen: Mapping[int, float], spoken: Spoken, may: set[str] | None
) -> dict[str, float]:
    row = vector(weights.words_from, weights.families, seen, spoken)
    pick, much = itemgetter(*row, 0, 0), [*row.values(), 0.0, 0.0]  # two at least, so that it gives a tuple
    open_ones = None if may is None else {code[:2] for code in may}
    scores = {
        family: bias + weights.scale * sum(map(mul, much, pick(line)))
        for family, bias, line in zip(weights.families, weights.bias, weights.matrix, strict=True)
        if open_ones is None or family in open_ones
    }
    return softmax(scores)


def _leaves(
    weights: Weights,
    family: str,
    most: float,
    seen: Mapping[int, float],
    spoken: Spoken,
    may: set[str] | None,
) -> dict[str, float]:
    codes = {code for code in {*weights.leaves, *spoken.found} if code[:2] == family}
    codes |= {code for code in may or () if code[:2] == family}
    scores = {code: _leaf(weights, code, seen, spoken) for code in codes if may is None or code in may}
    return {code: most * share for code, share in softmax(scores).items()}


def _leaf(weights: Weights, code: str, seen: Mapping[int, float], spoken: Spoken) -> float:
    known = weights.leaves.get(code, {})
    score = weights.leaf_bias.get(code, -2.0) + sum(
        seen.get(bucket, 0.0) * one for bucket, one in known.items()
    )
    in_head, in_whole, _ = spoken.found.get(code, (0, 0, ()))
    return score + LEAF_WORD * log1p(2 * in_head + in_whole)


def softmax(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores as shares that add up to 1."""
    if not scores:
        return {}
    most = max(scores.values())
    shares = {code: exp(score - most) for code, score in scores.items()}
    whole = sum(shares.values())
    return {code: share / whole for code, share in shares.items()}
