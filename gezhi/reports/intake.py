"""What one voice brings, cleaned and judged before anything is written, and the digest that recognises it when it comes again."""

import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from gezhi.journal.chain import canonical
from gezhi.kernel.geo import BadPoint, point
from gezhi.kernel.ids import digest
from gezhi.kernel.refusal import Invalid, Missing
from gezhi.kernel.text import BadText, clean, phone_key
from gezhi.reports.kinds import Channel

MOST_PHOTOS = 9
TEXT_LIMIT = 5000  # graphemes
IMPORT_LIMIT = 20_000  # graphemes; what another board let people write is kept whole
FROM_ELSEWHERE = frozenset({"import", "order"})  # kept whole, as other people wrote it
REASON_LIMIT = 200  # graphemes

_CHANNELS = frozenset(Channel.values)
OURS = "ours"  # maker of the keys that this product makes itself
_KEY = re.compile(r"[\x21-\x7e]{16,255}")


@dataclass(frozen=True, slots=True)
class Intake:
    """One report as it came in at a door.

    lead: so many code points of the text the door put before what was typed ("位置：…"); they are no part of its limit.
    place, place_path: the place's id and its path, both or neither. lon, lat: WGS-84 degrees, both or neither.
    contact: a phone number as typed. evidence: ids of kept pictures, at most nine; pictures: their SHA-256, so that the same
    form sent twice with the same files is recognised although the files were kept twice (without them the ids stand in).
    voice: id of a kept recording, with its SHA-256 in voice_digest. key: the sender's idempotency key; maker: which door it came through
    and who made it, in this product's own words: keys of two makers never meet ("" = whoever comes by this channel).
    source, external_number: the number it has in somebody else's book. fixture: the lift, lamp or hydrant that it is about, at the place or above it.
    """

    channel: str
    text: str = ""
    place: UUID | None = None
    place_path: str = ""
    lon: float | None = None
    lat: float | None = None
    category: UUID | None = None
    contact: str = ""
    may_call: bool = False
    evidence: tuple[UUID, ...] = ()
    pictures: tuple[str, ...] = ()
    voice: UUID | None = None
    voice_digest: str = ""
    said_at: datetime | None = None
    key: str | None = None
    maker: str = ""
    source: str = ""
    external_number: str = ""
    lead: int = 0
    fixture: UUID | None = None


def judged(intake: Intake) -> Intake:
    """The same report with clean text, one spelling of the phone number, and a point that is one or none.

    Raises Invalid on channel, text, contact, point, evidence, key or said_at; Missing("text_or_photo") when it says nothing.
    """
    if intake.channel not in _CHANNELS:
        raise Invalid("channel", "unknown")
    if intake.said_at is not None and intake.said_at.tzinfo is None:
        raise ValueError("a report was said at an aware time")
    _judge_key(intake.key)
    lon, lat = _located(intake.lon, intake.lat)
    judge_photos(intake.evidence)
    lead = words(intake.text[: intake.lead], "text")
    limit = IMPORT_LIMIT if intake.channel in FROM_ELSEWHERE else TEXT_LIMIT
    text = lead + words(intake.text[intake.lead :], "text", limit)
    if not text and not intake.evidence and not intake.voice:
        raise Missing(["text_or_photo"])
    contact = phone(intake.contact)
    may_call = intake.may_call and bool(contact)
    clean_one = (text, lon, lat, contact, may_call)
    if clean_one == (intake.text, intake.lon, intake.lat, intake.contact, intake.may_call):
        return intake
    return replace(intake, text=text, lead=len(lead), lon=lon, lat=lat, contact=contact, may_call=may_call)


def words(text: str, field: str, limit: int = TEXT_LIMIT) -> str:
    """Text as it may be stored: kept as said, "" when it is white space only. Raises Invalid(field, why)."""
    try:
        return clean(text, limit) if text.strip() else ""
    except BadText as bad:
        raise Invalid(field, bad.code, **bad.details) from bad


def phone(text: str) -> str:
    """The one spelling of a phone number, "" when none was given. Raises Invalid("contact", "not_a_phone")."""
    if not text.strip():
        return ""
    key = phone_key(text)
    if key is None:
        raise Invalid("contact", "not_a_phone")
    return key


def judge_photos(evidence: tuple[UUID, ...]) -> None:
    """At most nine pictures, none named twice. Raises Invalid("evidence", why)."""
    if len(evidence) > MOST_PHOTOS:
        raise Invalid("evidence", "too_many", limit=MOST_PHOTOS)
    if len(set(evidence)) != len(evidence):
        raise Invalid("evidence", "named_twice")


def _judge_key(key: str | None) -> None:
    if key is not None and not _KEY.fullmatch(key):
        raise Invalid("key", "malformed")


def _located(lon: float | None, lat: float | None) -> tuple[float | None, float | None]:
    """The point; none for 0, 0, which a device says that does not know where it is: nobody's voice is lost for that."""
    if lon is None and lat is None:
        return None, None
    if lon is None or lat is None:
        raise Invalid("point", "half")
    try:
        point(lon, lat)
    except BadPoint as bad:
        if bad.code == "null_island":
            return None, None
        raise Invalid("point", "out_of_range", why=bad.code) from bad
    return lon, lat


def key_digest(intake: Intake) -> str:
    """What is stored of the idempotency key; "" without one. Of its maker, too: what a stranger sends is never a key of ours.

    No key has a line break in it, so that none can say another maker's name.
    """
    return digest(f"{intake.maker or intake.channel}\n{intake.key}") if intake.key else ""


def old_key_digest(intake: Intake) -> str:
    """What was stored of it before its maker was part of it. Rows written then are known by it only when they say the same."""
    return digest(intake.key) if intake.key else ""


def body_digest(office_key: bytes, intake: Intake) -> str:
    """Keyed digest (hex) of everything a judged report says; "" without an idempotency key, for nobody will ask.

    When it was said is no part of it: a phone that sends again counts the time anew.

    Keyed, so that a phone number cannot be guessed back from a copied database.
    """
    if not intake.key:
        return ""
    said = [
        intake.key,
        intake.text,
        intake.channel,
        intake.place,
        intake.lon,
        intake.lat,
        intake.category,
        intake.contact,
        intake.may_call,
        sorted(intake.pictures or map(str, intake.evidence)),
        None,  # where said_at stood, so that older digests hold
        intake.source,
        intake.external_number,
        *([intake.voice_digest or str(intake.voice)] if intake.voice else []),
        *(
            ["fixture", intake.fixture] if intake.fixture else []
        ),  # what came before fixtures keeps its digest
    ]
    return hmac.new(office_key, canonical(said), hashlib.sha256).hexdigest()


def text_digest(office_key: bytes, report_id: UUID, text: str) -> str:
    """Keyed digest (hex) of a report's text for the journal: proves what was said without saying it (I14)."""
    return hmac.digest(office_key, canonical([report_id, text]), "sha256").hex()
