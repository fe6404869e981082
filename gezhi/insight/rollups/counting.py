"""What a counter of the roll-ups is: it takes the old contribution of some lines away and adds the new one, or counts all lines anew.

It keeps no state of a case: what a line contributed at a position is a function of that line and that position alone.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol
from uuid import UUID

from gezhi.journal.models import Entry
from gezhi.ledger.recount import Lines


class Anew(Protocol):
    """A count of all lines, in memory until it is written. Lines come in ranges, each at its own position; what moved meanwhile comes as changes."""

    def change(self, old: Lines, new: Lines) -> None:
        """Take the old contribution away, add the new; `old` is empty where a range is read for the first time."""

    def write(self, edition: int) -> Iterator[None]:
        """Write the rows of an edition that nobody reads yet; yields after every short statement, which is a transaction's worth."""


class Counter(Protocol):
    """One kind of roll-up. Fields of a line that a counter may use: those of anew.USED."""

    def touched(self, entries: Iterable[Entry]) -> set[UUID]:
        """Cases whose contribution these entries change besides those whose own story goes on: an empty set for most."""

    def change(self, old: Lines, new: Lines, edition: int) -> None:
        """In the transaction that moves the mark: old contribution out, new one in, in the rows of this edition."""

    def anew(self) -> Anew:
        """Begin to count all lines."""

    def clear(self, edition: int) -> Iterator[None]:
        """Throw away the rows of editions before this one; yields after every short statement."""
