"""Which category a sentence speaks of, for trying rules out: by the words it shares with the office's own catalogue, nothing learned."""

from collections import Counter
from uuid import UUID

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.kernel.text import bigrams


def likely(words: str) -> UUID | None:
    """The leaf whose names and opening conditions share the rarest pairs of signs with these words; None when none does. No query."""
    asked = set(bigrams(words).split())
    leaves = {one.id: _pairs(one) for one in catalogue.open_leaves() if not one.refer_out}
    common = Counter(pair for pairs in leaves.values() for pair in pairs)
    scores = {id: sum(1 / common[pair] for pair in asked & pairs) for id, pairs in leaves.items()}
    best = max(scores, key=lambda id: scores[id], default=None)
    return best if best and scores[best] > 0 else None


def _pairs(leaf: CategoryView) -> set[str]:
    said = (leaf.name, leaf.plain, *(one.text for one in catalogue.conditions(leaf.id)))
    return {
        pair
        for one in said
        for text in (one.zh, one.zh_hant, one.en)
        for pair in bigrams(text).split()
        if len(pair) > 1
    }
