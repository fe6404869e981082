"""Ways of saying one number: 三号楼, 3栋, 3幢, 3# are 3号楼; 3-2-301 is 3号楼2单元; 悦海小区 is 悦海花园小区. Pure.

Search and gazetteer both look names up as they are written here.
"""

from typing import NamedTuple

import regex

ENDINGS = ("花园小区", "小区", "花园", "社区")  # of a compound's name, said one for the other or left out
_ONES = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_COUNTED = regex.compile(
    r"(?:([一二两三四五六七八九])百)?(零)?(?:([一二三四五六七八九])?(十))?([一二三四五六七八九])?"
)
_NUM = r"(?:[0-9]{1,4}[a-z]?|[零一二两三四五六七八九十百]{1,7})"
_ALONE = r"(?<![0-9零一二两三四五六七八九十百])"
# 三栋楼 are three of them; 3座 stands at the end only, for three towers are 三座, too
_HOUSE = regex.compile(
    rf"{_ALONE}(?P<n>{_NUM})\s*(?:号[楼栋幢]|#楼|#|[栋幢](?!楼)|(?<=[0-9])座(?=$|[0-9]))"
    r"|(?<![a-z0-9])(?P<x>[a-z])\s*(?:号楼|[座栋幢])"
)
_STAIRS = regex.compile(rf"{_ALONE}(?P<n>{_NUM})\s*(?:单元|门洞)|(?<=号楼)(?P<x>{_NUM})(?:号门|门)(?![口禁])")
_HALVES = regex.compile(r"(?<=[0-9])-(?=[0-9]+(?:号楼|[栋幢#]))")  # 3-1号楼 is one building
_IS_HOUSE = regex.compile(rf"({_NUM})(?:号楼?|楼|座)?")
_IS_STAIRS = regex.compile(rf"({_NUM})(?:单元门?|号?门|门洞)?")
_GAP = regex.compile(r"(?<=[0-9])\s*[\s\p{Pd}]\s*(?=[0-9])")
_NOISE = regex.compile(r"\s+|(?<![0-9])\p{Pd}|\p{Pd}(?![0-9])|[_,，。、；;:：()（）]")

# what follows a number that counts something, or tells a time, not a building
_COUNTS = r"(?![0-9a-z单门个条只辆处人天年月日点时分次位家户名层米块棵根台盏号元万千百份张件颗株把起级度路间期#栋幢-]|楼(?![道梯下顶前后门]))"
_TIMES = "(?![楼0-9早上中下晚凌夜起开当那以之路线桥井表电机泵]|门(?!口))"
_BEHIND_AREA = regex.compile(
    rf"(?P<n>[0-9]{{1,4}})-(?P<s>[0-9]{{1,2}})(?:-[0-9]{{3,4}}[室户房]?)?{_COUNTS}"
    rf"|(?P<n>{_NUM})号{_TIMES}"
    rf"|(?P<n>[0-9]{{1,4}})楼$"
    rf"|(?P<n>[0-9]{{1,4}}){_COUNTS}"
)
_BEHIND_HOUSE = regex.compile(rf"-?(?P<s>[0-9]{{1,2}})(?:-[0-9]{{1,4}}[室户房]?)?{_COUNTS}")
_NUMBERS = regex.compile(r"(?P<n>(?:[0-9]+[a-z]?|[a-z])号楼)?(?P<s>[0-9]+[a-z]?单元)?")
_DASHED = regex.compile(
    r"(?:^|(?<=[\p{Han}a-z])(?<!号楼))(?P<n>[0-9]{1,3})-(?P<s>[0-9]{1,2})(?:-[0-9]{3,4}[室户房]?)?$"
)
_COUNTED_OUT = regex.compile(
    r"(?<=[\p{Han}--[零一二两三四五六七八九十百]])[一二两三四五六七八九]?[十百][零一二三四五六七八九十]{1,5}$",
    regex.V1,
)
_ROOM = regex.compile(r"(?<=号楼|单元)-?(?:[0-9]{3,4}(?:室|户|房|号)?|[0-9一二三四五六七八九十]{1,3}[楼层])$")


