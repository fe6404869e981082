"""Words as people type them: cleaned, made visible, compared, cut. Pure; linear in the length of the text.

Two library costs are quadratic and are bounded before they are called: NFC over a long run of combining
marks, and grapheme splitting over a long run of flag letters.
"""

import re
import unicodedata

import regex

from gezhi.kernel.hidden import HIDDEN
from gezhi.kernel.private import mask_phone, mask_private, phone_key, phone_tail
from gezhi.kernel.refusal import Refusal

__all__ = [
    "LIMIT",
    "BadText",
    "TooLong",
    "bigrams",
    "clean",
    "clean_name",
    "code_key",
    "graphemes",
    "mask_phone",
    "mask_private",
    "one_line",
    "phone_key",
    "phone_tail",
    "skeleton",
    "strip_board_whitespace",
    "visible",
]

LIMIT = 5000  # graphemes of one text
MARKS_PER_SIGN = 8  # no living script stacks more
POINTS_PER_SIGN = 12  # the longest emoji families have 11 code points
KEY_LIMIT = 200  # characters of a code or name before folding


class BadText(Refusal, ValueError):
    """A text that cannot be taken: nul, surrogate, noncharacter, hidden, line_break, too_long. `.code`"""

    code = "bad_text"


class TooLong(BadText):
    """More than `.limit` signs; `.count` = how many there were. Nothing is cut."""

    def __init__(self, count: int, limit: int) -> None:
        self.count, self.limit = count, limit
        super().__init__("too_long", count=count, limit=limit)


_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(p << 16 | 0xFFFE) + chr(p << 16 | 0xFFFF) for p in range(17))
_FORBIDDEN = re.compile(f"[\x00\ud800-\udfff{_NONCHARACTERS}]")
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile("[\x01-\x08\x0e-\x1f\x7f-\x9f]")
_EXTRA_MARKS = regex.compile(rf"(\p{{M}}{{{MARKS_PER_SIGN}}})\p{{M}}+")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{1,2}")
_GRAPHEME = regex.compile(r"\X")

_HIDDEN_SIGN = re.compile(f"[{HIDDEN}]")
# A joiner between two pictures belongs to the picture (families, professions) and is left alone.
_HIDDEN_RUN = regex.compile(
    r"(?<=[\p{Extended_Pictographic}\uFE0F\U0001F3FB-\U0001F3FF])\u200d(?=\p{Extended_Pictographic})(*SKIP)(*FAIL)"
    rf"|[\U000e0000-\U000e007f]+|([\x01-\x08\x0b-\x1f\x7f-\x9f{HIDDEN}])\1*"
)
_NAMES = {
    **{"\u00ad": "SHY", "\u061c": "ALM", "\u2060": "WJ", "\ufeff": "BOM"},
    **{"\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM"},
    **{"\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO"},
    **{"\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI"},
}


def clean(text: str, limit: int = LIMIT) -> str:
    """The text as it is stored: NFC, breaks as \\n, tabs kept, other controls gone, up to `limit` graphemes.

    NUL, lone surrogates and noncharacters are refused, for every database alike (PostgreSQL would, SQLite
    would not). Hidden signs stay as evidence (`visible` shows them); of more than 8 marks on one sign the
    rest is dropped. Raises BadText, TooLong.
    """
    if bad := _FORBIDDEN.search(text):
        raise BadText(_why(bad[0]), at=bad.start())
    if len(text) > limit * POINTS_PER_SIGN:
        raise TooLong(len(text), limit)
    text = _CONTROL.sub("", _LINE_BREAK.sub("\n", text))
    text = unicodedata.normalize("NFC", _EXTRA_MARKS.sub(r"\1", text))
    if len(text) > limit and (count := graphemes(text)) > limit:
        raise TooLong(count, limit)
    return text


def clean_name(text: str, limit: int = 60) -> str:
    """A name of a person, place or file: one line, single spaces, nothing hidden. Raises BadText, TooLong."""
    text = clean(text.strip(), limit)
    if hidden := _HIDDEN_SIGN.search(text):
        raise BadText("hidden", at=hidden.start(), sign=f"U+{ord(hidden[0]):04X}")
    if "\n" in text:
        raise BadText("line_break", at=text.index("\n"))
    return " ".join(text.split())


def _why(sign: str) -> str:
    if sign == "\0":
        return "nul"
    return "surrogate" if "\ud800" <= sign <= "\udfff" else "noncharacter"


