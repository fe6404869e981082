"""What many ask for and is worked out once: kept for some seconds, of a few keys, in each process. The clock is whoever asks."""

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """fresh: how long an answer is good. most: of so many keys; the first beyond them drops all."""

    def __init__(self, fresh: timedelta, most: int) -> None:
        self._fresh, self._most = fresh, most
        self._known: dict[Key, tuple[datetime, Value]] = {}
        self._turn = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, key: Key, at: datetime, work: Callable[[], Value]) -> Value:
        """What is known of a key, or what `work` gives; while one works, the others wait for that. An answer of later than `at` is not known."""
        known = self._known.get(key)
        if known is None or not self._is_fresh(known[0], at):
            with self._turn:
                known = self._known.get(key)
                if known is None or not self._is_fresh(known[0], at):
                    if len(self._known) >= self._most:
                        self._known.clear()
                    known = self._known[key] = at, work()
        return known[1]

    def clear(self) -> None:
        self._known.clear()

    def _is_fresh(self, made: datetime, at: datetime) -> bool:
        return made <= at < made + self._fresh