class Tail(NamedTuple):
    """What stands right behind the name of an area or a building. size: signs that it takes."""

    house: str
    stairs: str
    size: int


def number(said: str) -> str:
    """「三」 and 「03」 → "3", 「一百二十八」 and 「一二八」 → "128", 「12a」 as it is; "" for what is no number."""
    if said[:1].isascii():
        return said.lstrip("0") or said
    if not set(said) & {"十", "百"}:
        return "".join(str(_ONES[sign]) for sign in said).lstrip("0")
    match = _COUNTED.fullmatch(said)
    if match is None:
        return ""
    hundreds, zero, tens, ten, ones = match.groups()
    is_short = bool(hundreds and ones and not ten and not zero)  # 一百二 is 120
    value = 100 * _ONES[hundreds or "零"] + (10 * _ONES[tens or "一"] if ten else 0)
    return str(value + _ONES[ones or "零"] * (10 if is_short else 1))


def evened(text: str) -> str:
    """A text (NFKC, small letters, one script) with numbers of buildings and stairwells written one way, without spaces.

    A dash, or a space, between two numbers stays as a dash.
    """
    text = _NOISE.sub("", _GAP.sub("-", text).replace("＃", "#"))
    text = _HOUSE.sub(lambda found: _written(found, "号楼"), _HALVES.sub("", text))
    evened: str = _STAIRS.sub(lambda found: _written(found, "单元"), text)
    return evened


def typed(words: str) -> str:
    """Words of a search as `evened`: 「3-2」 at the end is a building and a stairwell, a flat's number behind them is left out."""
    text = evened(words)
    text = _DASHED.sub(lambda found: f"{number(found['n'])}号楼{number(found['s'])}单元", text)
    text = _COUNTED_OUT.sub(lambda found: number(found[0]) or found[0], text)
    without_room: str = _ROOM.sub("", text)
    return without_room


def is_dashed(words: str) -> bool:
    """Whether the words end with 「3-2」: a building and a stairwell, never the number 32."""
    return bool(_DASHED.search(evened(words.lower())))


def name_of(folded: str, kind: str) -> str:
    """The stored name as it is looked up: a building called 「3」 or 「3号」 is 3号楼, a stairwell called 「2门」 is 2单元."""
    if kind == "building" and (house := _IS_HOUSE.fullmatch(folded)):
        return f"{number(house[1])}号楼"
    if kind == "stairwell" and (stairs := _IS_STAIRS.fullmatch(folded)):
        return f"{number(stairs[1])}单元"
    return evened(folded)


def stems(name: str) -> list[str]:
    """「悦海花园小区」 → 悦海, 悦海花园; none of a name without such an ending, or with one sign before it."""
    kept = (name[: -len(one)] for one in ENDINGS if name.endswith(one))
    return [one for one in kept if len(one) > 1]


def behind_area(text: str, at: int) -> Tail | None:
    """「128」, 「3号」, 「3-2-301」 right behind the name of a compound; what counts something or tells a time is none."""
    return _tail(_BEHIND_AREA.match(text, at))


def behind_house(text: str, at: int) -> Tail | None:
    """「2」 and 「-2-301」 right behind 3号楼."""
    return _tail(_BEHIND_HOUSE.match(text, at))


def numbers(text: str) -> tuple[str, str]:
    """(building, stairwell) of an evened text that is nothing else, each perhaps ""."""
    found = _NUMBERS.fullmatch(text)
    return (found["n"] or "", found["s"] or "") if found else ("", "")


def _written(found: "regex.Match[str]", unit: str) -> str:
    said = number(found["n"] or found["x"])
    return f"{said}{unit}" if said else found[0]


def _tail(found: "regex.Match[str] | None") -> Tail | None:
    if found is None:
        return None
    said = found.groupdict()
    house, stairs = number(said.get("n") or ""), number(said.get("s") or "")
    if not house and not stairs:
        return None
    return Tail(f"{house}号楼" if house else "", f"{stairs}单元" if stairs else "", len(found[0]))
