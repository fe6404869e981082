"""Phone numbers as keys, and what identifies a person taken out of text that others will read. Pure."""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from gezhi.kernel.hidden import HIDDEN

PHONE_LIMIT = 60  # characters; longer is no phone number

_EXTENSION = re.compile(r"(.*?)[ ,-]*(?:转|轉|分机|分機|ext\.?|x|#)[ :-]*(\d{1,6})")
_NUMBER = re.compile(r"\+?[\d-]+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
# 0631-000-0101: no exchange begins with 000, so demonstrations take their numbers from there, and who tries one types one
_LANDLINE = re.compile(r"0(?:10|2\d)[2-9]\d{7}|0[3-9]\d{2}(?:[2-9]\d{6,7}|000\d{4})")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_SERVICE = re.compile(r"[48]00\d{7}|1[0-2]\d|1[02]\d{3}|9[56]\d{3,4}")
_PHONE_NOISE = re.compile(r"[\s.·()_\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+")
_DASH = re.compile("[\u2010-\u2015\u2212—~]")


def phone_key(text: str, area: str = "") -> str | None:
    """The one spelling of a phone number, for comparing and calling; None when it is no phone number.

    Mobile 13800138000, landline 06315231234, with extension 06315231234-801, service number 12345 or
    4001234567, abroad 0085291234567. +86, full-width and Chinese digits, spaces and dashes are understood.
    A local number of 7 or 8 digits gets `area` ("0631") in front; without `area` it stays as it is.
    """
    if len(text) > PHONE_LIMIT:
        return None
    if text.isascii() and _MOBILE.fullmatch(text):
        return text  # as nearly all are written
    folded = unicodedata.normalize("NFKC", text).translate(_DIGIT_WORDS).casefold()
    number, extension = _DASH.sub("-", _PHONE_NOISE.sub("-", folded)).strip("-"), ""
    if written := _EXTENSION.fullmatch(number):
        number, extension = written[1].strip("-"), written[2]
    if not _NUMBER.fullmatch(number):
        return None
    head, _, tail = number.rpartition("-")
    key = _main_number(number, area)
    if key is None and not extension and 1 <= len(tail) <= 6:
        key, extension = _main_number(head, area), tail
        if key is not None and not (_LANDLINE.fullmatch(key) or _LOCAL.fullmatch(key)):
            return None
    if key is None or not extension:
        return key
    return None if _MOBILE.fullmatch(key) else f"{key}-{extension}"


def _main_number(number: str, area: str) -> str | None:
    digits = number.replace("-", "")
    if digits.startswith(("+86", "0086")):
        digits = digits.removeprefix("+86").removeprefix("0086")
        if not _MOBILE.fullmatch(digits) and _LANDLINE.fullmatch("0" + digits):
            return "0" + digits
    elif digits.startswith(("+", "00")):
        abroad = digits.removeprefix("+").removeprefix("00")
        return f"00{abroad}" if re.fullmatch(r"[1-9]\d{7,14}", abroad) else None
    elif re.fullmatch(r"861[3-9]\d{9}", digits):
        digits = digits[2:]
    elif digits.startswith("86") and len(digits) > 8:
        own = "0" + digits[2:].removeprefix("0")
        digits = own if _LANDLINE.fullmatch(own) else digits
    if _LOCAL.fullmatch(digits):
        return area + digits
    known = _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) or _SERVICE.fullmatch(digits)
    return digits if known else None


def phone_tail(key: str) -> str:
    """The last four digits, which a caller names together with the case number; never of the extension."""
    return key.partition("-")[0][-4:]


def mask_phone(key: str) -> str:
    """138******00, 0631*****34: enough to recognise one's own.

    The last four are not all shown: with the case number they open the status by phone.
    """
    main, dash, extension = key.partition("-")
    if len(main) <= 6:
        return "*" * len(main)
    shown = 3 if _MOBILE.fullmatch(main) or len(main) <= 8 else 4
    return main[:shown] + "*" * (len(main) - shown - 2) + main[-2:] + dash + "*" * len(extension)


