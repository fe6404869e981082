"""How far a long command is, on standard error. What takes no second says nothing."""

import sys
import time

EVERY_SECONDS = 1.0
BAR_SIGNS = 20


def bar(done: int, of: int) -> str:
    """So much of it, as a bar: ██████░░░░."""
    full = BAR_SIGNS * done // of
    return "█" * full + "░" * (BAR_SIGNS - full)


class Progress:
    """One line that is written over and over; `end` leaves it behind."""

    def __init__(self, what: str) -> None:
        self._what, self._last, self._has_told = what, time.monotonic(), False

    def tell(self, how_far: str) -> None:
        """At most once a second."""
        now = time.monotonic()
        if now - self._last >= EVERY_SECONDS:
            print(f"\r{self._what}: {how_far:<24}", end="", file=sys.stderr, flush=True)
            self._last, self._has_told = now, True

    def end(self) -> None:
        """Nothing more will be told."""
        if self._has_told:
            print(file=sys.stderr)
            self._has_told = False
