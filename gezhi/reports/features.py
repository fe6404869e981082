"""What of a text is weighed: its single signs, pairs and triples, in the first line and in the whole. PURE.

Only their hashes are known, so that weights learned from people's messages hold none of their words.
"""

import re
from collections import Counter
from math import log, sqrt
from zlib import crc32

BUCKETS = 2**15  # of each of the two parts
WHOLE_SIGNS = 600  # what comes later says little, and a long text would cost its length
HEAD_SIGNS = 60
MOST_COUNTED = 40
_GROWN = (0.0, *(1 + log(count) for count in range(1, MOST_COUNTED + 1)))
_NOISE = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+")
_FIRST = re.compile(r"[\n。！？!?；;]")


def plain(text: str) -> str:
    """Without signs and spaces, numbers as one 0, small letters."""
    return _NOISE.sub("", _NUMBER.sub("0", text)).lower()


def parts(text: str) -> tuple[str, str]:
    """The head (the first line or sentence, where people say what it is about) and the whole, both plain and cut."""
    first = _FIRST.split(text.strip(), maxsplit=1)[0]
    return plain(first)[:HEAD_SIGNS], plain(text)[:WHOLE_SIGNS]


def features(text: str) -> dict[int, float]:
    """Bucket → weight; each part has length 1. Buckets of the whole come after those of the head."""
    head, whole = parts(text)
    return _weighed(head, 0) | _weighed(whole, BUCKETS)


def _weighed(part: str, offset: int) -> dict[int, float]:
    counts = Counter(_buckets(part))
    weights = {bucket + offset: _GROWN[min(count, MOST_COUNTED)] for bucket, count in counts.items()}
    length = sqrt(sum([weight * weight for weight in weights.values()])) or 1.0
    return {bucket: weight / length for bucket, weight in weights.items()}


def _buckets(part: str) -> list[int]:
    """The hashes of all runs of one, two and three signs. Sliced as bytes: encoding each run would take twice as long."""
    said = part.encode("utf-16-le", "replace")
    return [
        crc32(said[at : at + size]) & (BUCKETS - 1)
        for size in (2, 4, 6)
        for at in range(0, len(said) - size + 1, 2)
    ]
