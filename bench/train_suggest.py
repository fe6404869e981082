"""Train the start weights on the training and the dev part of the labels: `python -m bench.train_suggest`. Seconds, numpy only, the same each time.

One layer, softmax, stochastic steps with Adagrad; rare families count more. Only hashed runs of signs get into the file.
"""

import base64
import gzip
import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.labels import Labelled, labelled
from gezhi.reports.features import BUCKETS
from gezhi.reports.lexicon import DATA, with_own
from gezhi.reports.suggesting import read

EPOCHS, RATE, SHRINK, SEED = 6, 0.1, 1e-3, 1
MOST_OF_A_LEAF = 250
Rows = list[tuple[Any, Any]]


def main() -> None:
    """Write gezhi/reports/data/start.json.gz."""
    known = list(
        labelled("train", "dev")
    )  # what the dev part was to decide was decided on the train part alone
    lexicon = with_own(())
    families = tuple(sorted({code[:2] for code in lexicon.by_code}))
    leaves = sorted({one.code for one in known})
    rows = [_row(read(one.text, lexicon, families, 2 * BUCKETS)) for one in known]
    width = 2 * BUCKETS + 2 * len(families)
    matrix, bias = _trained(rows, _which(known, families, 2), len(families), width, most=40)
    fine, fine_bias = _trained(rows, _which(known, leaves, 4), len(leaves), width, most=6)
    scale = float(np.abs(matrix).max()) / 127
    whole = np.round(matrix / scale).astype(np.int8)
    book = {
        "about": "Learned from the training part of bench/labels (see README.md beside this file). Hashed: holds no words.",
        "trained_on": len(known),
        "families": families,
        "bias": [round(float(one), 4) for one in bias],
        "scale": scale,
        "matrix": base64.b64encode(zlib.compress(whole.T.copy().tobytes(), 9)).decode(),
        "rare": base64.b64encode(zlib.compress(_rarity(rows), 9)).decode(),
        "leaves": {code: _strongest(fine[:, at]) for at, code in enumerate(leaves)},
        "leaf_bias": {code: round(float(fine_bias[at]), 3) for at, code in enumerate(leaves)},
    }
    with gzip.GzipFile(DATA / "start.json.gz", "wb", mtime=0) as file:
        file.write(json.dumps(book, separators=(",", ":")).encode())
    print(f"{len(known)} messages, {(DATA / 'start.json.gz').stat().st_size / 1024:.0f} kB")


def _which(known: Sequence[Labelled], names: Sequence[str], signs: int) -> Any:
    return np.array([list(names).index(one.code[:signs]) for one in known])


def _row(row: dict[int, float]) -> tuple[Any, Any]:
    return np.fromiter(row, int, len(row)), np.fromiter(row.values(), float, len(row))


def _trained(rows: Rows, wanted: Any, classes: int, width: int, *, most: float) -> tuple[Any, Any]:
    """Weights (width x classes) and biases. most: how much more a rare class may count."""
    counts = np.bincount(wanted, minlength=classes)
    importance = np.minimum(len(wanted) / (classes * np.maximum(counts, 1)), most)
    matrix, steps = np.zeros((width, classes)), np.full((width, classes), 1e-2)
    bias, order = np.zeros(classes), np.random.default_rng(SEED)
    for _ in range(EPOCHS):
        for one in order.permutation(len(rows)):
            at, much = rows[one]
            score = much @ matrix[at] + bias
            miss = np.exp(score - score.max())
            miss /= miss.sum()
            miss[wanted[one]] -= 1
            miss *= importance[wanted[one]]
            slope = np.outer(much, miss) + SHRINK * matrix[at]
            steps[at] += slope * slope
            matrix[at] -= RATE * slope / np.sqrt(steps[at])
            bias -= 0.02 * miss
    return matrix, bias


def _rarity(rows: Rows) -> bytes:
    """How rare each bucket of the whole text is among the messages, as bytes: 0 = in all of them, 255 = in none."""
    seen = np.zeros(BUCKETS)
    for at, _ in rows:
        seen[at[(at >= BUCKETS) & (at < 2 * BUCKETS)] - BUCKETS] += 1
    rare = np.log((len(rows) + 1) / (seen + 1)) / np.log(len(rows) + 1)
    return bytes(np.round(255 * rare).astype(np.uint8).tobytes())


def _strongest(weights: Any) -> list[list[int]]:
    hashed = weights[: 2 * BUCKETS]
    best = np.argsort(-np.abs(hashed))[:MOST_OF_A_LEAF]
    return [[int(one) for one in best], [round(float(hashed[one]) * 100) for one in best]]


if __name__ == "__main__":
    main()
