"""How long the database may keep somebody waiting: who stands before a form gets an answer sooner than the clockwork."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_seconds: ContextVar[float | None] = ContextVar("seconds a transaction waits for its turn", default=None)


def patience() -> float | None:
    """Seconds that whoever asks the database here and now can wait; None = as long as the engine's own settings say."""
    return _seconds.get()


@contextmanager
def waiting_at_most(seconds: float) -> Iterator[None]:
    """Within, no transaction waits longer to begin (SQLite has one queue for all writers), and no line to a server is kept that has
    been silent for some patiences (PostgreSQL)."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)
