"""A voice of a minute: kept sealed in the database, heard by the desk only, gone with its reporter or after a day that nobody claimed it.

It names its speaker as surely as a name does: sealed under a key of its own, which the office's key wraps. Both go when it is erased; a backup
made before still holds them, and opens with the office's key alone. No file lies beside the database, so there is nothing to sync and nothing to sweep.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from gezhi.evidence.actions import UNCLAIMED_HOURS, Upload
from gezhi.evidence.models import Voice
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.keys import derived
from gezhi.tenancy.prepared import Prepared

MOST_BYTES = 2_000_000
MOST_SECONDS = 60
LEAST_BYTES = 200  # shorter ones are a head without a sound
NONCE = 12
_MP4 = (
    b"M4A ",
    b"M4B ",
    b"isom",
    b"iso2",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"3gp4",
    b"3gp5",
    b"3gp6",
    b"dash",
)


@dataclass(frozen=True, slots=True)
class KeptVoice:
    """A voice that is safe, not yet claimed. sha256: recognises the same recording sent again."""

    id: UUID
    sha256: str


@dataclass(frozen=True, slots=True)
class RefusedVoice:
    """One that was not taken. code: empty, too_large, not_audio, too_long."""

    code: str


class VoiceRow(NamedTuple):
    """A voice as values, without its sound."""

    id: UUID
    report_id: UUID | None
    media_type: str
    bytes: int
    seconds: int | None


def kind_of(head: bytes) -> str:
    """The media type of what these first bytes begin; "" for everything that we do not take."""
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "audio/webm"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    if head[4:8] == b"ftyp" and head[8:12] in _MP4:
        return "audio/mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head.startswith((b"#!AMR\n", b"#!AMR-WB\n")):
        return "audio/amr"
    if head.startswith((b"\xff\xf1", b"\xff\xf9")):
        return "audio/aac"
    is_frame = len(head) > 2 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0
    return "audio/mpeg" if head.startswith(b"ID3") or is_frame else ""


def seconds_of(media_type: str, data: bytes) -> float | None:
    """How long it lasts, where its head says so: WAV and AMR. None for the others, which the bytes bound."""
    if media_type == "audio/wav" and len(data) >= 32:
        rate = int.from_bytes(data[28:32], "little")
        return len(data) / rate if rate else None
    if media_type == "audio/amr":
        return len(data) / 600  # a frame of 20 ms has at least 12 bytes
    return None


def keep(upload: Upload, *, told_seconds: int | None = None, at: datetime) -> KeptVoice | RefusedVoice:
    """Take a voice that is one. 1 INSERT, committed before it is answered. told_seconds: what the recorder says where the head does not."""
    data = upload.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        return RefusedVoice("too_large")
    media_type = kind_of(data[:16])
    if not media_type:
        return RefusedVoice("not_audio" if data else "empty")
    if len(data) < LEAST_BYTES:
        return RefusedVoice("empty")
    lasts = seconds_of(media_type, data)
    if lasts is not None and lasts > 2 * MOST_SECONDS:
        return RefusedVoice("too_long")
    id, own = new_id(), AESGCM.generate_key(bit_length=256)
    row = Voice(
        id=id,
        sha256=hashlib.sha256(data).hexdigest(),
        media_type=media_type,
        bytes=len(data),
        seconds=_length(lasts, told_seconds),
        data=_shut(own, data, id),
        key=_shut(derived("voice"), own, id),
        made_at=at,
    )
    with transaction.atomic(durable=True):
        Voice.objects.bulk_create([row])
    return KeptVoice(id, row.sha256)


def _length(lasts: float | None, told: int | None) -> int | None:
    if lasts is not None:
        return max(1, round(lasts))
    return told if told is not None and 1 <= told <= 2 * MOST_SECONDS else None


def claim(id: UUID, *, report_id: UUID, at: datetime) -> None:
    """Make it part of one report for ever, in the caller's transaction. Raises Invalid("voice", "not_claimable")."""
    free = Voice.objects.filter(id=id, claimed_at=None, purged_at=None)
    if not free.update(claimed_at=at, report_id=report_id):
        raise Invalid("voice", "not_claimable")


def is_claimable(id: UUID) -> bool:
    """Whether it is kept and not claimed yet."""
    return bool(Voice.objects.filter(id=id, claimed_at=None, purged_at=None).exists())


def discard(report_id: UUID, *, at: datetime) -> int:
    """Erase the voice of a report, in the caller's transaction. 1 UPDATE. Returns how many."""
    rows = Voice.objects.filter(report_id=report_id, purged_at=None)
    return int(rows.update(purged_at=at, data=b"", key=b"", sha256=""))


def purge(*, at: datetime) -> int:
    """Drop voices that nobody claimed within a day. Returns how many."""
    late = Voice.objects.filter(
        claimed_at=None, purged_at=None, made_at__lt=at - timedelta(hours=UNCLAIMED_HOURS)
    )
    return int(late.update(purged_at=at, data=b"", key=b"", sha256=""))


def of_each(report_ids: Iterable[UUID]) -> dict[UUID, VoiceRow]:
    """The voices of several reports; reports without one are absent. 1 query."""
    wanted = tuple(report_ids)
    return {row[1]: VoiceRow(*row) for row in _SPOKEN.rows(wanted)} if wanted else {}


_SPOKEN = Prepared(
    lambda ids: Voice.objects.filter(report_id__in=ids, purged_at=None).values_list(*VoiceRow._fields)
)


def row(id: UUID) -> VoiceRow:
    """One that is still there. Raises NotFound."""
    found = Voice.objects.filter(id=id, purged_at=None).values_list(*VoiceRow._fields).first()
    if found is None:
        raise NotFound("voice")
    return VoiceRow(*found)


def sound(id: UUID) -> bytes:
    """Its bytes as they were given. 1 query. Raises NotFound."""
    found = Voice.objects.filter(id=id, purged_at=None).values_list("data", "key").first()
    if found is None:
        raise NotFound("voice")
    own = _opened(derived("voice"), bytes(found[1]), id)
    return _opened(own, bytes(found[0]), id)


def _shut(key: bytes, plain: bytes, id: UUID) -> bytes:
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, id.bytes)


def _opened(key: bytes, sealed: bytes, id: UUID) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], id.bytes)