# ---- masking in free text ----

MASK = "***"

_DIGIT_WORDS = str.maketrans("〇○◯零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "000012345678912123456789")
_GAP = "[ .·•‧・∙⋅․_\\-\u2010-\u2015\u2212—\t\xa0\u3000\u2000-\u200a\u202f\u205f]"
_S = _GAP + "{0,3}"
_W = "[ \u3000]?[,、/|;][ \u3000]?"  # parts houses of a list too, so it counts between whole groups only
_ANY = "[^0-9a-z\u4e00-\u9fff*×+=\\-]"  # brackets, colons, line breaks; between whole groups only, in which sums and measures are not written
_B = f"(?:(?:{_ANY}|-){{1,8}}|转)"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_IN_FULL = (
    "北京|天津|上海|重庆|河北|河南|云南|辽宁|黑龙江|湖南|安徽|山东|山東|新疆|江苏|江蘇|浙江|江西|湖北|广西|廣西|甘肃|甘肅|山西|内蒙古|陕西|陝西|吉林|福建|"
    "贵州|貴州|广东|廣東|青海|西藏|四川|宁夏|寧夏|海南"
)
_AREA = "0(?:10|2[0-9]|[3-9][0-9]{2})"
_MONTH = f"(?:0{_S}[1-9]|1{_S}[0-2])"
_DAY = f"(?:0{_S}[1-9]|[12]{_S}[0-9]|3{_S}[01])"
_A_DAY = "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:[0-2][0-9]|3[01])(?![0-9])"
_P = f"(?:{_ANY}|-){{0,3}}"
_PRIVATE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # eleven or more digits in one piece: mobiles, ID numbers, bank cards, whatever stands beside them
        r"[0-9]{11,}x?",
        # half masked already: what is left still tells the district and the year of birth
        r"(?<![0-9])[0-9]{3,20}\*{3,}[0-9x*]*",
        r"(?<![a-z0-9._%+-])[a-z0-9._%+-]{1,64} ?(?:@|[(\[]at[)\]]) ?[a-z0-9\u4e00-\u9fff-]{1,63}(?: ?[.点] ?[a-z0-9-]{2,24}){1,4}",
        # ID number in groups; digits 7-14 must be a date, or two dates side by side would be taken for one
        rf"(?<![0-9])[1-9](?:{_S}[0-9]){{5}}{_S}(?:1{_S}[89]|2{_S}0)(?:{_S}[0-9]){{2}}{_S}{_MONTH}{_S}{_DAY}"
        rf"(?:{_S}[0-9]){{3}}{_S}[0-9x*]",
        # mobile in groups
        rf"(?<![0-9])(?:\+?(?:00)?86{_S})?1{_S}[3-9](?:{_S}[0-9]){{9}}(?![0-9])",
        # bank card in groups, and sign by sign
        rf"(?<![0-9])[3-69](?:{_S}[0-9]){{15,18}}(?![0-9])",
        # ID number of fifteen digits, until 2004
        rf"(?<![0-9])[1-9](?:{_S}[0-9]){{5}}(?:{_S}[0-9]){{2}}{_S}{_MONTH}{_S}{_DAY}(?:{_S}[0-9]){{3}}(?![0-9])",
        # whole groups with commas between them: mobile, landline, ID numbers, bank card
        rf"(?<![0-9])1[3-9][0-9]{_W}[0-9]{{4}}{_W}[0-9]{{4}}(?![0-9])",
        rf"(?<![0-9])0[0-9]{{2,3}}{_W}[1-9][0-9]{{6,7}}(?![0-9])",
        rf"(?<![0-9])[1-9][0-9]{{5}}{_W}(?:[0-9]{{8}}{_W}[0-9]{{3}}[0-9x]|[0-9]{{6}}{_W}[0-9]{{3}})(?![0-9])",
        rf"(?<![0-9])[3-69][0-9]{{3}}(?:{_W}[0-9]{{4}}){{3}}(?:(?:{_W})?[0-9]{{1,3}})?(?![0-9])",
        # landline with its area code
        rf"(?<![0-9])(?:{_AREA}|\({_AREA}\)){_S}[1-9](?:{_S}[0-9]){{6,7}}(?![0-9])",
        # landline sign by sign, always with the same between them: dates have none
        rf"(?<![0-9])0((?:{_ANY}|-){{1,3}})[1-9](?:\1[0-9]){{8,10}}(?![0-9])",
        # plates, new-energy ones and those ending in 挂学警港澳
        rf"[{_PROVINCES}]{_S}[a-z]{_S}[a-z0-9](?:[ ·]?[a-z0-9]){{3,4}}[a-z0-9挂学警港澳领]?",
        # whole groups with whatever between them: mobile, landline, ID numbers, bank card; a day of eight digits is none
        rf"(?<![0-9])1[3-9][0-9]{_B}(?!{_A_DAY})[0-9]{{4}}(?:{_B})?[0-9]{{4}}(?![0-9])",
        rf"(?<![0-9]){_AREA}{_B}(?!{_A_DAY})[1-9][0-9]{{2,3}}(?:{_B})?[0-9]{{4}}(?![0-9])",
        rf"(?<![0-9])[1-9][0-9]{{5}}{_B}(?:[0-9]{{8}}(?:{_B})?[0-9]{{3}}[0-9x]|[0-9]{{6}}(?:{_B})?[0-9]{{3}})(?![0-9])",
        rf"(?<![0-9])[1-9][0-9]{{5}}{_P}(?:19|20)[0-9]{{2}}年[0-9]{{1,2}}月[0-9]{{1,2}}日?{_P}[0-9]{{3}}[0-9x]",
        rf"(?<![0-9])[3-69][0-9]{{3}}(?:{_B}[0-9]{{4}}){{3}}(?:(?:{_B})?[0-9]{{1,3}})?(?![0-9])",
        # sign by sign, always with the same between them
        rf"(?<![0-9])1((?:{_ANY}|-){{1,3}})[3-9](?:\1[0-9]){{9}}(?![0-9])",
        rf"(?<![0-9])[1-9]((?:{_ANY}|-){{1,3}})[0-9](?:\1[0-9]){{12,17}}(?:\1x)?(?![0-9])",
        # plates with other signs inside, or the province in full; with three digits behind a letter, or every word would be one
        rf"(?:[{_PROVINCES}]|{_IN_FULL}){_P}[a-z]{_P}(?=(?:[a-z]{{0,2}}[ ·]?[0-9]){{3}})[a-z0-9](?:[ ·]?[a-z0-9]){{4,5}}(?![a-z0-9])",
        rf"[{_PROVINCES}]{_S}[a-z]{_S}挂{_S}[0-9]{{4}}(?![0-9])",
        # armed police, army, those for one day, embassies
        rf"(?<![a-z0-9])wj{_S}(?:[{_PROVINCES}]|[0-9]{{2}})?{_S}[a-z]?[0-9]{{4,5}}[a-z]?(?![a-z0-9])",
        rf"[军軍海空使领領临臨]{_S}[a-z]{_S}[0-9]{{5}}(?![0-9])",
        rf"[使领領]{_S}[0-9]{{3}}{_S}[0-9]{{3}}(?![0-9元人个名户米万])",
        # passports
        r"(?<![a-z0-9])(?:[eg][0-9]{8}|e[a-z][0-9]{7})(?![a-z0-9])",
    )
)
_CUED = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:电话|電話|手机|手機|联系|聯繫|致电|拨打|座机|固话|号码|號碼|家里|宅电|tel|phone)[^0-9\n]{{0,8}}([0-9](?:{_S}[0-9]){{6,11}})",
        rf"(?:微信|威信|薇信|(?<![a-z0-9])(?:[vw]信|vx|wx|wechat|weixin|q ?q)|扣扣|企鹅)[^0-9a-z\n]{{0,4}}(?:号[^0-9a-z\n]{{0,2}})?"
        rf"([a-z][\-_a-z0-9]{{5,19}}|[0-9](?:{_S}[0-9]){{5,11}})",
        r"(?:车牌|車牌|车号|牌照|号牌|牌号)[^0-9a-z\n]{0,6}([a-z0-9]{5,7})(?![a-z0-9])",
        rf"(?:打|拨)[^0-9a-z\n]{{0,2}}([2-8][0-9]{{2,3}}{_S}[0-9]{{4}})(?![0-9元块个米])",
        r"(?:护照|護照|通行证|台胞证|军官证|士兵证|回乡证|居住证|驾驶证|证件)[^0-9a-z\n]{0,6}([a-z]{0,2}[0-9]{6,10}[a-z]?)(?![a-z0-9])",
    )
)
# what the patterns above find, in their order; "" = its digits say which
_KINDS = (
    *("", "", "email", "identity", "phone", "card", "identity", "phone", "phone", "identity", "card", "phone", "phone"),
    *("plate", "phone", "phone", "identity", "identity", "card", "phone", "", "plate", "plate", "plate", "plate", "plate", "identity"),
)  # fmt: skip
_GRAVE = ("identity", "plate", "phone", "card", "email", "chat", "number", "name", "home")
_CUED_KINDS = ("phone", "chat", "plate", "phone", "identity")
_IDENTITY = re.compile(r"[0-9]{6,}\*+.*|[1-9][0-9]{5}(?:(?:18|19|20)[0-9]{9}[0-9x]|[0-9]{9})", re.IGNORECASE)
_OF_PHONE = re.compile(r"1[3-9][0-9]\*+.*|(?:86|0086)?1[3-9][0-9]{9}|0[0-9]{2,3}[0-9*]{5,9}")
# Seventeen digits in this shape are no ID number, which has eighteen.
_CASE_NUMBER = re.compile(r"(?<![0-9])[0-9]{6}-20[0-9]{2}-[0-9]{7}(?![0-9x*])", re.IGNORECASE)


