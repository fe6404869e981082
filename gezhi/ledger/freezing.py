"""A month freezes in the background: asked for here, read by the worker in short turns, kept in one short transaction at the end.

A worker that is killed loses only its turns: after half a minute another one begins anew, at a position of its own. Nothing of a book is there
before all of it is, and a month has one book however often it is asked for.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from gezhi.journal import outbox
from gezhi.kernel.actor import SYSTEM, Actor
from gezhi.kernel.refusal import NotFromHere, Refusal
from gezhi.ledger import months
from gezhi.ledger.models import WHOLE, Freezing, MonthBook
from gezhi.ledger.months import Frozen
from gezhi.parties.queries import actor_of_account
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current

FREEZE = "ledger.freeze"  # errand kind; the key is the freezing's id
SLICE_SECONDS = 1.5
AWAY = timedelta(seconds=30)  # a holder who has said nothing for so long is gone
WAITS = timedelta(seconds=2)
BROKE_OFF = "broke_off"


class FreezingRow(NamedTuple):
    """A freezing as values. problem: what it ended with; else it is under way."""

    id: UUID
    month: date
    desk: UUID
    asked_at: datetime
    read: int
    total: int
    problem: str


# ---- what people do ----


@transaction.atomic
def ask(month: date, desk: UUID = WHOLE, *, actor: Actor, at: datetime) -> UUID:
    """Have the worker freeze a month that is over. Asked for twice while it is made, it is one; one that went wrong begins anew. Returns its id.

    Raises as `months.refuse`.
    """
    month = month.replace(day=1)
    months.refuse(month, desk, actor=actor, at=at)
    known = Freezing.objects.select_for_update(no_key=True).filter(month=month, desk=desk).first()
    if known is not None and not known.problem:
        return UUID(str(known.id))
    row = known or Freezing(id=new_id(), month=month, desk=desk)
    row.by_id, row.asked_at, row.problem, row.holder, row.seen_at = actor.id, at, "", None, None
    row.read, row.total = 0, months.lines_of(month, desk).count()
    if known is None:
        Freezing.objects.bulk_create([row], ignore_conflicts=True)
        found = Freezing.objects.values_list("id", flat=True).get(month=month, desk=desk)
        if found != row.id:  # somebody asked at the same moment
            return UUID(str(found))
    else:
        row.save(update_fields=["by_id", "asked_at", "problem", "holder", "seen_at", "read", "total"])
    outbox.queue(outbox.Following(FREEZE, str(row.id), at))
    outbox.reschedule(FREEZE, str(row.id), due_at=at)
    return UUID(str(row.id))


def under_way(actor: Actor) -> list[FreezingRow]:
    """What is being frozen, or went wrong, of the desks that this actor may freeze. 1 query."""
    rows = Freezing.objects.filter(desk__in=months.desks_of(actor)).order_by("-month", "desk")
    return [FreezingRow._make(one) for one in rows.values_list(*FreezingRow._fields)]


# ---- what the worker does ----


@dataclass(slots=True)
class _Held:
    """A book under way in this process: who it is for, and what is still to be read."""

    token: UUID
    steps: Iterator[int | Frozen]


_held: dict[tuple[UUID, UUID], _Held] = {}


def go_on(id: UUID, *, at: datetime) -> timedelta | None:
    """A turn of reading: how long to wait until the next one, None = it is done. Call it outside any transaction."""
    key = (current(), id)
    row = Freezing.objects.filter(id=id).first()
    if row is None or row.problem:
        _held.pop(key, None)
        return None
    if MonthBook.objects.filter(month=row.month, desk=row.desk).exists():  # its worker died just behind it
        _end(key, id)
        return None
    try:
        if not _is_mine(key, row, at):
            return WAITS  # another worker has it
        return _turn(key, row, at)
    except NotFromHere:  # it is frozen: somebody was faster
        _end(key, id)
        return None
    except Refusal as refused:
        _held.pop(key, None)
        Freezing.objects.filter(id=id).update(problem=refused.code)
        return None
    except BaseException:
        _held.pop(key, None)  # the next try begins anew
        raise


def give_up(id: UUID) -> None:
    """The last try went wrong: it ends with a sentence, and may be asked for anew."""
    _held.pop((current(), id), None)
    Freezing.objects.filter(id=id).update(problem=BROKE_OFF)


def _is_mine(key: tuple[UUID, UUID], row: Freezing, at: datetime) -> bool:
    """Whether this process reads on; it begins where nobody does, or whoever did is away. 1 statement."""
    held = _held.get(key)
    token = held.token if held else new_id()
    rows = Freezing.objects.filter(id=row.id)
    free = rows.filter(holder=token) if held else rows.filter(Q(holder=None) | Q(seen_at__lt=at - AWAY))
    if not free.update(holder=token, seen_at=at, read=F("read") if held else 0):
        _held.pop(key, None)  # it was taken over meanwhile
        return False
    if held is None:
        _held[key] = _Held(token, months.reading(row.month, row.desk))
    return True


def _turn(key: tuple[UUID, UUID], row: Freezing, at: datetime) -> timedelta | None:
    held, until = _held[key], time.monotonic() + SLICE_SECONDS
    for step in held.steps:
        if isinstance(step, Frozen):
            actor = actor_of_account(row.by_id, at) if row.by_id else SYSTEM
            months.keep(step, row.month, row.desk, actor=actor, at=at)
            _end(key, row.id)
            return None
        if time.monotonic() > until:
            Freezing.objects.filter(id=row.id, holder=held.token).update(read=step)
            return timedelta()
    raise AssertionError("a book ends with what was frozen")


def _end(key: tuple[UUID, UUID], id: UUID) -> None:
    _held.pop(key, None)
    Freezing.objects.filter(id=id).delete()


def tidy(*, at: datetime) -> None:
    """The worker's chore: what broke off says so, and what is left of a book that is there goes."""
    for key in outbox.parked().filter(kind=FREEZE).values_list("key", flat=True):
        give_up(UUID(key))
    for id, month, desk in Freezing.objects.values_list("id", "month", "desk"):
        if MonthBook.objects.filter(month=month, desk=desk).exists():
            _end((current(), id), id)


def ask_when_due(*, at: datetime) -> None:
    """The worker's chore: the whole office's last month, on the day the office chose, or later when nobody worked that day."""
    month = months.due(at=at)
    if month is not None and not Freezing.objects.filter(month=month, desk=WHOLE).exists():
        ask(month, actor=SYSTEM, at=at)
