"""How long a write may wait for other writers: somebody who stands before a form gets an answer sooner than the clockwork."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seconds: ContextVar[float | None] = ContextVar("seconds a transaction waits for its turn", default=None)


def patience() -> float | None:
    """Seconds that a transaction begun here and now waits at most; None = as long as the engine's own settings say."""
    return _seconds.get()


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Within, no transaction waits longer to begin. Only SQLite has one queue for all writers; PostgreSQL needs nothing."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)
