"""What knows a voice of a group again when the same conversation is pasted once more, by another layout or from another phone. Pure.

Kept is a keyed digest of who said it, what and on which day, and the day: no name, no word. Where the copy does not tell the day the day
of the paste stands in for it, and is looked for a week around.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from gezhi.channels.chat.layouts import Message
from gezhi.channels.chat.marks import split_reply, words_of
from gezhi.channels.chat.problems import Problem

SOURCE = "group"
PASTED_AGAIN = 7  # days within which a copy without days is known again
NUMBER = re.compile(r"[dp][0-9]{8}-[0-9a-f]{40}")
_NOISE = re.compile(r"[\W_]+")


def number_of(one: Problem, messages: Sequence[Message], key: bytes, today: date, paste: str) -> str:
    """The number of a voice in its group. today: the day of the paste; paste: the key of its form, for voices that nothing tells apart."""
    day = _day(one, messages)
    kind = "d" if day else "p"
    mark = _digest(key, one, messages) if is_told_apart(one) else _hex(key, f"{paste}\0{one.messages[0]}")
    return f"{kind}{day or today:%Y%m%d}-{mark}"


def is_told_apart(one: Problem) -> bool:
    """Whether a voice can be known again: two pictures of one sender say nothing that differs, nor do the same words of nobody."""
    return bool(one.words and one.sender)


def numbers_to_look_for(one: Problem, messages: Sequence[Message], key: bytes, today: date) -> Iterator[str]:
    """Every number under which the voice may be known already, its own first; none of one that nothing tells apart."""
    if not is_told_apart(one):
        return
    day, mark = _day(one, messages), _digest(key, one, messages)
    week = [timedelta(days=n) for n in range(PASTED_AGAIN + 1)]
    if day:
        yield f"d{day:%Y%m%d}-{mark}"
        yield from (f"p{day + off:%Y%m%d}-{mark}" for off in week)
    else:
        yield from (f"{kind}{today - off:%Y%m%d}-{mark}" for kind in "pd" for off in week)


def _day(one: Problem, messages: Sequence[Message]) -> date | None:
    at = messages[one.messages[0]].at
    return at.date() if at else None


def _digest(key: bytes, one: Problem, messages: Sequence[Message]) -> str:
    """Who, and the first words of the voice; pictures alone are no words. The company behind @ and what a phone adds to a name are left out."""
    said = (_folded(words_of(split_reply(messages[place].text)[1])) for place in one.messages)
    sender = _folded(re.split("[@＠]", one.sender, maxsplit=1)[0])
    whole = f"{sender}\0{next(filter(None, said), '')}"
    return _hex(key, whole)


def _hex(key: bytes, whole: str) -> str:
    return hmac.new(key, whole.encode(), hashlib.sha256).hexdigest()[:40]


def _folded(text: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", text)).casefold()
