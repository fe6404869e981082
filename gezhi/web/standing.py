"""What is counted once for somebody and holds while nothing happens in the office; where counting takes long, for as much longer as it took."""

import time
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from gezhi.journal import queries as journal

# so long it holds while the journal does not grow: deadlines pass without a deed
STILL = timedelta(seconds=5)
KEPT_TIMES = 20  # counting takes at most a twentieth of the time
LONGEST = timedelta(seconds=30)
MOST_KEPT = 500

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Kept(NamedTuple, Generic[Value]):
    """until: for whatever was done since; still_until: for as long as nothing was."""

    at: datetime
    until: datetime
    still_until: datetime
    length: int
    value: Value


class Standing(Generic[Key, Value]):
    """quick: seconds below which it is worked out anew after every deed in the office."""

    def __init__(self, quick: float = 0.0) -> None:
        self._quick = quick
        self._known: dict[Key, _Kept[Value]] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, key: Key, at: datetime, work: Callable[[], Value]) -> Value:
        """As the journal stands and 5 seconds old, or as much older as working it out takes; where that is long, at most half a minute.
        1 query and those of `work`, or none.
        """
        known = self._known.get(key)
        if known is not None and known.at <= at < known.until:
            return known.value
        length = journal.length()
        if known is not None and known.at <= at and known.length == length:
            if at < known.still_until:
                return known.value
            self._known[key] = known._replace(still_until=at + STILL)  # one counts anew, others need not, too
        began = time.perf_counter()
        value = work()
        cost = time.perf_counter() - began
        if len(self._known) >= MOST_KEPT:
            self._known.clear()
        slow = min(timedelta(seconds=cost * KEPT_TIMES), LONGEST) if cost > self._quick else timedelta()
        self._known[key] = _Kept(at, at + slow, at + max(STILL, slow), length, value)
        return value

    def clear(self) -> None:
        self._known.clear()
