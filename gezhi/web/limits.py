"""How often one address may do one thing. Counted in a small file that all server processes of a machine share.

No broker, no row and no address is stored: a keyed digest of "what, who" chooses two slots of the file, each holds the window's
number and a count, and the lower count is believed, so a chance neighbour in one slot does no harm.
"""

import fcntl
import hashlib
import hmac
import ipaddress
import os
import struct
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from gezhi.kernel.refusal import Refusal
from gezhi.tenancy.keys import derived

REPORTS_PER_HOUR = 60  # of one address: many people share one behind a mobile operator
SLOTS = 1 << 17
NOBODYS = "::"  # still an address: who counts by it may keep it where the database takes addresses only
_SLOT = struct.Struct("<II")  # number of the window, count in it


class TooOften(Refusal):
    """Asked for more often than the office allows. Web: 429 with Retry-After. `.seconds` = when it may be tried again."""

    code = "too_often"

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds=seconds)


def count(what: str, who: str, *, most: int, minutes: int, at: datetime) -> None:
    """Count one deed; raises TooOften above `most` in the running window. Nothing is counted with GEZHI_LIMITS=off."""
    if not settings.GEZHI_LIMITS:
        return
    window, passed = divmod(int(at.timestamp()), minutes * 60)
    if _add_one(_places(what, who), window & 0xFFFFFFFF) > most:
        raise TooOften(minutes * 60 - passed)


def refuse_after(what: str, who: str, *, most: int, minutes: int, at: datetime) -> None:
    """Raise TooOften when `most` were counted already in the running window; counts nothing itself.

    For what counts only when it fails: asked before the deed, and `count` is called after a failure.
    """
    if not settings.GEZHI_LIMITS:
        return
    window, passed = divmod(int(at.timestamp()), minutes * 60)
    if _so_far(_places(what, who), window & 0xFFFFFFFF) >= most:
        raise TooOften(minutes * 60 - passed)


def address(asked: HttpRequest | Mapping[str, Any]) -> str:
    """The sender's address, `::` when there is none; an IPv6 household (/64) counts as one, by its first address.

    Behind our own proxy: the last one it wrote down.
    """
    found = asked.META if isinstance(asked, HttpRequest) else asked
    said = found.get("REMOTE_ADDR", "")
    if settings.GEZHI_HTTPS:  # only then is a proxy in front that appends to this header
        said = found.get("HTTP_X_FORWARDED_FOR", said).rsplit(",", 1)[-1].strip()
    try:
        parsed = ipaddress.ip_address(said)
    except ValueError:
        return NOBODYS
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _places(what: str, who: str) -> tuple[int, int]:
    mark = hmac.digest(derived("limits"), f"{what}\0{who}".encode(), hashlib.sha256)
    first, second = struct.unpack("<II", mark[:8])
    return first % SLOTS, second % SLOTS


def _add_one(places: tuple[int, int], window: int) -> int:
    file = os.open(_counters(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        return min(_raise(file, place * _SLOT.size, window) for place in places)
    finally:
        os.close(file)  # frees the lock


def _so_far(places: tuple[int, int], window: int) -> int:
    file = os.open(_counters(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        return min(_read(file, place * _SLOT.size, window) for place in places)
    finally:
        os.close(file)


def _read(file: int, offset: int, window: int) -> int:
    then, counted = _SLOT.unpack(os.pread(file, _SLOT.size, offset).ljust(_SLOT.size, b"\0"))
    return int(counted) if then == window else 0


def _raise(file: int, offset: int, window: int) -> int:
    counted = min(_read(file, offset, window) + 1, 0xFFFFFFFF)
    os.pwrite(file, _SLOT.pack(window, counted), offset)
    return counted


def _counters() -> Path:
    return Path(settings.GEZHI_DATA) / "limits.counters"
