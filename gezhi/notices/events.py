"""What other people's programs are told of a case: the type of each step, and the public facts at that step. PURE.

Numbers, codes and words of the tables only: nothing that anybody wrote, nobody's name, nobody's phone (docs/adr/0015-messages.md).
"""

from collections.abc import Mapping
from typing import Any, Final

from gezhi.cases.lifecycle import State

Row = Mapping[str, Any]

# One type for each event of a case; what is said besides the state, or to the staff alone, has none.
OF_EVENT: Final[Mapping[str, str]] = {
    "reported": "case.reported",
    "accept": "case.accepted",
    "ask": "case.asked",
    "answer": "case.answered",
    "ask_lapses": "case.answered",
    "dispatch": "case.dispatched",
    "raise": "case.dispatched",
    "hand_over": "case.dispatched",
    "undo_dispatch": "case.returned",
    "return": "case.returned",
    "take": "case.taken",
    "made_safe": "case.made_safe",
    "done": "case.done",
    "not_found": "case.done",
    "solve_on_spot": "case.done",
    "pass_check": "case.checked",
    "fail_check": "case.check_failed",
    "unsatisfied": "case.check_failed",
    "approve_extension": "case.extended",
    "carry_forward": "case.paused",
    "resume": "case.resumed",
    "escalate": "case.escalated",
    "reopen": "case.reopened",
    "undo_join": "case.reopened",
    "correct": "case.corrected",
    "relocate": "case.corrected",
}
CLOSED: Final = "case.closed"
TEST: Final = "gezhi.test"
TYPES: Final = tuple(sorted({*OF_EVENT.values(), CLOSED}))


def type_of(event: str, before: Row, after: Row) -> str:
    """The type of a step; "" when nobody outside is told. What an import brings in is told from its first move on."""
    if after["state"] == State.CLOSED and before.get("state") != State.CLOSED:
        return CLOSED
    if not before and after.get("run_id"):
        return ""
    return OF_EVENT.get(event, "")


def facts(after: Row, *, place: str | None, category: str | None, party: str | None) -> dict[str, Any]:
    """The `data` of a message. place, category, party: codes as the office's lists have them, None = not known."""
    return {
        "number": after["number"],
        "state": after["state"],
        "version": after["version"],
        "round": after.get("round", 1),
        "place": place,
        "category": category,
        "party": party,
        "due": after.get("due_at"),
        "ending": after.get("ending") or None,
    }
