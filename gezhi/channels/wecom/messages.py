"""What stands inside WeCom's envelope, read into values. PURE.

XML is read with the standard library's expat and handlers that refuse: a DOCTYPE, an entity or a processing instruction ends it (bad input
class 13). Only flat children of one root are taken, as documented (developer.work.weixin.qq.com, documents 90238, 90239).
"""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NoReturn
from xml.parsers import expat

from gezhi.kernel.geo import BadPoint, Point, from_gcj02
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.text import BadText, clean

MOST_TEXT: Final = 2048  # signs; WeCom lets people send no more
MOST_LABEL: Final = 200
MOST_ID: Final = 64
MOST_MEDIA: Final = 256
MOST_NODES: Final = 60
SEND_WORDS: Final = frozenset({"提交", "完成", "发送", "發送", "submit", "done"})
_EDGES: Final = " \t\r\n。.！!，,~～“”\"'"


class Kind(StrEnum):
    """What a message is to us. SEND: the sender says that what he told is complete. OTHER: noted, nothing follows."""

    TEXT = "text"
    IMAGE = "image"
    LOCATION = "location"
    SEND = "send"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of somebody. id: WeCom's MsgId, or for an event a digest of what tells it from others. agent: 0 for none.

    text, media, label: "" for other kinds. where: WGS-84.
    """

    id: str
    agent: int
    sender: str
    kind: Kind
    text: str = ""
    media: str = ""
    where: Point | None = None
    label: str = ""

    def payload(self) -> dict[str, Any]:
        """What is kept of it until it has become a report."""
        said = {"text": self.text, "media": self.media, "label": self.label}
        found: dict[str, Any] = {name: value for name, value in said.items() if value}
        return found | ({"lon": self.where.lon, "lat": self.where.lat} if self.where else {})


def fields(body: bytes) -> dict[str, str]:
    """The children of the root by name, as text. Raises Invalid("body", not_xml | doctype | doubled | too_many)."""
    reading = _Reading()
    parser = expat.ParserCreate(
        "utf-8"
    )  # whatever the document calls itself: nothing here is in another writing
    parser.StartElementHandler, parser.EndElementHandler = reading.begin, reading.end
    parser.CharacterDataHandler = reading.say
    for name in (
        "StartDoctypeDeclHandler",
        "EntityDeclHandler",
        "ExternalEntityRefHandler",
        "UnparsedEntityDeclHandler",
        "SkippedEntityHandler",
        "ProcessingInstructionHandler",
    ):
        setattr(parser, name, _refuse)
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise Invalid("body", "not_xml") from None
    return reading.found


def _refuse(*_told: Any) -> NoReturn:
    raise Invalid("body", "doctype")


class _Reading:
    """Fills `found`; deeper elements are passed over, for none that we read is deeper."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._depth, self._nodes, self._name = 0, 0, ""

    def begin(self, name: str, _attributes: Mapping[str, str]) -> None:
        self._depth, self._nodes = self._depth + 1, self._nodes + 1
        if self._nodes > MOST_NODES:
            raise Invalid("body", "too_many")
        if self._depth == 1 and name != "xml":
            raise Invalid("body", "not_xml")
        if self._depth == 2:
            if name in self.found:
                raise Invalid("body", "doubled")
            self._name, self.found[name] = name, ""

    def end(self, _name: str) -> None:
        self._depth -= 1

    def say(self, text: str) -> None:
        if self._depth == 2:
            self.found[self._name] += text


def read(body: bytes) -> Message:
    """One message. Raises Invalid: body, MsgId, FromUserName, AgentID, Content, Location (what is wrong with them)."""
    said = fields(body)
    kind, sender = said.get("MsgType", ""), _id(said, "FromUserName")
    number = _number(said.get("AgentID", "0") or "0", "AgentID")
    if kind == "text":
        words = _words(said, "Content", MOST_TEXT)
        return Message(_id(said, "MsgId"), number, sender, _kind_of(words), text=words)
    if kind == "image":
        return Message(_id(said, "MsgId"), number, sender, Kind.IMAGE, media=_id(said, "MediaId", MOST_MEDIA))
    if kind == "location":
        label = _words(said, "Label", MOST_LABEL)
        return Message(_id(said, "MsgId"), number, sender, Kind.LOCATION, where=where(said), label=label)
    return Message(_own_id(said), number, sender, Kind.OTHER)


def _kind_of(words: str) -> Kind:
    return Kind.SEND if words.strip(_EDGES).casefold() in SEND_WORDS else Kind.TEXT


def where(said: Mapping[str, str]) -> Point | None:
    """Location_X (latitude) and Location_Y (longitude), GCJ-02 degrees, as WGS-84; None for 0, 0. Raises Invalid("Location", …)."""
    lat, lon = (_degrees(said.get(name, "")) for name in ("Location_X", "Location_Y"))
    if lat == 0 and lon == 0:
        return None
    try:
        return from_gcj02(lon, lat)
    except BadPoint as bad:
        raise Invalid("Location", "out_of_range", why=bad.code) from bad


def _degrees(text: str) -> float:
    try:
        found = float(text) if text.isascii() and len(text) <= 32 and "_" not in text else math.nan
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise Invalid("Location", "not_a_number")
    return found


def _id(said: Mapping[str, str], name: str, most: int = MOST_ID) -> str:
    found = said.get(name, "").strip()
    if not found or len(found) > most or not found.isprintable() or not found.isascii():
        raise Invalid(name, "malformed")
    return found


def _own_id(said: Mapping[str, str]) -> str:
    """WeCom gives events no MsgId: sender, moment and what happened tell them apart (document 90238)."""
    if said.get("MsgId"):
        return _id(said, "MsgId")
    told = "\n".join(
        said.get(name, "") for name in ("FromUserName", "CreateTime", "MsgType", "Event", "EventKey")
    )
    return hashlib.sha256(told.encode()).hexdigest()


def _number(text: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise Invalid(name, "malformed")
    return int(text)


def _words(said: Mapping[str, str], name: str, most: int) -> str:
    try:
        return clean(said.get(name, "").strip(), most)
    except BadText as bad:
        raise Invalid(name, bad.code, **bad.details) from bad
