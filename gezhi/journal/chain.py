"""What is signed, and how: canonical bytes, the HMAC of a row over itself and the one before, the digest of a seal. Pure."""

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring
from typing import Any, NamedTuple
from uuid import UUID

START = "0" * 64  # stands before a subject's first row and before a jurisdiction's first seal


class Signed(NamedTuple):
    """The columns of one journal row that its signature covers, in this order."""

    id: UUID
    jurisdiction: UUID
    subject_kind: str
    subject_id: UUID
    seq: int
    event: str
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    words: Mapping[str, str]


def canonical(value: object) -> bytes:
    """One spelling for one value: JSON with sorted keys; UUIDs as text, moments as UTC with microseconds."""
    return _SPELLING.encode(value).encode()


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"a journal row cannot hold {type(value).__name__}")


_SPELLING = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def mac(key: bytes, row: Signed, previous: str) -> str:
    """HMAC-SHA-256 (hex) of a row over itself and the signature of the row before it of the same subject."""
    return hmac.digest(key, canonical([previous, *row]), "sha256").hex()


class Firsts:
    """As `mac`, for the first rows of many subjects at one moment, by one actor, without words and changing nothing that was before."""

    def __init__(
        self, key: bytes, jurisdiction: UUID, at: datetime, actor_kind: str, actor: UUID | None
    ) -> None:
        self._bare = hmac.new(key, digestmod="sha256")  # copied for each row: the key is made ready once
        self._office = canonical([jurisdiction])[1:-1].decode()
        self._by = canonical([at, actor_kind, actor, {}])[1:-1].decode()

    def mac(self, id: UUID, kind: str, subject: UUID, event: str, after: str) -> str:
        """after: spelled already (canonical, as text)."""
        who, what = encode_basestring(kind), encode_basestring(event)
        said = f'["{START}","{id}",{self._office},{who},"{subject}",1,{what},{self._by},{after},{{}}]'
        digest = self._bare.copy()
        digest.update(said.encode())
        return digest.hexdigest()


def words_digest(key: bytes, entry_id: UUID, name: str, text: str) -> str:
    """Keyed digest of words that stay outside the chain, so that they can be erased without breaking it (I14)."""
    return hmac.digest(key, canonical([entry_id, name, text]), "sha256").hex()


def seal_digest(key: bytes, previous: str, number: int, first: int, macs: Sequence[str]) -> str:
    """Digest (hex) of one seal: over the seal before, its number, its first position and the rows' signatures in order."""
    return hmac.digest(key, canonical([previous, number, first, list(macs)]), "sha256").hex()
