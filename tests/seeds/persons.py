"""Numbers that identify a person, as people write them: made, always the same, of no real person.

A seed is (text, secret): what somebody wrote, and the part of it that nobody else may read.
"""

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
CAPITAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
PARENTHESISED = str.maketrans("123456789", "⑴⑵⑶⑷⑸⑹⑺⑻⑼")
BOLD = str.maketrans("0123456789", "".join(map(chr, range(0x1D7CE, 0x1D7D8))))
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
LETTERS = str.maketrans("01", "Ol")
KEYCAPS = {ord(digit): f"{digit}\ufe0f\u20e3" for digit in "0123456789"}
GAPS = (" ", "-", "—", ".", "·", "\u3000", "\u200b", "_", "/", ",", "，", "、", " - ")
OFTEN, SELDOM = 3, 1  # turns of each

SENTENCES = (
    "楼道灯坏了三天，请打{}找我。",
    "三单元门口的车是{}，一直堵着消防通道",
    "我的号{}，户主在外地。",
    "物业说找{}，没人接！",
    "{}",
    "投诉人资料：{}；地址3号楼2单元",
    "下水道堵了({})求解决",
    "请把结果告诉{}谢谢",
)


class Seed(NamedTuple):
    """kind: mobile landline id card bank plate; disguise: how it was written."""

    text: str
    secret: str
    kind: str
    disguise: str


def seeds(count: int = 1500) -> list[Seed]:
    """So many of all kinds in all disguises."""
    drawn = random.Random(371072)
    made: list[Seed] = []
    while len(made) < count:
        for kind, (make, cuts) in KINDS.items():
            for name, disguise in (PLATE_DISGUISES if kind == "plate" else DISGUISES).items():
                secret = disguise(make(drawn), cuts, drawn)
                made.append(Seed(drawn.choice(SENTENCES).format(secret), secret, kind, name))
    return made[:count]


def _mobile(drawn: random.Random) -> str:
    return f"1{drawn.choice('3456789')}{drawn.randrange(10**9):09d}"


def _landline(drawn: random.Random) -> str:
    return f"{drawn.choice(['0631', '010', '0531', '021'])}{drawn.randrange(2_000_000, 9_000_000)}"


def _identity(drawn: random.Random) -> str:
    """Eighteen signs with a right check sign."""
    born = f"{drawn.randrange(1935, 2019)}{drawn.randrange(1, 13):02d}{drawn.randrange(1, 29):02d}"
    body = f"{drawn.choice(['371002', '110101', '440305', '510104'])}{born}{drawn.randrange(1000):03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def _old_identity(drawn: random.Random) -> str:
    born = f"{drawn.randrange(35, 99)}{drawn.randrange(1, 13):02d}{drawn.randrange(1, 29):02d}"
    return f"371002{born}{drawn.randrange(1000):03d}"


def _bank(drawn: random.Random) -> str:
    head = drawn.choice(["622202", "621700", "623058", "955880", "436742"])
    return head + "".join(drawn.choice("0123456789") for _ in range(drawn.choice([10, 13])))


def _plate(drawn: random.Random) -> str:
    tail = "".join(drawn.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(4)) + drawn.choice(
        "0123456789"
    )
    energy = drawn.choice(["", drawn.choice("DF")])
    return f"{drawn.choice('京津冀豫云辽黑湘皖鲁新苏浙赣鄂粤')}{drawn.choice('ABCDEFGHJK')}{energy}{tail}"


KINDS: dict[str, tuple[Callable[[random.Random], str], tuple[int, ...]]] = {
    "mobile": (_mobile, (3, 7)),
    "landline": (_landline, (-7,)),
    "identity": (_identity, (6, 14)),
    "old identity": (_old_identity, (6, 12)),
    "bank": (_bank, (4, 8, 12)),
    "plate": (_plate, (2,)),
}
Disguise = Callable[[str, tuple[int, ...], random.Random], str]


def _as(table: dict[int, str] | dict[int, int]) -> Disguise:
    return lambda number, _cuts, _drawn: number.translate(table)


def _full_width(number: str, _cuts: tuple[int, ...], _drawn: random.Random) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in number)


