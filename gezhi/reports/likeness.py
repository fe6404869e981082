"""How alike two texts are: by the runs of signs they share, rare ones counting more. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from gezhi.reports.features import BUCKETS, features
from gezhi.reports.suggesting import start


@dataclass(frozen=True, slots=True)
class Signs:
    """A text for comparing: the runs of its head and of the whole, each of length 1."""

    head: Mapping[int, float]
    whole: Mapping[int, float]


def signs_of(text: str) -> Signs:
    """1 ms."""
    rare = start().rare
    head: dict[int, float] = {}
    whole: dict[int, float] = {}
    for bucket, weight in features(text).items():
        part = head if bucket < BUCKETS else whole
        part[bucket % BUCKETS] = weight * rare[bucket % BUCKETS] ** 2
    return Signs(_even(head), _even(whole))


def likeness(a: Signs, b: Signs) -> tuple[float, float]:
    """Of the heads and of the whole, 0 … 1 each."""
    return _shared(a.head, b.head), _shared(a.whole, b.whole)


def _even(part: dict[int, float]) -> dict[int, float]:
    length = sqrt(sum(weight * weight for weight in part.values())) or 1.0
    return {bucket: weight / length for bucket, weight in part.items()}


def _shared(a: Mapping[int, float], b: Mapping[int, float]) -> float:
    small, large = (a, b) if len(a) < len(b) else (b, a)
    return sum(weight * large.get(bucket, 0.0) for bucket, weight in small.items())
