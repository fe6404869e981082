"""Phone numbers in one spelling, and what identifies a person kept out of the public copy."""

from itertools import product

import pytest

from gezhi.kernel import private
from gezhi.kernel.text import mask_phone, mask_private, phone_key, phone_tail

MOBILES = ("13800138000", "15963112345", "19912345678", "16600000000")
LANDLINES = ("06315231234", "01062345678", "05318888888")
ID_NUMBERS = ("37060219900101123X", "371002200012310011", "110101197002291234", "37100219851231004x")
PLATES = ("鲁K12345", "鲁KD12345", "京A1B2C3", "粤Z1234港", "鲁K1234挂", "鲁k88888")
GAPS = ("", " ", "-", "—", "·", ".", "\u3000", "\u200b", "_", " - "[:2])
CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
MATHEMATICAL = str.maketrans("0123456789", "".join(map(chr, range(0x1D7CE, 0x1D7D8))))


def full_width(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def grouped(number: str, sizes: tuple[int, ...], gap: str) -> str:
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return gap.join([*parts, number[start:]])


def seeds() -> list[str]:
    """Numbers of persons as people write them: 500 and more."""
    plain = [*MOBILES, *LANDLINES, *ID_NUMBERS, *PLATES]
    found = [*plain, *map(full_width, plain)]
    for number, digits in product(
        [*MOBILES, *LANDLINES, *ID_NUMBERS], [CHINESE, SPOKEN, CIRCLED, MATHEMATICAL]
    ):
        found.append(number.translate(digits))
    for gap in GAPS:
        found += [
            grouped(number, sizes, gap)
            for number, sizes in product(MOBILES, [(3, 4), (1,) * 10, (3, 2, 2, 2)])
        ]
        found += [
            grouped(number, sizes, gap)
            for number, sizes in product(ID_NUMBERS, [(6, 8), (6, 4, 4), (1,) * 17])
        ]
        found += [
            grouped(number, sizes, gap) for number, sizes in product(("06315231234",), [(4,), (4, 3), (4, 4)])
        ]
        found += [f"鲁{gap}K{gap}12345", f"鲁K{gap}D12345"]
    found += [f"{prefix}{number}" for prefix, number in product(["+86", "+86 ", "86-", "0086"], MOBILES)]
    found += [f"（0631）{number}" for number in ("5231234", "523 1234", "5231-234")]
    found += [
        "370602199001******",
        "３７０６０２１９９００１******",
        "6222020200112233445",
        "wei@example.com",
    ]
    return found


SENTENCES = ("{}", "请联系{}，谢谢", "他的是{}和别的", "3栋2单元{}。", "电话：{}\n地址", "a{}b")


@pytest.mark.parametrize(("written", "seed"), tuple(enumerate(seeds())))
def test_no_number_of_a_person_is_left_in_the_public_copy(written, seed):
    leaks = [
        sentence for sentence in SENTENCES if mask_private(sentence.format(seed)) == sentence.format(seed)
    ]
    assert leaks == []
    assert mask_private(f"（{seed}）") == f"（{private.MASK}）"


def test_the_seed_set_is_large():
    assert len(set(seeds())) >= 250


def test_without_the_patterns_everything_would_be_public(monkeypatch):
    monkeypatch.setattr(private, "_PRIVATE", ())
    monkeypatch.setattr(private, "_CUED", ())
    assert all(mask_private(seed) == seed for seed in seeds())


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("联系电话：5231234", "联系电话：***"),
        ("手机尾号不记得，座机是523-1234", "手机尾号不记得，座机是***"),
        ("微信号wei_1990", "微信号***"),
        ("加QQ：12345678", "加QQ：***"),
        ("车牌号K12345", "车牌号***"),
        ("13800138000，15963112345", "***，***"),
        ("13800138000/15963112345", "***/***"),
    ],
)
def test_a_cue_makes_a_short_number_private(text, public):
    assert mask_private(text) == public


@pytest.mark.parametrize(
    "text",
    [
        "2019-02-28 11:25:05至2020-01-01 2020-12-31",
        "案件371072-2026-0000001和371072-2026-9913801的答复",
        "A1区5栋1203室，3—5层，2018.05.06-2019.05.06",
        "拨打12345或者110，费用1234567元",
        "共12,345,678元，每平米3.14159元",
        "三十一二栋，二〇一九年一月",
        "GB50180-2018，0631地区",
        "鲁北的K路车，新A区3号",
    ],
)
def test_dates_house_numbers_and_case_numbers_stay(text):
    assert mask_private(text) == text


def test_masking_twice_changes_nothing():
    once = [mask_private(sentence.format(seed)) for sentence, seed in product(SENTENCES, seeds())]
    assert [mask_private(text) for text in once] == once


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("13800138000", "13800138000"),
        ("１３８ ００１３－８０００", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("一三八〇〇一三八零零零", "13800138000"),
        ("138\u200b00138000", "13800138000"),
        ("0631-5231234", "06315231234"),
        ("(0631) 523 1234", "06315231234"),
        ("（０６３１）５２３１２３４", "06315231234"),
        ("+86 631 5231234", "06315231234"),
        ("86-631-5231234", "06315231234"),
        ("86-0631-5231234", "06315231234"),
        ("+86 0631 5231234", "06315231234"),
        ("0631-000-0101", "06310000101"),  # a demonstration's: no exchange begins with 000
        ("0631—5231234转801", "06315231234-801"),
        ("0631-523-1234-801", "06315231234-801"),
        ("010 6234 5678 ext. 12", "01062345678-12"),
        ("5231234", "5231234"),
        ("4001234567", "4001234567"),
        ("12345", "12345"),
        ("110", "110"),
        ("+852 9123 4567", "0085291234567"),
    ],
)
def test_a_phone_number_has_one_spelling(written, key):
    assert phone_key(written) == key


@pytest.mark.parametrize(
    "written",
    [
        "",
        " ",
        "-",
        "没有",
        "138001380001",
        "1380013800",
        "12800138000",
        "0631",
        "00",
        "+",
        "1" * 61,
        "138 0013 8000 转 2",
        "0631-5231234转",
        "a13800138000",
        "13800138000;rm",
        "٣",
        "1e999",
        "=13800138000",
    ],
)
def test_what_cannot_be_called_is_no_phone_number(written):
    assert phone_key(written) is None


def test_a_local_number_gets_the_area_of_the_office():
    assert phone_key("523-1234", area="0631") == "06315231234"
    assert phone_key("5231234转8", area="0631") == "06315231234-8"


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("13800138000", "138******00"),
        ("06315231234", "0631*****34"),
        ("06315231234-801", "0631*****34-***"),
        ("5231234", "523**34"),
        ("12345", "*****"),
        ("0085291234567", "0085*******67"),
    ],
)
def test_a_masked_number_never_shows_the_four_digits_that_open_the_status(key, shown):
    assert mask_phone(key) == shown
    assert phone_tail(key) not in mask_phone(key)


def test_the_tail_is_the_main_number_s():
    assert phone_tail("06315231234-801") == "1234"
