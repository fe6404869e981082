"""One matter from its first word to its end, as values: what the play performs. PURE."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gezhi.cases.lifecycle import Ending


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does at a moment.

    who: desk, handler, checker, officer, walker, lin (whoever reported it), or the user name of one of the cast.
    event: of a move; or said on the phone (call:told, call:satisfied, call:unsatisfied, call:not_reached), or by the reporter
    (urge, add, answer …). party: code or name, to whom. into: the key of the tale it joins; a split takes this tale's own voice out
    again, and what follows is done to the new matter. place, category: what the desk corrects.
    until: a moment of an extension, a meeting or a review.
    """

    at: datetime
    who: str
    event: str
    note: str = ""
    reason: str = ""
    party: str = ""
    into: str = ""
    place: str = ""
    category: str = ""
    until: datetime | None = None
    count: int | None = None
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Tale:
    """What was said where and when, by whom, and the acts that follow, in order of time.

    place: a full name, "" = not located. finder: "" = a resident; walker or desk = found by staff. mends: he solved it on the spot.
    """

    key: str
    at: datetime
    place: str
    category: str
    text: str
    channel: str
    acts: tuple[Act, ...] = ()
    has_photo: bool = False
    contact: str = ""
    may_call: bool = False
    finder: str = ""
    mends: bool = False
    note: str = ""

    def until(self, now: datetime) -> "tuple[Act, ...]":
        """The acts that have happened by then."""
        return tuple(act for act in self.acts if act.at < now)


def in_order(acts: "list[Act]") -> tuple[Act, ...]:
    """By time; two of one moment a minute apart, as the story has them."""
    found: list[Act] = []
    for act in sorted(acts, key=lambda one: one.at):
        if found and act.at <= found[-1].at:
            act = replace(act, at=found[-1].at + timedelta(minutes=1))
        found.append(act)
    return tuple(found)
