"""Decline many cases of one import, with a public reason: those finished in another book, or all of them when the import was a mistake.

Declining is the desk's own arrow (I3), so it is done by the person who wanted it and only where he is the desk; what he brought himself and
nobody has touched he may take back from any desk. Nothing is erased: an
import that was taken back stays in the ledger as declined, and gives up its numbers, so that the corrected book may come.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from gezhi.cases import imported
from gezhi.cases import queries as cases
from gezhi.cases.actions import advance
from gezhi.cases.lifecycle import Ending, State
from gezhi.cases.move import Move
from gezhi.journal.queries import stories
from gezhi.kernel.actor import Actor, ActorKind, Duty, Post
from gezhi.kernel.refusal import Missing, NotFound, NotFromHere, NotYours, Stale
from gezhi.reports import books
from gezhi.reports.queries import of_numbers

if TYPE_CHECKING:
    from gezhi.cases.models import Case

AT_ONCE = 20  # cases looked at together; each is declined in a transaction of its own
REFUSED = (NotYours, NotFromHere, NotFound, Stale, Missing)


class Declining:
    """Those whose book says that they are finished. done: of the numbers; declined: of them, the others were not his or had moved on."""

    def __init__(self, run: UUID, numbers: Sequence[str], *, actor: Actor) -> None:
        self.run, self.numbers, self.actor = run, numbers, actor
        self.done = self.declined = 0

    def step(self, at: datetime) -> bool:
        """A few more; whether any are left."""
        some = self.numbers[self.done : self.done + AT_ONCE]
        for case_id in imported.waiting_of(self.run, of_numbers(self.run, some)):
            self.declined += _declined(case_id, _finished_elsewhere(), self.actor, at)
        self.done += len(some)
        return self.done < len(self.numbers)


def _finished_elsewhere() -> str:
    return _("这一条来自原有台账，那里记为已办结。本系统没有经手，不计为办结。")


class TakingBack:
    """An import that was a mistake. Cases that somebody has worked on stay as they are. after: the last case that was looked at."""

    def __init__(self, run: UUID, *, after: UUID | None = None, actor: Actor) -> None:
        self.run, self.actor = run, actor
        self.taken_back, self.after = 0, after or UUID(int=0)

    def step(self, at: datetime) -> bool:
        """A few more; whether any are left."""
        rows = list(imported.standing(self.run).filter(id__gt=self.after)[:AT_ONCE])
        if not rows:
            return False
        ids = [row.id for row in rows]
        linked, moved = cases.report_ids(ids), _moved(ids, self.actor)
        for row in rows:
            if row.id not in moved:
                self.taken_back += self._back(row, linked[row.id], at)
        self.after = ids[-1]
        return True

    @transaction.atomic
    def _back(self, case: "Case", report_ids: Sequence[UUID], at: datetime) -> bool:
        if case.state == State.REPORTED and not _declined(case.id, _taken_back(), self._as_desk(case), at):
            return False
        books.let_go(report_ids)
        return True

    def _as_desk(self, case: "Case") -> Actor:
        """Whoever brought it in, where he may do what the case's desk may: what nobody has touched is still his, whatever desk it came to."""
        return replace(self.actor, posts=(*self.actor.posts, Post(Duty.CLERK, party=case.desk_id)))

    def stayed(self) -> list[str]:
        """Numbers of the cases that stay: somebody has worked on them. 1 query."""
        return list(imported.standing(self.run).values_list("number", flat=True))


def _taken_back() -> str:
    return _("这一批导入有误，已经撤回。")


def _moved(case_ids: Sequence[UUID], actor: Actor) -> set[UUID]:
    """Cases on which a person did anything else than to bring them in, or to decline them as finished elsewhere."""
    found = set()
    for case, steps in stories("case", case_ids).items():
        by_people = [step.entry for step in steps[1:] if step.entry.actor_kind != ActorKind.SYSTEM]
        if any(entry.event != "decline" or entry.actor_id != actor.id for entry in by_people):
            found.add(case)
    return found


def _declined(case_id: UUID, reason: str, actor: Actor, at: datetime) -> bool:
    """Whether it could be declined by this person."""
    try:
        case = advance(case_id, Move("decline", reason=reason), actor=actor, at=at)
    except REFUSED:
        return False
    return case.ending == Ending.DECLINED
