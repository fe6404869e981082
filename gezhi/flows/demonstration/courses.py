"""What becomes of a matter: drawn for each by itself, so that the same day always tells the same. Reads the catalogue, writes nothing.

Shares are invented, made to look like an office that does its work and is sometimes late: they prove nothing about Huangguan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from gezhi.cases.lifecycle import Ending
from gezhi.catalogue import queries as catalogue
from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.tales import Act, in_order
from gezhi.kernel.worktime import ROUND_THE_CLOCK, WorkCalendar, due_at

URGENT_MINUTES = (
    1440  # a limit of a day or less that runs day and night: the desk's night shift sends somebody at once
)
OFFICE, COMPANY = "office", "property_seven_day"
LATE, SLOW, FAILED, OBJECTED = 0.08, 0.05, 0.08, 0.10
SILENT = 0.42  # of those who have the status page: never answer


@dataclass(slots=True)
class Course:
    """The acts so far and the moment they have reached. calendar: of whoever handles it; fix: its limit in minutes."""

    lot: Random
    at: datetime
    received_at: datetime
    category: str
    party: str
    channel: str
    has_contact: bool
    calendar: WorkCalendar
    community: str
    acts: list[Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        condition = catalogue.default_condition(catalogue.by_code(self.category).id)
        self.fix, self.is_round = condition.fix.minutes, condition.fix.clock == "round"
        self.is_dangerous = condition.make_safe is not None
        self.is_urgent = self.is_dangerous or (self.is_round and self.fix <= URGENT_MINUTES)

    fix: int = 0
    is_round: bool = False
    is_dangerous: bool = False
    is_urgent: bool = False

    @property
    def is_by_mouth(self) -> bool:
        return self.channel in {"phone", "counter"}

    def do(self, who: str, event: str, **more: Any) -> None:
        """At the moment that was reached."""
        self.acts.append(Act(self.at, who, event, **more))

    def wait(self, least: float, most: float, calendar: WorkCalendar | None = None) -> None:
        """So many working minutes of that calendar pass, short waits more often than long ones."""
        minutes = self.lot.triangular(least, most, least + (most - least) / 4)
        self.at = after(self.at, minutes, calendar or catalogue.calendar(OFFICE))

    def at_once(self, least: float, most: float) -> None:
        """Minutes by the wall clock."""
        self.at += timedelta(minutes=round(self.lot.uniform(least, most), 1))


def after(at: datetime, minutes: float, calendar: WorkCalendar) -> datetime:
    """When so many working minutes have passed, in UTC."""
    found = due_at(at, minutes, calendar)
    if found is None:
        raise ValueError("a calendar without pauses always ends")
    return found.at


def ordinary(course: Course) -> tuple[Act, ...]:
    """Accepted, dispatched, mended, checked, confirmed; with whatever goes wrong on the way."""
    accepted(course)
    kind = course.lot.random()
    if kind < 0.03:
        course.wait(30, 200)
        gone(course)
        return in_order(course.acts)
    dispatched(course)
    if kind < 0.13:
        returned(course, times=3 if kind < 0.033 else 2 if kind < 0.045 else 1)
    taken(course)
    if 0.13 <= kind < 0.17:
        extended(course)
    elif 0.17 <= kind < 0.18:
        carried_forward(course)
    mended(course)
    confirmed(course)
    return in_order(course.acts)


def accepted(course: Course) -> None:
    """By the desk: at night only what is urgent."""
    if course.is_urgent:
        course.at_once(3, 24)
    elif course.lot.random() < SLOW:
        course.wait(245, 330)
    else:
        course.wait(6, 200)
    course.do("desk", "accept")
    if course.is_by_mouth:
        told(course)


def told(course: Course) -> None:
    """Who rang up hears by phone what he has no page to read on; the clerk does it within the day."""
    words = bank.phrases()["told"]
    at = after(course.at, course.lot.uniform(20, 420), catalogue.calendar(OFFICE))
    course.acts.append(Act(at, "desk", "call:told", note=course.lot.choice(words)))


def dispatched(course: Course) -> None:
    """To whoever sees to such things there."""
    course.at_once(1, 6) if course.is_urgent else course.wait(3, 55)
    note = course.lot.choice(bank.phrases()["dispatch"])
    course.do("desk", "dispatch", party=course.party, note=note)


def returned(course: Course, *, times: int) -> None:
    """Sent back with a reason, and out again; the second time people meet on site, the third time it goes one level up."""
    lot, words = course.lot, bank.phrases()
    reasons = lot.sample(words["returned"], times)
    for turn, reason in enumerate(reasons, start=1):
        course.wait(20, 180, course.calendar)
        course.do("handler", "return", reason=reason)
        if turn == 3:
            course.wait(60, 300)
            return
        course.wait(40, 300) if turn == 1 else course.wait(500, 1300)
        note = lot.choice(words["resent"]) if turn == 1 else words["visit_note"]
        course.do("desk", "dispatch", party=course.party, note=note)


def taken(course: Course) -> None:
    """Signed for; where it is dangerous, made safe first."""
    if course.is_urgent:
        course.at_once(3, 18)
    else:
        course.wait(8, 150, course.calendar)
    course.do("handler", "take")
    if course.is_dangerous:
        course.at_once(4, 25)
        course.do("handler", "made_safe", note=course.lot.choice(made_safe(course.category)))


def made_safe(category: str) -> Sequence[str]:
    """What is written when a danger of this category is kept off until it is mended."""
    notes: Mapping[str, Sequence[str]] = bank.phrases()["safe"]
    return notes[category]


def extended(course: Course) -> None:
    """More time is asked for, and granted or not."""
    reason, days = course.lot.choice(bank.phrases()["extend"])
    course.wait(60, 240, course.calendar)
    course.do("handler", "request_extension", reason=reason, until=course.at + timedelta(days=days))
    course.wait(30, 400)
    if course.lot.random() < 0.25:
        course.do("officer", "refuse_extension", reason=bank.phrases()["not_extended"])
        return
    course.do("officer", "approve_extension")
    course.at += timedelta(days=days * 0.6)
    course.wait(5, 60, course.calendar)
    course.fix = 0


def carried_forward(course: Course) -> None:
    """挂账: the clocks stand until a day on which somebody looks again."""
    reason, days = course.lot.choice(bank.phrases()["hang"])
    course.wait(60, 400)
    course.do("officer", "carry_forward", reason=reason, until=course.at + timedelta(days=days))
    course.at += timedelta(days=days)
    course.wait(200, 900, course.calendar)
    course.fix = 0


def gone(course: Course) -> None:
    """Nothing to be found there; another looks too."""
    words = bank.phrases()
    claim = Ending.NO_LONGER_THERE if course.lot.random() < 0.6 else Ending.NOT_FOUND
    course.do("walker", "not_found", note=course.lot.choice(words["gone"]), ending=claim)
    course.wait(60, 500)
    course.do("checker", "pass_check", note=course.lot.choice(words["gone_checked"]))
    answered(course)


def mended(course: Course) -> None:
    """Done with the proof that the category asks for, checked, and done again where the check failed."""
    lot, words = course.lot, bank.phrases()
    if lot.random() < 0.16:
        note = Act(after(course.at, lot.uniform(20, 90), course.calendar), "handler", "note")
        course.acts.append(_with_note(note, lot.choice(words["notes"])))
    course.at = _done_at(course)
    course.do("handler", "done", note=lot.choice(bank.kinds()[course.category].done), count=_count(course))
    course.wait(40, 640) if lot.random() > SLOW else course.wait(900, 1150)
    failures = 0 if lot.random() > FAILED else 2 if lot.random() < 0.12 else 1
    for seen, lacks in lot.sample(words["failed"], failures):
        course.do("checker", "fail_check", note=seen, reason=lacks)
        course.wait(40, 300, course.calendar)
        course.do("handler", "done", note=lot.choice(words["again"]), count=_count(course))
        course.wait(60, 480)
    course.do("checker", "pass_check", note=lot.choice(words["checked"]))


def _with_note(act: Act, note: str) -> Act:
    return Act(act.at, act.who, act.event, note=note)


def _done_at(course: Course) -> datetime:
    """Mostly well within the limit, which runs from the receipt; sometimes late."""
    lot = course.lot
    if not course.fix:
        return after(course.at, lot.uniform(30, 200), course.calendar)
    share = lot.triangular(0.18, 0.9, 0.4) if lot.random() > LATE else lot.triangular(1.03, 1.5, 1.06)
    calendar = ROUND_THE_CLOCK if course.is_round else course.calendar
    aimed = after(course.received_at, course.fix * share, calendar)
    soonest = after(course.at, lot.uniform(12, 70), ROUND_THE_CLOCK if course.is_urgent else course.calendar)
    if course.is_urgent or aimed <= soonest:
        return max(soonest, aimed)
    return max(soonest, after(aimed, lot.uniform(0, 20), course.calendar))  # nobody hammers at night


def _count(course: Course) -> int | None:
    kinds = catalogue.proof(catalogue.by_code(course.category).id).kinds
    return course.lot.randint(1, 9) if "count" in kinds else None


def confirmed(course: Course) -> None:
    """The reporter's yes or no, by page or by phone, or his silence."""
    lot, words = course.lot, bank.phrases()
    if lot.random() < OBJECTED and course.channel in {"qr", "web"}:
        course.at_once(60, 2600)
        says, found = lot.choice(words["objections"])
        course.do("lin", "unsatisfied", reason=says)
        course.wait(60, 420)
        if lot.random() < 0.15:
            course.do("officer", "uphold", reason=lot.choice(words["upheld"]))
            return
        course.do("desk", "unsatisfied", reason=found)
        course.wait(60, 420, course.calendar)
        course.do("handler", "done", note=lot.choice(words["again"]), count=_count(course))
        course.wait(60, 600)
        course.do("checker", "pass_check", note=lot.choice(words["checked"]))
    answered(course)


