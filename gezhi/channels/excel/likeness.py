"""How like a head is to those we know: the same, the same without its bracket, nearly the same. PURE."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from gezhi.channels.excel.heads import COUNTS, OTHER_MATTERS, PERSONAL, SPELLINGS
from gezhi.kernel.sheet import Cell, head_key

NEAR = 75  # of 100: one wrong sign of four, 「问题描叙」 for 「问题描述」
_SAME, _BARE, _NEARLY = 1.0, 0.95, 0.85


class Likeness(NamedTuple):
    """field: of heads.FIELDS. score: 0 to 1. why: same, bare, near. rank: place among the spellings, 0 = the likeliest. spelling: the one it is like."""

    field: str
    score: float
    why: str
    rank: int
    spelling: str


def _keyed() -> dict[str, tuple[str, int, str]]:
    """Spelling as compared → field, rank, spelling. A spelling belongs to the first field that claims it."""
    found: dict[str, tuple[str, int, str]] = {}
    for field, spellings in SPELLINGS.items():
        for rank, spelling in enumerate(spellings):
            found.setdefault(_simple(spelling), (field, rank, spelling))
    return found


def _simple(head: str) -> str:
    """As compared, 繁體 heads as 简体 ones: by the signs that heads are made of."""
    return head_key(head).translate(_SIMPLER)


_SIMPLER: Mapping[int, int] = str.maketrans(
    "編號問題內類別時間間點聯繫電話單責辦結處報狀態備註說反應發現詳細區樓棟門牌舉訴求員",
    "编号问题内类别时间间点联系电话单责办结处报状态备注说反应发现详细区楼栋门牌举诉求员",
)
_KEYED = _keyed()
_PERSONAL = frozenset(map(_simple, PERSONAL))
_COUNTS = frozenset(map(_simple, COUNTS))


def like(head: str) -> Likeness | None:
    """The field that a head names best; None for names of people, counts of rows and what nothing is like."""
    return _like(head[:200])


@lru_cache(maxsize=1024)
def _like(head: str) -> Likeness | None:
    key = _simple(head)
    if not key or is_personal(head) or key in _COUNTS:
        return None
    bare = re.sub(r"[(\[【].*$", "", key)
    last = _simple(head.split()[-1])
    for tried, score, why in ((key, _SAME, "same"), (bare, _BARE, "bare"), (last, _BARE, "bare")):
        if tried in _KEYED:
            field, rank, spelling = _KEYED[tried]
            return Likeness(field, score, why, rank, spelling)
    # the group above a head is no part of it: 「责任 经手单位」 is not nearly 「责任单位」
    return _near(re.sub(r"[(\[【].*$", "", last) if not head.isascii() else bare or key)


def _near(key: str) -> Likeness | None:
    if len(key) < 3 or any(word in key for word in OTHER_MATTERS):
        return None
    from rapidfuzz import fuzz, process

    best = process.extractOne(key, _KEYED.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
    if best is None:
        return None
    field, rank, spelling = _KEYED[best[0]]
    return Likeness(field, round(_NEARLY * best[1] / 100, 2), "near", rank, spelling)


def is_personal(head: str) -> bool:
    """Whether a column holds who somebody is: it is not taken."""
    key = re.sub(r"[(\[【].*$", "", _simple(head)) if head else ""
    return key in _PERSONAL


def is_known(cell: Cell) -> bool:
    """Whether a cell reads like a head of a ledger."""
    if not isinstance(cell, str) or not cell.strip() or len(cell) > 40:
        return False
    return is_personal(cell) or _simple(cell) in _COUNTS or like(cell) is not None
