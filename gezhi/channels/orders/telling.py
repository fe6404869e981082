"""An order's parts made into what is kept: moments, one phone number, and a text in which nobody is named. PURE."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, time, tzinfo

from gezhi.kernel.moment import BadMoment, as_moment
from gezhi.kernel.private import MASK
from gezhi.kernel.text import phone_key

NAME = "来电人"  # stands where a name stood
LAST_MINUTE = time(23, 59)
_BEFORE = re.compile(r"\s*(?:之前|以前|前|止|截止|为止)?[。.；;，,]?\s*$")
_DAY_ONLY = re.compile(r"\d{4}(?:[-/.]\d{1,2}[-/.]\d{1,2}|年\d{1,2}月\d{1,2}[日号])|\d{8}")
_MINUTES = re.compile(r"(\d)\s*时\s*(\d{1,2})\s*分")
_ID_CARD = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
_PHONE = re.compile(
    r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])|(?<![0-9])0[0-9]{2,3}[- ][0-9]{7,8}(?![0-9])"
)
_SURNAME = re.compile(
    r"(?:市民|居民|群众|来电人|诉求人|业主|村民)?[\u4e00-\u9fff某]{1,2}(?:先生|女士|小姐|同志)(?=来电|反映|致电|称|投诉|咨询|求助|表示|[，,：:。\s]|$)"
)
_CALLED = re.compile(
    r"(?:市民|居民|群众|业主|村民)[：: ]?([\u4e00-\u9fff]{2,3})(?=来电|致电|反映|投诉|咨询|求助|来信|来访)"
)


def moment(text: str, tz: tzinfo, *, is_end: bool = False) -> datetime | None:
    """An aware moment, None when none can be read. is_end: a bare day lasts until its last minute."""
    plain = _MINUTES.sub(r"\1:\2", _BEFORE.sub("", text[:60].strip()))
    try:
        found = as_moment(plain, tz)
    except BadMoment:
        return None
    if found is None or not is_end or not _DAY_ONLY.fullmatch(plain):
        return found
    return datetime.combine(found.date(), LAST_MINUTE, tzinfo=found.tzinfo)


def phone(text: str) -> str:
    """The first phone number of a part in its one spelling, "" without one."""
    for part in [
        text.strip(),
        *re.split(r"[\s,，;；/、]+", text[:200]),
        *(found[0] for found in _PHONE.finditer(text[:2000])),
    ]:
        if part and (key := phone_key(part)):
            return key
    return ""


def unnamed(text: str, names: Iterable[str] = (), phones: Sequence[str] = ()) -> str:
    """The text without the caller's name, phone number and ID number. names: as its other parts say them."""
    said = _ID_CARD.sub(MASK, text)
    for name in sorted({one.strip() for one in names if len(one.strip()) >= 2}, key=len, reverse=True):
        said = said.replace(name, NAME)
    said = _CALLED.sub(NAME, _SURNAME.sub(NAME, said))
    return _PHONE.sub(lambda found: MASK if phone_key(found[0]) in phones else found[0], said)


def told(title: str, content: str, others: Iterable[tuple[str, str]]) -> str:
    """What is wrong first, then every other part by its own label."""
    first = [content] if not title or content.startswith(title) else [title, content]
    lines = [f"{label}：{value}" if label else value for label, value in others if value]
    return "\n".join(part for part in [*first, *lines] if part)
