"""Read one order out of pasted text: labels in any order, on one line or many, or a table copied from a web page. PURE.

What is not understood is not lost: it stays in the text, and the clerk types what lacks.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from gezhi.channels.orders import moments, telling
from gezhi.channels.orders.labels import LABELS, PRIVATE, issuer_of, key_of
from gezhi.channels.orders.moments import Here

MOST_SIGNS = 20_000
HEADS_AT_LEAST = 3  # cells of a row of heads
ONCE = frozenset({"number", "due", "return_until", "said_at", "title", "wanted", "category", "top", "leaf"})
SHORT = ("category", "top", "leaf", "wanted")
MOST_SHORT = 200  # signs of their category and of the wanted form; longer ones stay in the text, too
_LONGEST_FIRST = sorted((one for many in LABELS.values() for one in many), key=len, reverse=True)
_KNOWN = re.compile(
    r"(?:^|(?<=[\s;；|｜，,。【\[]))"
    rf"({'|'.join(map(re.escape, _LONGEST_FIRST))})[】\]]?[ \u3000]*(?:[:：][ \u3000\t]*|\t+|(?:\r?\n)(?=\S))",
    re.MULTILINE | re.IGNORECASE,
)
_ABOUT = r"(?:[ 　,，、]*(?:(?:男|女)(?:性|士)?|先生|女士|小姐|同志|(?:年龄)?\d{1,3}岁))"  # what may stand behind a name and is his, too
_NUMBER = r"[ 　,，、;；/(（]*(?:\+?86[- ]?)?(?:1[3-9]\d(?:[- ]?\d{4}){2}|0\d{2,3}[- ]?\d{7,8}|[2-8]\d{6,7})[)）]?(?!\d)"
_NAMED = {
    "person": re.compile(
        rf"[\u4e00-\u9fff·某*＊xX]{{1,4}}?{_ABOUT}*(?:{_NUMBER})*"
        r"(?=$|\s|[,，、;；。(（]|(?:来电|致电|反映|称|投诉|咨询|求助|来信|来访|说))"
    ),
    "phone": re.compile(rf"(?:{_NUMBER})+"),
}
_HAN = re.compile(r"[\u4e00-\u9fff]")
MOST_OF_A_NAME = 10  # signs
_BETWEEN = " \t\n\u3000,，、;；。|｜"
_OTHER = re.compile(r"(?:^|(?<=[\s;；]))[\u4e00-\u9fff]{2,10}(?:：|:[ \t])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Read:
    """What was understood; "" and None where nothing was. text: all that was said, without names, phone and ID numbers.

    place, category, wanted: words of the issuer. lacks: "number", "due", in this order, that a person must type.
    """

    issuer: str
    number: str
    due_at: datetime | None
    return_until: datetime | None
    said_at: datetime | None
    category: str
    wanted: str
    place: str
    phone: str
    text: str

    @property
    def lacks(self) -> tuple[str, ...]:
        return tuple(name for name, value in (("number", self.number), ("due_at", self.due_at)) if not value)


def read(pasted: str, here: Here) -> Read:
    """Read it. here: the zone in which its times were written, and now. Only the first MOST_SIGNS signs count."""
    text = pasted[:MOST_SIGNS].replace("\r\n", "\n").replace("\r", "\n").strip()
    parts = list(apart(list(_of_table(text)) or list(_of_labels(text))))
    return gathered(parts, here, whole=text)


def gathered(parts: Sequence[tuple[str, str, str]], here: Here, *, whole: str = "", issuer: str = "") -> Read:
    """Parts (key, label, value) as an order, after `apart`; of a part that may stand there once, the first one counts. whole: kept when nothing is
    the content. What has a field of its own does not stand in the text again.
    """
    found: dict[str, str] = {}
    for key, _label, value in parts:
        if value:
            found[key] = found.get(key) or value
    phone = telling.phone(found.get("phone", "")) or telling.phone(found.get("person", ""))
    phone = phone or telling.own_phone(f"{found.get('content', '')}\n{whole}")
    said_names = [value for key, _label, value in parts if key == "person"]
    names = [*said_names, *(re.split(r"[\s,，、;；/(（]", value, maxsplit=1)[0] for value in said_names)]
    content = found.get("content", "")
    times = _times(found, here, whole or content)
    kept_apart = {
        "number",
        *(name for name, at in times.items() if at),
        *(name for name in SHORT if len(found.get(name, "")) <= MOST_SHORT),
    }
    left_out = PRIVATE | {"title", "content", "phone"} | kept_apart
    others = [(label, value) for key, label, value in parts if key not in left_out]
    said = (
        telling.told(found.get("title", ""), content, others)
        if content or found.get("title")
        else _left(whole, parts)
    )
    classes = [found.get("top", ""), found.get("leaf", "")]
    return Read(
        issuer or issuer_of(whole),
        found.get("number", "").split("\n")[0].strip()[:200],
        times["due"],
        times["return_until"],
        times["said_at"],
        (found.get("category") or " / ".join(one for one in classes if one))[:MOST_SHORT],
        found.get("wanted", "")[:MOST_SHORT],
        telling.unnamed(found.get("place", ""), names)[:100],
        phone,
        telling.unnamed(said, names),
    )


def _times(found: Mapping[str, str], here: Here, whole: str) -> dict[str, datetime | None]:
    """Days without a year are those after it was sent. Without a label of its own the end may stand in a sentence."""
    sent = moments.moment(found.get("said_at", ""), here.tz)
    due = moments.limit(found.get("due", ""), here, sent) or moments.asked(whole, here, sent)
    return {
        "due": due,
        "return_until": moments.limit(found.get("return_until", ""), here, sent),
        "said_at": sent,
    }


def _left(whole: str, parts: Sequence[tuple[str, str, str]]) -> str:
    """The whole text without the parts that name a person; the whole when nothing else is said."""
    said = whole
    for key, label, value in parts:
        if key in PRIVATE | {"phone"} and value:
            piece = rf"{re.escape(label)}[】\]]?[:：\s]*{re.escape(value)}"
            said, times = re.subn(piece, "", said)
            said = said if times else said.replace(value, "")
    return "\n".join(filter(None, (line.strip(_BETWEEN) for line in said.split("\n")))) or whole


def apart(parts: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    """Parts that name a person, cut behind his name or number: what was written on is said of the matter, not of him.

    That he wants it kept secret stays, in the issuer's words.
    """
    for key, label, value in parts:
        if key not in _NAMED:
            yield key, label, value
            continue
        secret, value = telling.secrecy(value)
        if secret:
            yield "secret", telling.NAME, secret
        named = _NAMED[key].match(value)
        own = named[0] if named else value.split("\n")[0]
        # no name is that long: it stays for the clerk, who reads it
        is_more = named is None and len(_HAN.findall(own)) > MOST_OF_A_NAME
        yield ("other", "", own) if is_more else (key, label, own)
        if rest := value[len(own) :].strip(_BETWEEN):
            yield "other", "", rest


def _of_labels(text: str) -> Iterator[tuple[str, str, str]]:
    marks = list(_KNOWN.finditer(text))
    yield "other", "", _trimmed(text[: marks[0].start()] if marks else "")
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=bool(marks)):
        key, value = key_of(mark[1]), text[mark.end() : end]
        if key == "content":
            yield key, mark[1], _trimmed(value)
            continue
        other = _OTHER.search(value)
        stop = other.start() if other else len(value)
        if key in ONCE and "\n" in (line := value.lstrip()):
            stop = min(stop, len(value) - len(line) + line.index("\n"))
        yield key, mark[1], _trimmed(value[:stop])
        yield from _strange(value[stop:])


def _strange(rest: str) -> Iterator[tuple[str, str, str]]:
    """Lines under labels that nobody knows, or under none: kept as they are."""
    for line in rest.split("\n"):
        if _trimmed(line):
            yield "other", "", _trimmed(line)


def _of_table(text: str) -> Iterator[tuple[str, str, str]]:
    """A row of heads with one row below it, as a browser copies a table."""
    lines = [line for line in text.split("\n") if line.strip()]
    for heads, cells in pairwise(lines):
        names, values = heads.split("\t"), cells.split("\t")
        known = [name for name in names if key_of(name)]
        if len(names) >= HEADS_AT_LEAST and len(known) * 3 >= len(names) * 2 and len(values) == len(names):
            for name, value in zip(names, values, strict=True):
                yield key_of(name) or "other", name.strip(), _trimmed(value)
            return


def _trimmed(value: str) -> str:
    return value.strip(" \t\n\u3000;；|｜")