def answered(course: Course) -> None:
    """Says yes on the page, on the phone, or nothing for seven days."""
    lot, words = course.lot, bank.phrases()
    if course.channel == "staff":
        return
    if not course.is_by_mouth and not course.has_contact:
        if lot.random() > SILENT:
            course.at_once(25, 4300)
            course.do("lin", "satisfied")
        return
    rung_up(course, words)


def rung_up(course: Course, words: Any) -> None:
    """The desk calls: reached at the first, second or third try, or not at all."""
    lot = course.lot
    for turn in range(3):
        course.wait(30, 620)
        chance = lot.random()
        if chance < 0.7:
            course.do("desk", "call:satisfied", note=lot.choice(words["yes"]))
            return
        if chance < 0.75 and turn == 0:
            course.do("desk", "call:unsatisfied", note=lot.choice(words["no"]))
            course.wait(60, 420, course.calendar)
            course.do("handler", "done", note=lot.choice(words["again"]), count=_count(course))
            course.wait(60, 480)
            course.do("checker", "pass_check", note=lot.choice(words["checked"]))
            continue
        course.do("desk", "call:not_reached", note=words["away"][3 if turn == 2 else lot.randrange(3)])
    course.at += timedelta(days=6)
    if course.is_by_mouth:
        told(course)


def pick(lot: Random, choices: Sequence[Any], weights: Sequence[float]) -> Any:
    """One of them, by weight."""
    return lot.choices(choices, weights)[0]