# O and l in a number: seven signs with four digits among them are no word
_WITH_LETTERS = re.compile(
    r"(?<![a-z0-9])(?=(?:[OoIl|]*[0-9]){4})[0-9OoIl|]{7,}(?![a-km-np-z])", re.IGNORECASE
)
_LETTERS = str.maketrans("OoIl|", "00111")
# keycaps have a sign of their own, and one that says how to show it
_NOT_SEEN = re.compile(f"[{HIDDEN}\ufe00-\ufe0f\u20e3]")
# Cyrillic and Greek letters that stand for Latin ones on plates and in ID numbers, brackets that are none to Unicode, provinces as Taiwan writes them
_LOOKALIKES = MappingProxyType(
    dict(
        zip(
            "АВСЕНКМОРТХасекмортхуΑΒΕΗΚΜΝΟΡΤΧκονχ滬雲遼魯蘇贛晉陝閩貴寧瓊【】〔〕「」『』",
            "ABCEHKMOPTXacekmoptxyABEHKMNOPTXkovx沪云辽鲁苏赣晋陕闽贵宁琼[][][][]",
            strict=True,
        )
    )
)


def mask_private(text: str, *, keep: Container[str] = ()) -> str:
    """The public copy: ID numbers, phones, plates, bank cards, e-mail, chat names, each replaced by ***.

    Full-width, circled and Chinese digits, gaps and hidden signs between digits are seen through. Made for
    recall: a long serial number is masked too. Case numbers (371072-2026-0000001) and dates stay. keep: kinds that stay, too.
    """
    pieces, end = [], 0
    for start, stop, kind in private_spans(text):
        if kind in keep:
            continue
        pieces += [text[end:start], MASK]
        end = stop
    return "".join(pieces) + text[end:]


