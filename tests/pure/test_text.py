"""What people type: cleaned, shown, compared, cut. Hostile seeds are made here, not kept as files."""

import re
import time
import unicodedata
from collections.abc import Callable

import pytest

from gezhi.kernel import text as words
from gezhi.kernel.text import (
    BadText,
    TooLong,
    bigrams,
    clean,
    clean_name,
    code_key,
    graphemes,
    one_line,
    skeleton,
    strip_board_whitespace,
    visible,
)

NEVER = re.compile(r"(?!)()")
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ZERO_WIDTH = "\u00ad\u034f\u115f\u1160\u180e\u200b\u200c\u200d\u2060\u2061\u3164\ufeff\uffa0\ufff9"
TAGS = "".join(map(chr, range(0xE0020, 0xE007F)))
HIDDEN = BIDI + ZERO_WIDTH + TAGS
NONCHARACTERS = [chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)]
NONCHARACTERS += [chr(point) for point in range(0xFDD0, 0xFDF0)]
REFUSED = [("\0", "nul"), ("\ud800", "surrogate"), ("\udbff\ud800", "surrogate"), ("\udfff", "surrogate")]
REFUSED += [(sign, "noncharacter") for sign in NONCHARACTERS]

# Long runs that make naive code quadratic or exponential; each as long as a text can be before it is refused.
RUNS = {
    "marks": "a" + "\u0301\u0323" * 29_000,
    "flags": "🇨" * 59_000,
    "joiners": "👨\u200d" * 29_000,
    "tags": "🏴" + "\U000e0061" * 58_000,
    "spaces": " " * 59_000,
    "digits": "1" * 59_000,
    "spaced digits": "1 " * 29_000,
    "chinese": "格" * 59_000,
    "lines": "\r\n" * 29_000,
    "quotes": "'\"" * 29_000,
    "jamo": "ᄀ" * 59_000,
}
DEEDS: dict[str, Callable[[str], object]] = {
    "clean": lambda run: clean(run, 60_000),
    "visible": visible,
    "one_line": lambda run: one_line(run, 80),
    "bigrams": bigrams,
    "board": strip_board_whitespace,
    "mask": words.mask_private,
}


@pytest.mark.parametrize(("sign", "code"), REFUSED)
def test_a_text_that_one_database_would_not_take_is_refused_with_its_place(sign, code):
    with pytest.raises(BadText) as refusal:
        clean(f"楼道{sign}灯")
    assert (refusal.value.code, refusal.value.details) == (code, {"at": 2})


def test_without_the_protection_a_nul_would_be_stored(monkeypatch):
    monkeypatch.setattr(words, "_FORBIDDEN", NEVER)
    assert clean("楼道\0灯") == "楼道\0灯"


@pytest.mark.parametrize("sign", "𠮷龘\ue000\U000f0000é한")
def test_rare_and_private_signs_are_kept(sign):
    assert clean(f"{sign}路") == unicodedata.normalize("NFC", sign) + "路"


def test_line_breaks_become_one_kind_and_other_controls_go():
    assert (
        clean("一\r\n二\r三\x0b四\u2028五\x85六\t七\x07\x1b[31m八\x7f") == "一\n二\n三\n四\n五\n六\t七[31m八"
    )


def test_composed_and_decomposed_letters_are_stored_alike():
    assert clean("cafe\u0301") == clean("caf\u00e9") == "caf\u00e9"


@pytest.mark.parametrize("mark", ["\u0301", "\u0489", "\u0fad", "\ufe0f", "\u20dd"])
def test_of_a_thousand_marks_on_one_sign_eight_stay(mark):
    assert len(clean("格" + mark * 1000)) <= 9
    assert clean("格" + mark * 1000).startswith("格")


def test_without_the_protection_a_thousand_marks_would_be_stored(monkeypatch):
    monkeypatch.setattr(words, "_EXTRA_MARKS", NEVER)
    assert len(clean("格" + "\u0489" * 1000)) == 1001


@pytest.mark.parametrize("sign", ["格", "𠮷", "👨‍👩‍👧‍👦", "🇨🇳", "é", "e\u0301\u0323", "한", "\r\n", "👍🏽"])
def test_the_limit_counts_signs_as_a_reader_does(sign):
    assert graphemes(clean(sign * 5000)) == 5000
    with pytest.raises(TooLong) as refusal:
        clean(sign * 5001)
    assert (refusal.value.count, refusal.value.limit) == (5001, 5000)


def test_a_megabyte_is_refused_without_counting_signs():
    with pytest.raises(TooLong) as refusal:
        clean("长" * 1_000_000)
    assert refusal.value.details == {"count": 1_000_000, "limit": 5000}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("run", RUNS)
def test_no_run_of_signs_holds_up_a_worker(deed, run):
    started = time.process_time()
    DEEDS[deed](RUNS[run])
    assert time.process_time() - started < 0.5


