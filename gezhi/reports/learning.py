"""What an office's own confirmed cases teach: which hashed runs of signs come with which leaf. PURE, counts only: trained anew in a second.

The shipped weights fade as cases come: of N cases the office's own say weighs N / (N + 300), at most three fifths, and only as far as those
are in doubt: left to itself it knows the office's words and forgets all others (docs/performance.md).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, log
from typing import Any, NamedTuple

FADES_AT = 300  # cases that weigh as much as what was shipped
MOST_PART = 0.6
OVERLAP = 8.0  # runs of one, two and three signs say the same thing several times
KEPT_OF_A_LEAF = 120
LEAST_SEEN = 2  # what was seen once may be a house number
SMOOTHING = 0.5
SURE_AT = 6.0  # so much evidence makes the own say count in full


class Confirmed(NamedTuple):
    """What a confirmed case teaches: the buckets of its words, and its leaf."""

    buckets: frozenset[int]
    code: str


@dataclass(frozen=True, slots=True)
class Own:
    """cases: how many taught it. shares_of: leaf → its share of them. leaves: leaf → bucket → how much it speaks for it."""

    cases: int
    shares_of: Mapping[str, float]
    leaves: Mapping[str, Mapping[int, float]]

    def shares(self, seen: Iterable[int]) -> dict[str, float]:
        """How likely each leaf is by what the office knows; {} when it knows nothing of these words."""
        buckets = set(seen)
        says = {
            code: sum(one for bucket, one in known.items() if bucket in buckets)
            for code, known in self.leaves.items()
        }
        most = max(says.values(), default=0.0)
        if most <= 0:
            return {}
        scores = {
            code: exp(min(0.0, (say - most) / OVERLAP)) * self.shares_of[code] ** 0.5
            for code, say in says.items()
        }
        whole = sum(scores.values())
        sure = min(1.0, most / SURE_AT)
        return {code: sure * score / whole for code, score in scores.items()}

    def part(self, learned: Mapping[str, float]) -> float:
        """How much the own say counts beside the shipped one for a text of which this was learned."""
        return min(MOST_PART, self.cases / (self.cases + FADES_AT)) * min(1.0, sum(learned.values()))


def learn(confirmed: Iterable[Confirmed]) -> Own:
    """Count, and keep of each leaf what speaks for it most. The same cases in any order teach the same."""
    by_leaf: dict[str, Counter[int]] = defaultdict(Counter)
    cases: Counter[str] = Counter()
    everywhere: Counter[int] = Counter()
    for one in confirmed:
        cases[one.code] += 1
        by_leaf[one.code].update(one.buckets)
        everywhere.update(one.buckets)
    whole = cases.total()
    leaves = {code: _telling(by_leaf[code], cases[code], everywhere, whole) for code in sorted(cases)}
    return Own(whole, {code: cases[code] / whole for code in leaves}, leaves)


def _telling(here: Counter[int], cases: int, everywhere: Counter[int], whole: int) -> dict[int, float]:
    """Log-odds of a run in this leaf against the others; the strongest ones that speak for it."""
    others = whole - cases
    odds = {}
    for bucket, count in here.items():
        if count < LEAST_SEEN:
            continue
        inside = (count + SMOOTHING) / (cases + 2 * SMOOTHING)
        outside = (everywhere[bucket] - count + SMOOTHING) / (others + 2 * SMOOTHING)
        odds[bucket] = round(log(inside / outside), 2)
    best = sorted(odds, key=lambda bucket: (-odds[bucket], bucket))[:KEPT_OF_A_LEAF]
    return {bucket: odds[bucket] for bucket in best if odds[bucket] > 0}


def packed(own: Own) -> dict[str, Any]:
    """As it is kept in its row."""
    return {
        "cases": own.cases,
        "shares": dict(own.shares_of),
        "leaves": {code: [list(known), list(known.values())] for code, known in own.leaves.items()},
    }


def unpacked(book: Mapping[str, Any]) -> Own:
    """The same back."""
    leaves = {code: dict(zip(buckets, odds, strict=True)) for code, (buckets, odds) in book["leaves"].items()}
    return Own(book["cases"], book["shares"], leaves)
