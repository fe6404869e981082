"""Leaves whose cases point at what somebody does at home. Strangers learn of them where it is about, not at whose door. Pure."""

from typing import Final

DISCREET: Final = frozenset(
    {
        "0305",  # 私设地锁/占位
        "0508",  # 高空抛物
        "0608",  # 室温不达标
        "0703",  # 飞线充电/电动车上楼
        "0704",  # 私拉乱接电线
        "0805",  # 毁绿占绿种菜
        "1101",  # 私搭乱建
        "1103",  # 装修违规
        "1201",  # 噪声
        "1202",  # 犬只、流浪动物
        "1299",  # 其他: it may be anything
    }
)


def is_discreet(code: str) -> bool:
    """Whether strangers see only the compound or street, and a point rounded to about 100 m."""
    return code in DISCREET
