"""A receiver's signing secret: made once, shown once, kept sealed under the office's key."""

import base64
import secrets
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gezhi.tenancy.keys import derived

PREFIX = "whsec_"
SECRET_BYTES = 32
NONCE_BYTES = 12


def fresh() -> str:
    """A new secret as receivers' libraries take it: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def seal(receiver: UUID, secret: str) -> bytes:
    """Nonce and AES-256-GCM ciphertext, bound to the receiver."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(derived("webhook")).encrypt(nonce, secret.encode(), receiver.bytes)


def unseal(receiver: UUID, sealed: bytes) -> str:
    """The secret again. Raises cryptography's InvalidTag when it was altered or belongs to another receiver."""
    plain = AESGCM(derived("webhook")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], receiver.bytes)
    return plain.decode()