def taken(run):
    """Seconds of processor time."""
    started = time.process_time()
    graphemes(clean(run, 15_000))
    return time.process_time() - started


@pytest.mark.parametrize(("run", "protection"), [("marks", "_EXTRA_MARKS"), ("flags", "_FLAG")])
def test_without_the_protection_the_run_holds_up_a_worker(run, protection, monkeypatch):
    protected = min(taken(RUNS[run][:8000]) for _ in range(3))
    monkeypatch.setattr(words, protection, NEVER)
    assert taken(RUNS[run][:8000]) > 10 * protected  # and four times as much when it is twice as long


@pytest.mark.parametrize("sign", HIDDEN)
def test_staff_see_every_hidden_sign(sign):
    shown = visible(clean(f"财{sign}务"))
    assert sign not in shown
    assert re.fullmatch(r"财⟦[A-Z+0-9]+⟧务", shown)


def test_without_the_protection_an_override_would_turn_the_line_round(monkeypatch):
    monkeypatch.setattr(words, "_HIDDEN_RUN", NEVER)
    assert visible("a\u202eb") == "a\u202eb"


def test_marks_for_hidden_signs_are_counted_and_named():
    assert visible("a\u202eb\u200b\u200b\u200bc" + TAGS[:40] + "\u3164\x1b") == (
        "a⟦RLO⟧b⟦ZWSP×3⟧c⟦TAG×40⟧⟦U+3164⟧⟦U+001B⟧"
    )


@pytest.mark.parametrize("plain", ["路灯不亮\n\t三楼", "👨‍👩‍👧 ❤️ 👩🏽‍🚒", "a é 한 𠮷 “引号”"])
def test_what_a_reader_can_see_is_shown_as_it_is(plain):
    assert visible(plain) == plain


@pytest.mark.parametrize("sign", HIDDEN)
def test_a_name_with_a_hidden_sign_is_refused(sign):
    with pytest.raises(BadText) as refusal:
        clean_name(f"陈{sign}社工")
    assert refusal.value.code == "hidden"


def test_a_name_is_one_line():
    assert clean_name("  孙\t 经理 ") == "孙 经理"
    with pytest.raises(BadText) as refusal:
        clean_name("孙\n经理")
    assert refusal.value.code == "line_break"
    with pytest.raises(TooLong):
        clean_name("孙" * 61)


@pytest.mark.parametrize(
    "written",
    [
        "371072-00128",
        "３７１０７２－００１２８",
        "371072—00128",
        " 371072 00128 ",
        "37107２–0〇128",
        "371072\u200b-○0128",
    ],
)
def test_a_place_code_is_the_same_however_it_is_typed(written):
    assert code_key(written) == "37107200128"


def test_a_code_of_letters_is_compared_in_capitals():
    assert code_key("a1–b二") == "A1B二"
    with pytest.raises(TooLong):
        code_key("1" * 201)


@pytest.mark.parametrize(
    "other",
    [
        "zhao01",
        "ZHAO01",
        "ｚｈａｏ０１",
        "zhаo01",
        "zhaоol",
        "zhao〇1",
        "zhao○1",
        "zhao0l",
        "z-h a\u200bo01",
        "zháo0I",
        "zhαo01",
        "zhaο01",
        "𝐳𝐡𝐚𝐨𝟎𝟏",
    ],
)
def test_account_names_that_look_alike_have_one_skeleton(other):
    assert skeleton(other) == skeleton("zhao01")


@pytest.mark.parametrize("other", ["zhou01", "zhao02", "zhao", "赵01"])
def test_account_names_that_look_different_have_their_own_skeleton(other):
    assert skeleton(other) != skeleton("zhao01")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("路灯不亮", "路灯 灯不 不亮"),
        ("3栋A座，Wi-Fi坏了", "3 栋 a 座 wi fi 坏了"),
        ("１２号楼", "12 号楼"),
        ("𠮷祥里", "𠮷祥 祥里"),
        ("灯", "灯"),
        ("……！", ""),
        ("", ""),
    ],
)
def test_chinese_is_indexed_by_pairs_and_other_words_whole(text, tokens):
    assert bigrams(text) == tokens


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("路灯\n\n不亮  很久了", "路灯 不亮 很久了"),
        ("格" * 10, "格" * 10),
        ("格" * 11, "格" * 9 + "…"),
        ("👨‍👩‍👧" * 11, "👨‍👩‍👧" * 9 + "…"),
        ("🇨🇳" * 10, "🇨🇳" * 10),
        ("  ", ""),
    ],
)
def test_a_list_row_is_one_line_of_at_most_ten_signs(text, row):
    assert one_line(text, 10) == row


def test_a_message_from_a_web_board_loses_its_padding_only():
    board = "\n\t\t\t\t\t\n\t\t\t\t\t\u3000\u3000A1区  路灯不亮\xa0\r\n\t\n\t\t已经三周\t了\u200b\n\t\t"
    assert strip_board_whitespace(board) == "A1区  路灯不亮\n已经三周\t了"
