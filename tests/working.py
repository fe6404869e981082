"""The worker as a test needs it: one round of everything at a moment that the test names, or going round until something is so."""

import threading
import time
from collections.abc import Callable
from datetime import datetime

from gezhi.config import worker

MOST_SECONDS = 20.0


def tick(at: datetime, *, tidy: bool = False) -> int:
    """The books, then a handful of errands, for the jurisdiction in force. Returns how much was done."""
    done = worker.keep_books(at) + worker.do_errands(at)
    if tidy:
        worker.tidy_up(at)
    return done


def work_until(is_so: Callable[[], bool]) -> bool:
    """Run both threads of a worker until it is so; False when it never was."""
    stop, give_up = threading.Event(), time.monotonic() + MOST_SECONDS
    working = threading.Thread(target=lambda: worker.run(stop=stop))
    working.start()
    try:
        while not (found := is_so()) and time.monotonic() < give_up:
            time.sleep(0.05)
    finally:
        stop.set()
        working.join(MOST_SECONDS)
    return found