class Span(NamedTuple):
    """A stretch of a text that identifies somebody. kind: phone, identity, plate, card, email, chat, number (of whatever thing), name, home."""

    start: int
    stop: int
    kind: str


def private_spans(text: str) -> list[Span]:
    """What `mask_private` takes out of a text, in order, none overlapping another."""
    folded, places = _seen(_folded(text))
    folded = _CASE_NUMBER.sub(lambda number: "#" * len(number[0]), folded)
    found = apart(_all_spans(folded)) if _may_hold(folded) else []
    return [Span(places[one.start], places[one.stop - 1] + 1, one.kind) for one in found] if places else found


def _seen(folded: str) -> tuple[str, list[int]]:
    """What a reader sees of it, and the place of each sign of that in `folded`; no places where nothing is hidden."""
    if not _NOT_SEEN.search(folded):
        return folded, []
    places = [at for at, sign in enumerate(folded) if not _NOT_SEEN.match(sign)]
    return _lettered("".join([folded[at] for at in places])), places


def _all_spans(folded: str) -> Iterator[Span]:
    for pattern, kind in zip(_PRIVATE, _KINDS, strict=False):
        yield from (Span(*found.span(), kind or _kind_of(found[0])) for found in pattern.finditer(folded))
    for pattern, kind in zip(_CUED, _CUED_KINDS, strict=False):
        yield from (Span(*found.span(1), kind) for found in pattern.finditer(folded))


