"""Identifiers, made by the application: UUIDv7, human case numbers, tracking codes. Pure: time and chance come in."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # 31 signs, none alike when read aloud or handwritten
TRACKING_SIGNS = 27  # 31**27 > 2**133: at least 128 bits
_AT_ONCE = 9
_PART = len(ALPHABET) ** _AT_ONCE
CASE_NUMBER = re.compile(r"^(\d{6})-(\d{4})-(\d{7,})$")


def uuid7(milliseconds: int, chance: int) -> UUID:
    """A version-7 UUID (RFC 9562 §5.7). milliseconds: Unix time; chance: 74 random bits (ordered within 1 ms if they grow)."""
    if not 0 <= milliseconds < 1 << 48 or not 0 <= chance < 1 << 74:
        raise ValueError("uuid7 takes 48 bits of time and 74 bits of chance")
    high, low = chance >> 62, chance & ((1 << 62) - 1)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def made_at(id: UUID) -> datetime:
    """When a version-7 UUID was made: the clock of whoever wrote the row, whatever moment the row itself states."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=id.int >> 80)


def case_number(jurisdiction_code: str, year: int, running: int) -> str:
    """`371072-2026-0000001`: code of the jurisdiction, year of receipt, running number (gaps allowed)."""
    return f"{jurisdiction_code}-{year:04d}-{running:07d}"


def tracking_code(key: bytes, jurisdiction_code: str, report_id: UUID) -> str:
    """The code a reporter keeps: the jurisdiction's code and 27 signs (≥ 128 bits), the same for ever for one report.

    Derived with the office's key, so the database holds only a digest of it and a copied database reveals no code.
    """
    value = int.from_bytes(hmac.digest(key, b"tracking:" + report_id.bytes, hashlib.sha256), "big")
    signs = []
    for _ in range(TRACKING_SIGNS // _AT_ONCE):
        value, part = divmod(value, _PART)  # long numbers are slow to divide
        for _ in range(_AT_ONCE):
            part, rest = divmod(part, len(ALPHABET))
            signs.append(ALPHABET[rest])
    return f"{jurisdiction_code}-{''.join(signs)}"


def digest(text: str) -> str:
    """SHA-256 of a code or key, as hex, for looking it up without storing it."""
    return hashlib.sha256(text.encode()).hexdigest()
