"""What a form that has not been sent through yet carries along in hidden fields: the id and digest of a file, signed for this very form and day."""

from typing import NamedTuple
from uuid import UUID

from django.core import signing

HOURS = 24  # as long as unclaimed files are kept


class Carried(NamedTuple):
    """A file that was kept at an earlier POST of the form."""

    id: UUID
    sha256: str


def sealed(kind: str, key: str, id: UUID, sha256: str) -> str:
    """The value of a hidden field. kind: photos, voice; key: of the form."""
    return _signer(kind, key).sign(f"{id}.{sha256}")


def opened(kind: str, key: str, token: str) -> Carried | None:
    """What is in it; None when the signature is not ours, or of another form, kind or day."""
    try:
        id, sha256 = _signer(kind, key).unsign(token, max_age=HOURS * 3600).split(".")
    except signing.BadSignature:
        return None
    return Carried(UUID(id), sha256)


def stamped(kind: str, key: str) -> str:
    """The value of a hidden field that says only: this form was here."""
    return _signer(kind, key).sign("")


def is_stamped(kind: str, key: str, token: str) -> bool:
    """Whether it is ours, of this form and day."""
    try:
        return _signer(kind, key).unsign(token, max_age=HOURS * 3600) == ""
    except signing.BadSignature:
        return False


def _signer(kind: str, key: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"kept-{kind}:{key}")