def _kind_of(digits: str) -> str:
    if _IDENTITY.fullmatch(digits):
        return "identity"
    return "phone" if _OF_PHONE.fullmatch(digits) else "number"


def apart(spans: Iterable[Span]) -> list[Span]:
    """The same stretches in order, those that overlap as one, of the gravest kind among them."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start < found[-1].stop:
            last = found[-1]
            kind = min(last.kind, span.kind, key=_GRAVE.index)
            found[-1] = Span(last.start, max(last.stop, span.stop), kind)
        else:
            found.append(span)
    return found


_LATIN = re.compile(r"[a-zA-Z@*]")
_FEWEST_DIGITS = 7  # of any number without letters, but of those named in the next line
_SHORT_ONES = re.compile("[微威薇]信|企鹅|扣扣|[车車]牌|车号|牌照|号牌|牌号|[使领領]|[证照護]")


def _may_hold(folded: str) -> bool:
    """Whether any pattern can find something: looking for all of them takes ten times as long."""
    if _LATIN.search(folded) or _SHORT_ONES.search(folded):
        return True
    return sum(map(folded.count, "0123456789")) >= _FEWEST_DIGITS


def _folded(text: str) -> str:
    """The same length as `text`, sign for sign: every digit as 0-9, full-width letters as Latin ones."""
    strange = {ord(sign): _plain(sign) for sign in set(text) if sign > "\x7f"}
    return _lettered(text.translate(strange).translate(_DIGIT_WORDS))


def _lettered(folded: str) -> str:
    return _WITH_LETTERS.sub(lambda run: run[0].translate(_LETTERS), folded)


@lru_cache(maxsize=20_000)
def _plain(sign: str) -> str:
    """Kept: texts share their signs, and looking one up takes as long as masking ten."""
    digit = unicodedata.digit(sign, None)
    if digit is not None:
        return str(digit)
    if sign in _LOOKALIKES:
        return _LOOKALIKES[sign]
    if unicodedata.category(sign) == "No" and unicodedata.numeric(sign) in range(10):
        return str(int(unicodedata.numeric(sign)))  # ㈠
    folded = unicodedata.normalize("NFKC", sign)
    return folded if len(folded) == 1 and folded.isascii() else sign
