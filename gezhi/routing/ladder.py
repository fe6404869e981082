"""The ladder of an overdue case: the party itself, each party above it, and in the end the officer, a person. PURE.

Source: I10, design §4 "overdue escalates once per level, and the ladder ends at a person".
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID


class Rung(NamedTuple):
    """Who is to see to it now; is_end: the last rung, beyond which nobody stands."""

    party: UUID
    is_end: bool


def rung(chain: Sequence[UUID], escalated: int) -> Rung:
    """The rung after so many escalations. chain: accountable party first, then each one above, the officer's party last."""
    if not chain:
        raise ValueError("a ladder has at least one rung")
    place = min(escalated, len(chain) - 1)
    return Rung(chain[place], place == len(chain) - 1)


def chain_of(lead: UUID, desk: UUID, above: Sequence[UUID]) -> tuple[UUID, ...]:
    """The ladder's parties in order, each once: who has it, the desk that watches, then the parties above the desk.

    Whoever stands above the desk himself is followed only by those above him: a ladder does not lead down again.
    """
    up = tuple(dict.fromkeys((desk, *above)))
    return up[up.index(lead) :] if lead in up else (lead, *up)
