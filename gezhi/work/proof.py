"""What shows that a task is done: kinds of proof, one of them at least. PURE."""

from collections.abc import Iterable
from typing import Final

from gezhi.kernel.refusal import Invalid, Missing

KINDS: Final = ("photo_after", "photo_same_angle", "document", "count", "note")


def judged(kinds: Iterable[str]) -> str:
    """The kinds as they are kept: in their order, with commas. Raises Missing({"proof"}) for none, Invalid("proof", "unknown")."""
    wanted = set(kinds)
    if not wanted:
        raise Missing({"proof"})
    if wanted - set(KINDS):
        raise Invalid("proof", "unknown")
    return ",".join(kind for kind in KINDS if kind in wanted)


def kinds_of(kept: str) -> tuple[str, ...]:
    """The kinds of a task, in order."""
    return tuple(kept.split(","))
