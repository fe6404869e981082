"""A secret of somebody else's that we must be able to say again (a key, a password): AES-256-GCM under the office's key, bound to its row."""

import secrets
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gezhi.tenancy.keys import derived

NONCE_BYTES = 12


def seal(purpose: str, row: UUID, text: str) -> bytes:
    """Nonce and ciphertext. purpose: which derived key; one ciphertext opens for its row and purpose alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(derived(purpose)).encrypt(nonce, text.encode(), row.bytes)


def unseal(purpose: str, row: UUID, sealed: bytes) -> str:
    """The text again. Raises cryptography's InvalidTag when it was altered or belongs elsewhere."""
    return AESGCM(derived(purpose)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.bytes).decode()
