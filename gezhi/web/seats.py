"""Seats for those whose body is on its way: so many in one process, and so many of them for one address.

Whoever opens connections and sends nothing would otherwise hold every thread of the server. Bodies that come as fast as a line
carries them free their seat in milliseconds; a proxy that reads bodies first (docs/running.md) lets nobody slow through at all.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gezhi.web import limits

MOST = 48  # of the server's 68 threads: the others stay free for whoever reads
MOST_OF_ONE = 24  # of one address: many phones share one behind a mobile operator
WAIT_SECONDS = 1.0  # for a seat: a crowd that is quick gets through


class Seats:
    """Who sits where. Safe between threads."""

    def __init__(self) -> None:
        self._by_address: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, environ: Mapping[str, Any]) -> Iterator[bool]:
        """A seat for as long as the block lasts; False when none got free in time."""
        who = limits.address(environ)
        with self._changed:
            has_seat = self._changed.wait_for(lambda: self._is_free_for(who), WAIT_SECONDS)
            self._by_address[who] += has_seat
        try:
            yield has_seat
        finally:
            with self._changed:
                self._by_address[who] -= has_seat
                self._by_address += Counter()  # forgets addresses that left
                self._changed.notify_all()

    def are_filling(self) -> bool:
        """Whether half of them are taken: then nobody who trickles is waited for as long as usual."""
        with self._changed:
            return self._by_address.total() >= MOST // 2

    def _is_free_for(self, who: str) -> bool:
        return self._by_address.total() < MOST and self._by_address[who] < MOST_OF_ONE
