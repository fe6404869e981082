"""How often one address may do one thing. Counted in small files that all server processes of a machine share.

No broker, no row and no address is stored: a keyed digest of "what, who" chooses a row of eight slots and a mark; a slot holds
mark, window and count, and one lock is held while a count is raised. So never more than allowed are let through, whoever asks at the
same time. When a row is full, the newcomer takes the smallest count over as its own (Metwally et al. 2005, "Space-Saving"): a storm from
a million addresses may make somebody's count too high by what its quietest neighbour did, never too low. Each length of window has a
file of its own, for only counts that end together can stand in for one another.
"""

import fcntl
import hashlib
import hmac
import ipaddress
import os
import re
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
ROWS = 1 << 15
IN_A_ROW = 8
NOBODYS = "::"  # still an address: who counts by it may keep it where the database takes addresses only
_SLOT = struct.Struct("<QII")  # mark of "what, who", number of the window, count in it
# As some proxies write an address down.
_PORT = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


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
    if _counted(what, who, minutes, window, add=1) > most:
        raise TooOften(minutes * 60 - passed)


def refuse_after(what: str, who: str, *, most: int, minutes: int, at: datetime) -> None:
    """Raise TooOften when `most` were counted already in the running window; counts nothing itself.

    For what counts only when it fails: asked before the deed, and `count` is called after a failure.
    """
    if not settings.GEZHI_LIMITS:
        return
    window, passed = divmod(int(at.timestamp()), minutes * 60)
    if _counted(what, who, minutes, window, add=0) >= most:
        raise TooOften(minutes * 60 - passed)


def address(asked: HttpRequest | Mapping[str, Any]) -> str:
    """The sender's address, `::` when there is none; an IPv6 household (/64) counts as one, by its first address.

    Behind our own proxy: the last one it wrote down.
    """
    found = asked.META if isinstance(asked, HttpRequest) else asked
    said = found.get("REMOTE_ADDR", "")
    if settings.GEZHI_HTTPS:  # only then is a proxy in front that appends to this header
        said = found.get("HTTP_X_FORWARDED_FOR", said).rsplit(",", 1)[-1].strip()
    if with_port := _PORT.fullmatch(said):
        said = with_port[1] or with_port[2]
    try:
        parsed = ipaddress.ip_address(said.partition("%")[0])
    except ValueError:
        return NOBODYS
    if isinstance(parsed, ipaddress.IPv6Address):
        # all of IPv4 lies in one /64 of IPv6: whoever listens on both sees it like that
        own = parsed.ipv4_mapped
        return str(own or ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _counted(what: str, who: str, minutes: int, window: int, *, add: int) -> int:
    """The count after `add` more. One reader or writer at a time on this machine."""
    digest = hmac.digest(derived("limits"), f"{what}\0{who}".encode(), hashlib.sha256)
    row, mark = struct.unpack("<IQ", digest[:12])
    begin, long = row % ROWS * IN_A_ROW * _SLOT.size, IN_A_ROW * _SLOT.size
    file = os.open(_counters(minutes), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        slots = _read(os.pread(file, long, begin).ljust(long, b"\0"), window & 0xFFFFFFFF)
        at = _slot_of(mark, slots)
        counted = min((slots[at][1] if slots[at][0] == mark or _is_full(slots) else 0) + add, 0xFFFFFFFF)
        if add:
            slot = _SLOT.pack(mark, window & 0xFFFFFFFF, counted)
            os.pwrite(file, slot, begin + at * _SLOT.size)
        return counted
    finally:
        os.close(file)  # frees the lock


def _read(row: bytes, window: int) -> list[tuple[int, int]]:
    """(mark, count) of each slot; (0, 0) where it counted another window."""
    return [(mark, count) if then == window else (0, 0) for mark, then, count in _SLOT.iter_unpack(row)]


def _slot_of(mark: int, slots: list[tuple[int, int]]) -> int:
    """One's own slot, else a free one, else that of the smallest count."""
    marks = [one for one, _ in slots]
    return marks.index(mark) if mark in marks else min(range(len(slots)), key=lambda at: slots[at][1])


def _is_full(slots: list[tuple[int, int]]) -> bool:
    return all(count for _, count in slots)


def _counters(minutes: int) -> Path:
    return Path(settings.GEZHI_DATA) / f"limits-{minutes}.counters"
