"""Signed addresses that open one picture without an account for two days."""

import hashlib
import hmac
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from gezhi.tenancy.keys import derived
from gezhi.web.asked import Asked
from gezhi.web.routes import route

LINK_DAYS = 2  # at least; the last day counts whole, so that a picture keeps its address and is cached
SIGNS = 22


def link(evidence_id: UUID, size: int, *, at: datetime, mark: str = "") -> str:
    """An address that opens one picture without an account for two days. Evidence belongs to one report or case for ever.

    mark: of the redaction in force; a picture that was covered has another address, so that no cache shows what it was.
    """
    until = int(at.timestamp()) // 86400 + LINK_DAYS
    return f"{route('photo', evidence_id, size)}?until={until}&s={_signature(evidence_id, until)}{_version(mark, '&')}"


def address(evidence_id: UUID, size: int, *, mark: str = "") -> str:
    """As `link`, for whoever may see the picture anyway: staff, or everybody, once it was looked at."""
    return f"{route('photo', evidence_id, size)}{_version(mark, '?')}"


def open_address(evidence_id: UUID, size: int, *, mark: str = "") -> str:
    """As `address`, for a page that everybody may read: it says neither which row of ours it is nor when the picture came."""
    return address(disguised(evidence_id), size, mark=mark)


def disguised(evidence_id: UUID) -> UUID:
    """Another name of a picture, the same for ever: our ids tell the very moment they were made. One block of AES under a key of its own."""
    there = _cipher().encryptor()
    return UUID(bytes=there.update(evidence_id.bytes) + there.finalize())


def undisguised(name: UUID) -> UUID:
    """The id behind such a name; of anything else an id that nobody has."""
    back = _cipher().decryptor()
    return UUID(bytes=back.update(name.bytes) + back.finalize())


def _cipher() -> Cipher[modes.ECB]:
    return Cipher(algorithms.AES(derived("photo-name")), modes.ECB())  # one block, never two


def _version(mark: str, sign: str) -> str:
    return f"{sign}v={mark[-SIGNS:]}" if mark else ""


def is_signed(request: Asked, evidence_id: UUID) -> bool:
    """Whether the query carries our signature of this picture, and its day has not passed."""
    until, signature = request.GET.get("until", ""), request.GET.get("s", "")
    if not (until.isascii() and until.isdigit() and len(until) < 8):
        return False
    is_ours = hmac.compare_digest(signature.encode(), _signature(evidence_id, int(until)).encode())
    return is_ours and int(request.now.timestamp()) // 86400 <= int(until)


def _signature(evidence_id: UUID, until: int) -> str:
    return hmac.digest(
        derived("photo-link"), evidence_id.bytes + until.to_bytes(8, "big"), hashlib.sha256
    ).hex()[:SIGNS]
