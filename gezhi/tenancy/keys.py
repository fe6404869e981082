"""The office's key: made at install, kept outside the database, never shipped. Everything secret is derived from it by purpose."""

import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32


def make_key_file(path: Path) -> None:
    """Create the install key (32 random bytes as hex, readable by the owner only); an existing one is left alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_key_file(path: Path) -> bytes:
    """The install key's bytes. Raises ImproperlyConfigured naming the file when it is missing or too short."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as problem:
        raise ImproperlyConfigured(
            f"GEZHI_DATA: the office's key cannot be read from {path}: {problem}"
        ) from problem
    if len(key) < KEY_BYTES or len(set(key)) < 8:
        raise ImproperlyConfigured(f"GEZHI_DATA: the office's key in {path} is too short or not random")
    return key


@lru_cache(maxsize=64)
def derived(purpose: str) -> bytes:
    """A 32-byte key for one purpose ("journal", "contact", "tracking", …)."""
    return hmac.digest(read_key_file(Path(settings.GEZHI_KEY_FILE)), purpose.encode(), hashlib.sha256)