def graphemes(text: str) -> int:
    """How many signs a reader counts. Flags go first: the splitter is quadratic over runs of them."""
    return sum(1 for _ in _GRAPHEME.finditer(_FLAG.sub("⚑", text)))


def visible(text: str) -> str:
    """For staff: bidi, zero-width, tag and control signs as marks: ⟦RLO⟧, ⟦ZWSP×3⟧, ⟦TAG×40⟧, ⟦U+3164⟧."""
    shown: str = _HIDDEN_RUN.sub(lambda run: _mark(run[0]), text)
    return shown


def _mark(run: str) -> str:
    sign = run[0]
    name = "TAG" if sign >= "\U000e0000" else _NAMES.get(sign, f"U+{ord(sign):04X}")
    return f"⟦{name}⟧" if len(run) == 1 else f"⟦{name}×{len(run)}⟧"


def one_line(text: str, n: int) -> str:
    """For list rows: white space as single spaces, at most n graphemes, the last one an ellipsis when cut."""
    line = " ".join(text.split())
    if len(line) <= n:
        return line
    # the splitter is quadratic over flags: it sees no more than this window
    window = line[: (n + 1) * POINTS_PER_SIGN]
    signs = [sign[0] for sign, _ in zip(_GRAPHEME.finditer(window), range(n + 1), strict=False)]
    return line if len(signs) <= n and len(window) == len(line) else "".join(signs[: n - 1]) + "…"


_PADDING = " \t\r\n\x0b\x0c\xa0\u3000\u200b\ufeff"


def strip_board_whitespace(text: str) -> str:
    """A message copied from a web board: the padding round every line and the empty lines are dropped."""
    if not _LINE_BREAK.search(text) and "\n" not in text:
        return text.strip(_PADDING)
    lines = (line.strip(_PADDING) for line in _LINE_BREAK.sub("\n", text).split("\n"))
    return "\n".join(line for line in lines if line)


# ---- keys: what is compared, never shown ----

_ZEROS = str.maketrans("〇○◯", "000")
_KEY_NOISE = regex.compile(rf"[\s\p{{Pd}}\u2212_{HIDDEN}]+")

# Cyrillic and Greek letters that look like a Latin one. Enough for staff names, not all of Unicode's table.
_LOOKALIKES = str.maketrans(
    "авсԁегһіӏјкмноԛрѕтухԝ" + "αβγεηικνορτυχωσ",
    "abcderhiljkmhoqpstyxw" + "abyenikvoptuxwo",
)
_LOOKALIKE_DIGITS = str.maketrans("0〇○◯1i|", "oooolll")


def code_key(text: str) -> str:
    """Place codes and case numbers as they are compared: NFKC, upper case, no spaces, dashes, hidden signs.

    〇 and ○ are read as 0. Raises TooLong above 200 characters.
    """
    return _quiet(_folded(text)).translate(_ZEROS).upper()


def skeleton(text: str) -> str:
    """What a name looks like: two accounts with the same skeleton would be taken for one another.

    NFKD without marks, case folded, no spaces or dashes, lookalikes → Latin, 0/〇/○ → o, 1/i/| → l.
    Raises TooLong.
    """
    folded = unicodedata.normalize("NFKD", _folded(text).casefold())
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return _quiet(bare).translate(_LOOKALIKES).translate(_LOOKALIKE_DIGITS)


def _quiet(text: str) -> str:
    kept: str = _KEY_NOISE.sub("", text)
    return kept


def _folded(text: str) -> str:
    if len(text) > KEY_LIMIT:
        raise TooLong(len(text), KEY_LIMIT)
    return unicodedata.normalize("NFKC", text)


_TOKEN = regex.compile(r"\p{Han}+|[\p{L}\p{N}--\p{Han}]+", regex.V1)


def bigrams(text: str) -> str:
    """Text for the search index and its queries: Chinese as overlapping pairs, other words and numbers whole.

    「路灯不亮 3栋A座」→ 「路灯 灯不 不亮 3 栋 a 座」; a run of one sign stays one. 繁→简 is the caller's.
    """
    folded = unicodedata.normalize("NFKC", _EXTRA_MARKS.sub(r"\1", text)).lower()
    return " ".join(token for run in _TOKEN.findall(folded) for token in _pairs(run))


def _pairs(run: str) -> list[str]:
    if len(run) == 1 or not regex.match(r"\p{Han}", run):
        return [run]
    return [run[i : i + 2] for i in range(len(run) - 1)]
