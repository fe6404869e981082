"""Which jurisdiction a door belongs to."""

from functools import lru_cache
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
    """The jurisdiction configured for this host name (port ignored), or the only one there is; None otherwise."""
    found = _of_host(host.rsplit(":", 1)[0].lower())
    if found is None:
        _of_host.cache_clear()  # an office that is founded while the server runs is seen at once
    return found


@lru_cache(maxsize=512)
def _of_host(host: str) -> JurisdictionRow | None:
    rows = list(Jurisdiction.objects.all()[:1000])
    named = [one for one in rows if one.host and one.host.lower() == host]
    chosen = named[:1] or (rows if len(rows) == 1 else [])
    return _row(chosen[0]) if chosen else None


def forget() -> None:
    """Drop what was remembered (after founding an office, and between tests)."""
    _of_host.cache_clear()
    _by_id.cache_clear()


def _row(one: Jurisdiction) -> JurisdictionRow:
    return JurisdictionRow(one.id, one.code, one.name, one.time_zone, one.demonstration)
