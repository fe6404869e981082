"""What an import does a hundred thousand times is done the short way where that gives the same."""

import hashlib
import hmac
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gezhi.kernel import ids, private, text
from gezhi.kernel.ids import ALPHABET, TRACKING_SIGNS, tracking_code
from gezhi.kernel.private import mask_private, phone_key
from gezhi.kernel.text import strip_board_whitespace
from gezhi.tenancy.clock import new_id

SIGNS = "0123456789０⑤〇一二九㈠aBqQxOl@*-— ，。：（）【車车牌号微威信扣电话企鹅使领军护照证鲁魯京К\u00ad\u202d\u3164\n\r\u2028\u3000\t"
words = st.text(alphabet=SIGNS, max_size=40)


def masked_the_long_way(said: str) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(private, "_may_hold", lambda folded: True)
        return mask_private(said)


@given(words)
@example("车牌12345")
@example("微信123456")
@example("打1234567吧")
@example("联系 ⑤⑤⑤ 一二三四")
@example("123***")
@example("使014001")
@example("扣扣123456")
@example("威信\u00ad123456")
@example("牌照１2345")
@example("领013001")
@example("护照123456")
def test_no_number_escapes_by_the_short_look(said: str) -> None:
    assert mask_private(said) == masked_the_long_way(said)


def test_twin_a_look_for_eleven_digits_alone_would_let_some_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "_may_hold", lambda folded: sum(map(folded.count, "0123456789")) >= 11)
    assert [said for said in ("电话 6315231", "微信123456", "车牌12345") if mask_private(said) == said] != []


@given(words)
def test_lines_lose_their_padding_alike(said: str) -> None:
    lines = (line.strip(text._PADDING) for line in re.split(r"\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]", said))
    assert strip_board_whitespace(said) == "\n".join(line for line in lines if line)


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"))
def test_a_plain_mobile_number_is_its_own_key(number: str) -> None:
    assert phone_key(number) == phone_key(f" +86 {number} ") == number


def test_a_tracking_code_is_what_it_always_was() -> None:
    for _ in range(50):
        id = new_id()
        value, signs = int.from_bytes(hmac.digest(b"k", b"tracking:" + id.bytes, hashlib.sha256), "big"), ""
        for _ in range(TRACKING_SIGNS):
            value, rest = divmod(value, len(ALPHABET))
            signs += ALPHABET[rest]
        assert tracking_code(b"k", "371072", id) == f"371072-{signs}"
    assert TRACKING_SIGNS % ids._AT_ONCE == 0
