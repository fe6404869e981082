"""The files of incoming books: sealed with the office's key, beside the pictures, gone when they are not needed any more."""

import os
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from gezhi.kernel.refusal import NotFound
from gezhi.tenancy.keys import derived

NONCE_BYTES = 12


def keep(id: UUID, data: bytes) -> None:
    """Seal a file under its book's id; it is on the disk when this returns."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    path = _path(id)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    waiting = path.with_suffix(".partial")
    handle = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(nonce + AESGCM(derived("book-file")).encrypt(nonce, data, id.bytes))
        file.flush()
        os.fsync(file.fileno())
    os.rename(waiting, path)


def read(id: UUID) -> bytes:
    """The file as it was uploaded. Raises NotFound("file") when it is gone or was altered."""
    try:
        sealed = _path(id).read_bytes()
        return AESGCM(derived("book-file")).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], id.bytes)
    except (FileNotFoundError, InvalidTag, ValueError):
        raise NotFound("file") from None


def drop(id: UUID) -> None:
    """Let go of it; it may be gone already."""
    _path(id).unlink(missing_ok=True)


def _path(id: UUID) -> Path:
    return Path(settings.GEZHI_DATA) / "books" / f"{id.hex}.sealed"
