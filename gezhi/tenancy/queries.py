"""Which jurisdiction a door belongs to."""

from collections.abc import Sequence
from functools import lru_cache
from math import inf
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from gezhi.tenancy.models import Jurisdiction


class JurisdictionRow(NamedTuple):
    """A jurisdiction as values."""

    id: UUID
    code: str
    name: str
    time_zone: str
    demonstration: bool


# So long a host may still be answered by the only office when a second one was founded elsewhere.
STALE_SECONDS = 1.0
_NOTHING: tuple[float, Sequence[tuple[str, JurisdictionRow]]] = (-inf, ())
_remembered = _NOTHING


def all_jurisdictions() -> list[JurisdictionRow]:
    """Every jurisdiction kept here, by code."""
    return [_row(one) for one in Jurisdiction.objects.order_by("code")]


def jurisdiction(id: UUID) -> JurisdictionRow:
    """One jurisdiction, remembered for the life of the process: neither code nor name is edited while serving."""
    return _by_id(id)


@lru_cache(maxsize=512)
def _by_id(id: UUID) -> JurisdictionRow:
    return _row(Jurisdiction.objects.get(id=id))


def of_host(host: str) -> JurisdictionRow | None:
    """The jurisdiction configured for this host name (port ignored), or the only one there is; None otherwise.

    Offices are read anew after STALE_SECONDS, and at once for a host that is nobody's: another process may have founded one. 1 query then.
    """
    name = host.rsplit(":", 1)[0].lower()
    return _among(_offices(), name) or _among(_offices(anew=True), name)


def _among(offices: Sequence[tuple[str, JurisdictionRow]], name: str) -> JurisdictionRow | None:
    """Of a name, or of none where there is but one."""
    named = next((one for host, one in offices if host and host == name), None)
    return offices[0][1] if named is None and len(offices) == 1 else named


def _offices(*, anew: bool = False) -> Sequence[tuple[str, JurisdictionRow]]:
    """(host name, office) of all, in no order."""
    global _remembered
    read_at, offices = _remembered
    if anew or monotonic() - read_at > STALE_SECONDS:
        offices = tuple((one.host.lower(), _row(one)) for one in Jurisdiction.objects.all()[:1000])
        _remembered = (monotonic(), offices)
    return offices


def forget() -> None:
    """Drop what was remembered (after founding an office, and between tests)."""
    global _remembered
    _remembered = _NOTHING
    _by_id.cache_clear()


def _row(one: Jurisdiction) -> JurisdictionRow:
    return JurisdictionRow(one.id, one.code, one.name, one.time_zone, one.demonstration)