def _grouped(number: str, cuts: tuple[int, ...], drawn: random.Random) -> str:
    at, gap = sorted(cut % len(number) for cut in cuts), drawn.choice(GAPS)
    return gap.join(number[begin:end] for begin, end in zip([0, *at], [*at, None], strict=True))


def _spaced(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    return drawn.choice([" ", "-", "\u200b", ".", "\u3000"]).join(number)


def _mixed(number: str, _cuts: tuple[int, ...], drawn: random.Random) -> str:
    tables: tuple[dict[int, Any], ...] = (CHINESE, SPOKEN, CIRCLED, BOLD, {})
    return "".join(sign.translate(drawn.choice(tables)) for sign in number)


DISGUISES: dict[str, Disguise] = {
    "plain": lambda number, _cuts, _drawn: number,
    "full width": _full_width,
    "Chinese": _as(CHINESE),
    "spoken": _as(SPOKEN),
    "capital": _as(CAPITAL),
    "circled": _as(CIRCLED),
    "parenthesised": _as(PARENTHESISED),
    "bold": _as(BOLD),
    "Arabic": _as(ARABIC),
    "letters for digits": _as(LETTERS),
    "keycaps": _as(KEYCAPS),
    "in groups": _grouped,
    "in groups again": _grouped,
    "sign by sign": _spaced,
    "mixed": _mixed,
    "groups in Chinese": lambda number, cuts, drawn: _grouped(number.translate(CHINESE), cuts, drawn),
}
PLATE_DISGUISES: dict[str, Disguise] = {
    "plain": lambda number, _cuts, _drawn: number,
    "small": lambda number, _cuts, _drawn: number.lower(),
    "full width": _full_width,
    "with a dot": lambda number, _cuts, _drawn: f"{number[:2]}·{number[2:]}",
    "with a dash": lambda number, _cuts, _drawn: f"{number[:2]}-{number[2:]}",
    "with blanks": lambda number, _cuts, _drawn: f"{number[0]} {number[1]} {number[2:]}",
    "circled": _as(CIRCLED),
}


def pieces(secret: str, folded: Callable[[str], str], long: int = 5) -> Iterator[str]:
    """Runs of a secret that would still say whose it is, as digits and small letters."""
    plain = "".join(sign for sign in folded(secret).lower() if sign.isalnum())
    yield from (plain[at : at + long] for at in range(max(1, len(plain) - long + 1)))


def leaks(seed: Seed, public: str, folded: Callable[[str], str]) -> bool:
    """Whether five signs of a secret in a row can still be read in the public copy."""
    left = "".join(sign for sign in folded(public).lower() if sign.isalnum())
    return any(piece in left for piece in pieces(seed.secret, folded))


def harmless() -> list[str]:
    """What looks like a number of a person and is none: dates, houses, sums, times, service numbers, case numbers."""
    days = [f"20{year}-{month:02d}-{day:02d}" for year, month, day in ((18, 5, 6), (19, 12, 31), (26, 1, 1))]
    parts = [
        *days,
        *[day.replace("-", ".") for day in days],
        *[f"{one}至{other}" for one in days for other in days],
        *[f"{one}-{other}".replace("-", ".") for one in days for other in days],
        *[
            f"{house}号楼{stair}单元{room}室"
            for house in (1, 12, 128)
            for stair in (1, 2)
            for room in (101, 2604)
        ],
        *["1、3、5、7、9、11、13号楼", "101、102、103、104室", "3-501、4-502、5-601", "1-2-301和1-2-302"],
        *["12345", "110", "96111转1", "12,345,678元", "3.14159平方米", "1234567元", "每月128.50元"],
        *["08:00-20:00", "2026年3月2日12:30", "凌晨1点到3点", "371072-2026-0000001", "371072-00128"],
        *["鲁北的K路车", "1.5l的水瓶", "0.8元/度", "GB50180-2018", "5G基站300米", "第37届2次会议"],
    ]
    return [
        sentence.format(part) for part in parts for sentence in ("{}", "从{}起一直这样。", "看，{}，没人管")
    ]
