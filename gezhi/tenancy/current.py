"""Which jurisdiction's rows this thread of work may touch. Unset raises: no lookup without a jurisdiction."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_current: ContextVar[UUID | None] = ContextVar("gezhi_jurisdiction", default=None)
_city_scope: ContextVar[str] = ContextVar("gezhi_city_scope", default="")


class NoJurisdiction(RuntimeError):
    """Tenant rows were asked for while no jurisdiction was set. A bug in the caller, never a visitor's fault."""


def current() -> UUID:
    """The id of the jurisdiction in force. Raises NoJurisdiction when none is."""
    found = _current.get()
    if found is None:
        raise NoJurisdiction("no jurisdiction is set: wrap the work in tenancy.current.scope(id)")
    return found


def current_or_none() -> UUID | None:
    """The id in force, or None."""
    return _current.get()


@contextmanager
def scope(jurisdiction_id: UUID) -> Iterator[None]:
    """Work on the rows of one jurisdiction."""
    token = _current.set(jurisdiction_id)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def city_scope(reason: str) -> Iterator[None]:
    """Work across jurisdictions, for a written reason (a check over all, a migration). Rows are not filtered."""
    if not reason:
        raise ValueError("city_scope needs a reason")
    token = _city_scope.set(reason)
    try:
        yield
    finally:
        _city_scope.reset(token)


def in_city_scope() -> bool:
    """Whether a city_scope is open."""
    return bool(_city_scope.get())
