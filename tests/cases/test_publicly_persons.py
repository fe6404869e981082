"""At least 99 of 100 numbers of persons are never said in public (docs/bad-input.md, 37)."""

import pytest

from gezhi.cases import publicly
from gezhi.kernel.refusal import Invalid
from tests.seeds import persons

SENTENCE = "3号楼2单元的门玻璃碎了，已围挡"


# ---- at least 99 of 100 numbers of persons are never said (docs/bad-input.md, 37) ----


def refused_of(texts: list[str]) -> float:
    def is_refused(text: str) -> bool:
        try:
            publicly.judged(text)
        except Invalid as bad:
            return bad.code not in {"to_confirm", "too_long"}
        return False

    return sum(map(is_refused, texts)) / len(texts)


def test_at_least_99_of_100_numbers_of_persons_are_never_said() -> None:
    texts = [seed.text for seed in persons.seeds() if len(seed.text) <= publicly.LIMIT]
    assert len(texts) >= 1400
    assert refused_of(texts) >= 0.99
    assert refused_of([text for text in persons.harmless() if len(text) <= publicly.LIMIT]) == 0


def test_twin_without_the_masker_they_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publicly, "private_spans", lambda text: [])
    assert refused_of([seed.text for seed in persons.seeds()[:200]]) < 0.5


def test_what_is_proposed_of_them_could_be_said_as_it_stands() -> None:
    for seed in persons.seeds()[::7]:
        proposal = publicly.proposed(seed.text)
        assert not proposal or publicly.judged(proposal) == proposal
