"""The id clock: the one place below `web`, `channels` and the worker that reads the time, to make ids."""

import secrets
import threading
import time
from uuid import UUID

from gezhi.kernel.ids import uuid7

_lock = threading.Lock()
_last = (0, 0)


def new_id() -> UUID:
    """A fresh UUIDv7, growing within this process even when the wall clock jumps back or stands still."""
    global _last
    with _lock:
        now = time.time_ns() // 1_000_000
        then, chance = _last
        if now > then:
            _last = (now, secrets.randbits(73))
        else:
            _last = (then, chance + 1 + secrets.randbits(32))
        return uuid7(*_last)
