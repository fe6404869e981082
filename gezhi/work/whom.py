"""To whom a step of a task brings news, and when that is over. PURE: a row before, a row after, a decision.

A row is what the journal adds up to (work.fold): JSON values by field name. A Concern's party "" is whoever set the task.
"""

from collections.abc import Callable, Mapping
from typing import Final

from gezhi.notices.whom import Concern, News, Row
from gezhi.work.lifecycle import TaskState

MOVED: Final = ("state", "party_id", "round")


def concerns(event: str, before: Row, after: Row) -> list[Concern]:
    """Whom this step concerns; [] for most."""
    if not before:
        return [Concern(News.TASK, after["party_id"], after.get("person_id"))]
    if event == "return":
        went_up = after["state"] != TaskState.RETURNED
        told = Concern(News.TASK_RETURNED, "")
        return [Concern(News.TASK, after["party_id"]), told] if went_up else [told]
    found = _OF.get(event)
    return [found(after)] if found else []


def _hand(news: News) -> Callable[[Row], Concern]:
    """Its party, and of it whoever has it."""
    return lambda after: Concern(news, after["party_id"], after.get("person_id"))


def _owner(news: News) -> Callable[[Row], Concern]:
    return lambda after: Concern(news, "")


def _reminded(after: Row) -> Concern:
    """At the end of the ladder the person who stands there, else whoever is about to be late."""
    above = after.get("escalated_to_id") if after.get("ladder_ended") else None
    if above:
        return Concern(News.TASK_LATE, above, after.get("escalated_person_id"))
    if after["state"] == TaskState.RETURNED:
        return Concern(News.TASK_LATE, "")
    return Concern(News.TASK_LATE, after["party_id"])


_OF: Mapping[str, Callable[[Row], Concern]] = {
    "take": _owner(News.TASK_TAKEN),
    "assign": _hand(News.ASSIGNED),
    "resend": _hand(News.TASK),
    "hand_over": _hand(News.TASK),
    "ask_time": _owner(News.TASK_TIME),
    "grant_time": _hand(News.TASK_TIME_SAID),
    "refuse_time": _hand(News.TASK_TIME_SAID),
    "finish": _owner(News.TASK_DONE),
    "late_answer": _owner(News.TASK_DONE),
    "send_back": _hand(News.TASK_BACK),
    "call_off": _hand(News.TASK_OFF),
    "case_ended": _hand(News.TASK_OFF),
    "urge": _hand(News.URGED),
    "remind": _reminded,
    "escalate": lambda after: Concern(
        News.TASK_LATE, after["escalated_to_id"], after.get("escalated_person_id")
    ),
}


def settles(before: Row, after: Row) -> bool:
    """Whether what came by earlier steps no longer waits: somebody acted, or it is somebody else's now."""
    is_decided = bool(before.get("asked_until")) and not after.get("asked_until")
    return is_decided or any(before.get(name) != after.get(name) for name in MOVED)
