"""Above a ledger stands all that was chosen, so that nobody takes a part for the whole."""

from datetime import datetime
from typing import Any

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger.heading import heading
from gezhi.ledger.queries import LineFilter
from tests.cast import Cast


def test_every_part_of_a_filter_is_named_above_the_lines(cast: Cast, noon: datetime) -> None:
    dirt = catalogue.leaves()[0]
    said: dict[str, tuple[Any, str]] = {
        "state": ("closed", "状态：已结案"),
        "place_path": (cast.town.row(cast.town.community_a).path, "地点："),
        "category": (dirt.id, f"类别：{dirt.label('zh-hans')}"),
        "party": (cast.desk_a, "责任单位："),
        "channel": ("phone", "来源：电话"),
        "level": ("grid", "层级：网格"),
        "rounds": ((2, None), "轮次：第 2 轮及以后"),
        "since": (noon, "2026-03-02 12:00 至 …"),
        "until": (noon, "… 至 2026-03-02 12:00"),
        "cases": (frozenset(), "案件：逐件选出"),
        "words": ("玻璃", "词语：玻璃"),
    }
    assert {*said, "holds"} == set(LineFilter.__dataclass_fields__)  # what holds is said by the words
    for name, (value, words) in said.items():
        made = heading(LineFilter(**{name: value}), actor=SYSTEM, language="zh-hans", at=noon)
        assert words in f"{made.period}；{made.chosen}", name
    one = heading(LineFilter(rounds=(1, 1)), actor=SYSTEM, language="zh-hans", at=noon)
    assert one.chosen.endswith("轮次：第 1 轮")
