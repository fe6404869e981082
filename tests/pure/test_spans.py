"""What identifies somebody is found with its kind, and names and flats that are said as such."""

from itertools import pairwise

import pytest

from gezhi.kernel import persons
from gezhi.kernel.persons import person_spans, quiet
from gezhi.kernel.private import MASK, mask_private, private_spans
from tests.seeds import persons as seeds


def found(text: str) -> list[tuple[str, str]]:
    return [(text[one.start : one.stop], one.kind) for one in private_spans(text)]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("请打13800138000", [("13800138000", "phone")]),
        ("请打１３８ ００１３ ８０００", [("１３８ ００１３ ８０００", "phone")]),
        ("座机0631-5231234", [("0631-5231234", "phone")]),
        ("电话5231234", [("5231234", "phone")]),
        ("身份证37060219900101123X", [("37060219900101123X", "identity")]),
        ("370602199001******", [("370602199001******", "identity")]),
        ("鲁K12345挡了门", [("鲁K12345", "plate")]),
        ("车牌号K12345", [("K12345", "plate")]),
        ("卡6222 0202 0011 2233 445", [("6222 0202 0011 2233 445", "card")]),
        ("发到wei@example.com", [("wei@example.com", "email")]),
        ("微信号wei_1990", [("wei_1990", "chat")]),
        ("设备99999999999999", [("99999999999999", "number")]),
        ("138****8000或鲁K12345", [("138****8000", "phone"), ("鲁K12345", "plate")]),
        ("2019-02-28至2020-01-01，371072-2026-0000001", []),
    ],
)
def test_each_is_found_with_its_kind(text, pairs):
    assert found(text) == pairs


@pytest.mark.parametrize("kind", seeds.KINDS)
def test_nothing_is_masked_that_is_not_found_and_the_other_way_round(kind):
    for seed in (one for one in seeds.seeds() if one.kind == kind):
        spans = private_spans(seed.text)
        shown, end = "", 0
        for span in spans:
            shown, end = shown + seed.text[end : span.start] + MASK, span.stop
        assert shown + seed.text[end:] == mask_private(seed.text)
        assert all(one.stop <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    ("text", "public", "kinds"),
    [
        ("王先生家漏水", "某先生家漏水", ["name"]),
        ("联系人：林芳", "联系人：某人", ["name"]),
        ("3-2-501漏水", "3号楼2单元某户漏水", ["home"]),
        ("3号楼2单元501室漏水", "3号楼2单元某户漏水", ["home"]),
        ("我住301", "我住某户", ["home"]),
        ("302室王阿姨说灯坏了", "某户某阿姨说灯坏了", ["home", "name"]),
        ("3号楼2单元501号漏水", "3号楼2单元某户漏水", ["home"]),
        ("3栋2单元五零一漏水", "3栋2单元某户漏水", ["home"]),
        ("3号楼2单元 5 0 1漏水", "3号楼2单元某户漏水", ["home"]),
        ("3#2-501漏水", "3号楼2单元某户漏水", ["home"]),
        ("3/2/501漏水", "3号楼2单元某户漏水", ["home"]),
        ("楼上 2503漏水", "楼上某户漏水", ["home"]),
        ("501住户夜里装修", "某户夜里装修", ["home"]),
        ("501的人养狗", "某户养狗", ["home"]),
        ("401漏到301", "某户漏到某户", ["home", "home"]),
        ("我住501号", "我住某户", ["home"]),
        ("欧阳女士、诸葛先生、尤女士", "某女士、某先生、某女士", ["name", "name", "name"]),
        ("联系人：欧阳娜娜", "联系人：某人", ["name"]),
        ("张警官和柳律师都来过", "某警官和某律师都来过", ["name", "name"]),
        ("3号楼一二三单元都停水，26/11/2026起", "3号楼一二三单元都停水，26/11/2026起", []),
        ("木工路128号楼下，路灯118号", "木工路128号楼下，路灯118号", []),
        ("共有200住户，楼下100米，楼上300多人", "共有200住户，楼下100米，楼上300多人", []),
        ("3号楼2单元门玻璃碎了", "3号楼2单元门玻璃碎了", []),
        ("老师说小黄车太多，楼下停了200个", "老师说小黄车太多，楼下停了200个", []),
    ],
)
def test_names_and_flats_are_taken_out_and_building_and_stairwell_stay(text, public, kinds):
    assert quiet(text) == public
    assert [one.kind for one in person_spans(text)] == kinds
    assert person_spans(public) == []


def test_twin_without_the_patterns_a_name_stays(monkeypatch):
    nothing = persons.re.compile("(?P<cue>a)(?P<gap>b)(?P<name>c)(?P<title>d)(?!d)x")
    for name in ("_TITLED", "_CUED", "HOME", "_HOME_TOO", "_FLAT"):
        monkeypatch.setattr(persons, name, nothing)
    assert quiet("302室王先生") == "302室王先生"
