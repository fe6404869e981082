"""To whom a step of a case brings new work, and when that is over. PURE: a row before, a row after, a decision.

A row is what the journal adds up to (cases.fold): JSON values by field name, and who supervises it (`supervisor`, a party's id). Source: design §4 "who acts next", issue "notice of new work".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gezhi.cases.lifecycle import State

Row = Mapping[str, Any]


class News(StrEnum):
    """What came to somebody."""

    REPORTED = "reported"  # a fresh report, to the desk
    DANGER = "danger"  # the same, where its words make one fear something
    ANSWERED = "answered"  # the reporter added what was asked for, or did not in time
    DISPATCHED = "dispatched"  # new work
    RETURNED = "returned"  # the party did not take it
    RAISED = "raised"
    HANDED_OVER = "handed_over"  # a change of company, of a place, of a category
    FAILED = "failed"  # the check, or the reporter, was not content
    REOPENED = "reopened"
    RESUMED = "resumed"  # the pause is over
    TO_CHECK = "to_check"
    OBJECTED = "objected"  # the reporter said no, the desk must look into it
    APPROVAL = "approval"  # more time is asked for
    DUE_SOON = "due_soon"
    ESCALATED = "escalated"
    URGED = "urged"
    ASSIGNED = "assigned"  # by name, within the party
    SUPERVISED = "supervised"  # a level above wants an answer
    REPORTED_BACK = "reported_back"
    SUPERVISION_LATE = "supervision_late"
    TASKS_IN = "tasks_in"  # the others have done their shares
    TASK = "task"  # a share of somebody else's case
    TASK_TAKEN = "task_taken"
    TASK_RETURNED = "task_returned"
    TASK_DONE = "task_done"
    TASK_BACK = "task_back"  # it was not good enough
    TASK_TIME = "task_time"  # more time is asked for
    TASK_TIME_SAID = "task_time_said"  # it was granted, or not
    TASK_OFF = "task_off"  # it need not be done any more
    TASK_LATE = "task_late"  # its day is near, or past


@dataclass(frozen=True, slots=True)
class Concern:
    """What came, and to whom: a party's id; a person's (an account's id) when one is named. party "" = the officer who approves there;
    of a task, whoever set it.
    """

    news: News
    party: str
    person: str | None = None


HANDED = {
    "return": News.RETURNED,
    "undo_dispatch": News.RETURNED,
    "raise": News.RAISED,
    "dispatch": News.DISPATCHED,
}
AGAIN = {"reopen": News.REOPENED}  # any other new round follows a "no"
AT_THE_DESK = frozenset({State.TO_CHECK.value, State.TO_CONFIRM.value})


def concern(event: str, before: Row, after: Row) -> Concern | None:
    """Whom this step concerns; None for most. Never the company complained of.

    before: {} for the first step. What came with an import concerns nobody: whoever brought it in looks through it.
    """
    found = _concern(event, before, after)
    is_hidden = found is not None and found.party and found.party == after.get("complained_of_id")
    return None if is_hidden else found


def _concern(event: str, before: Row, after: Row) -> Concern | None:
    state, lead, desk = after["state"], after["lead_id"], after["desk_id"]
    if state == State.CLOSED:
        return None
    if not before:
        fresh = News.DANGER if after.get("feared_id") else News.REPORTED
        return None if after.get("run_id") else Concern(fresh, desk)
    if event == "task_done" and after.get("tasks_open") == 0:
        return Concern(News.TASKS_IN, lead)
    if event in _TIMED:
        return _TIMED[event](after)
    if _changed("state", before, after) and state == State.TO_CHECK:
        return Concern(News.TO_CHECK, desk)
    if event in {"answer", "ask_lapses"}:
        return Concern(News.ANSWERED, desk)
    if after.get("has_objection") and not before.get("has_objection"):
        return Concern(News.OBJECTED, desk)
    if _changed("round", before, after):
        return Concern(AGAIN.get(event, News.FAILED), lead)
    if _changed("lead_id", before, after) or event in {"dispatch", "raise", "return", "undo_join"}:
        return Concern(HANDED.get(event, News.HANDED_OVER), lead)
    return None


def _acting(after: Row) -> str:
    """Whose turn it is: the desk while it is checked and confirmed, else the accountable party."""
    return str(after["desk_id"] if after["state"] in AT_THE_DESK else after["lead_id"])


def _reminded(after: Row) -> Concern:
    """At the end of the ladder the person who stands there, else whoever is about to be late."""
    above = after.get("escalated_to_id") if after.get("ladder_ended") else None
    if above:
        return Concern(News.DUE_SOON, above, after.get("escalated_person_id"))
    return Concern(News.DUE_SOON, _acting(after))


_TIMED: Mapping[str, Callable[[Row], Concern]] = {
    "request_extension": lambda after: Concern(News.APPROVAL, ""),
    "resume": lambda after: Concern(News.RESUMED, after["lead_id"]),
    "urge": lambda after: Concern(News.URGED, _acting(after)),
    "assign": lambda after: Concern(News.ASSIGNED, after["lead_id"], after.get("handler_id")),
    "supervise": lambda after: Concern(News.SUPERVISED, after["lead_id"]),
    "report_back": lambda after: Concern(News.REPORTED_BACK, after.get("supervisor", "")),
    "supervision_late": lambda after: Concern(News.SUPERVISION_LATE, after.get("supervisor", "")),
    "remind": _reminded,
    "escalate": lambda after: Concern(
        News.ESCALATED, after["escalated_to_id"], after.get("escalated_person_id")
    ),
}

MOVED = ("state", "lead_id", "round", "review_at", "complained_of_id")


def settles(before: Row, after: Row) -> bool:
    """Whether what came by earlier steps no longer waits: somebody acted, or it is somebody else's now."""
    is_decided = bool(before.get("extension_until")) and not after.get("extension_until")
    is_heard = bool(before.get("has_objection")) and not after.get("has_objection")
    return is_decided or is_heard or any(_changed(name, before, after) for name in MOVED)


def _changed(name: str, before: Row, after: Row) -> bool:
    return bool(before.get(name) != after.get(name))
