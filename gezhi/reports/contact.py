"""A reporter's phone number at rest: sealed under a key of its own, which the office's key wraps.

Dropping the wrapped key erases the number, whatever copies of the ciphertext are left in backups of the row.
"""

import hmac
import secrets
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gezhi.kernel.text import phone_tail
from gezhi.tenancy.keys import derived

NONCE_BYTES = 12
TAIL_DIGITS = 4


class Sealed(NamedTuple):
    """number, key: nonce + AES-256-GCM ciphertext, bound to the report's id. tail: keyed digest of the last four digits."""

    number: bytes
    key: bytes
    tail: str


def seal(report_id: UUID, number: str) -> Sealed:
    """A phone number (one spelling, see kernel.text.phone_key) sealed for one report."""
    own = AESGCM.generate_key(bit_length=256)
    return Sealed(
        _shut(own, number.encode(), report_id),
        _shut(derived("contact"), own, report_id),
        tail_digest(report_id, phone_tail(number)),
    )


def unseal(report_id: UUID, number: bytes, key: bytes) -> str:
    """The number again. Raises cryptography's InvalidTag when any of the three was altered or belongs to another report."""
    own = _opened(derived("contact"), key, report_id)
    return _opened(own, number, report_id).decode()


def tail_digest(report_id: UUID, tail: str) -> str:
    """Keyed digest of the last four digits, of no use for comparing one report with another."""
    return hmac.digest(derived("contact-tail"), report_id.bytes + tail.encode(), "sha256").hex()


def _shut(key: bytes, plain: bytes, report_id: UUID) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, report_id.bytes)


def _opened(key: bytes, sealed: bytes, report_id: UUID) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], report_id.bytes)
