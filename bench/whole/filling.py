"""Fill an office: what to copy when, the journal's positions and seals, and the cursors of all that follow it."""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from bench.whole import writing
from bench.whole.making import FIRST_NUMBER, Copy, Maker, Places
from bench.whole.said import sentences
from bench.whole.units import TABLES, Unit, heavy, read
from gezhi.cases.models import Case, NumberBlock
from gezhi.insight.models import SearchCursor, SearchLine
from gezhi.insight.rollups import anew as rollups
from gezhi.insight.search import following as search
from gezhi.insight.search.text import form
from gezhi.journal import sealing
from gezhi.journal.chain import START, canonical, seal_digest
from gezhi.journal.models import Entry, Seal
from gezhi.ledger import actions as ledger
from gezhi.ledger.models import Cursor as LedgerCursor
from gezhi.notices.models import Cursor as NoticeCursor
from gezhi.places.models import Place
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.current import current
from gezhi.tenancy.keys import derived
from gezhi.tenancy.queries import jurisdiction

AT_ONCE = 2000  # copies
LARGE = 5_000  # cases: from here on indexes are made afterwards
OPEN_ONE_IN = 10
LIGHT = 8  # journal rows a case: what most copies are made from
HEAVY_ONE_IN = 20  # of any unit, the longest stories too
YEARS = 5
TOLD_SHARE = (
    0.1  # the newest tenth was told to whom it concerned; what lies before the office's notices began was not
)
FAR = 1 << 40  # positions beyond all others, for the time between


def fill(size: int, now: datetime) -> dict[str, Any]:
    """So many whole cases more than the office has. Seconds by part, rows by table. The office must be quiet: no server, no worker."""
    begun, spent = time.perf_counter(), dict[str, float]()
    sealing.seal(at=now)
    ledger.catch_up(at=now)
    SearchCursor.objects.get_or_create()
    units = read()
    maker = Maker(units, jurisdiction(current()).code, Places(list(Place.objects.all())), sentences())
    copies = planned(units, size, now)
    spent["read and plan"] = time.perf_counter() - begun
    counted = dict[str, int]()
    with writing.in_bulk(size >= LARGE) as at_the_end:
        _make_room()
        since = _copy(maker, copies, now, spent, counted)
        begun = time.perf_counter()
        _settle(maker, since, now)
        spent["seals and cursors"] = time.perf_counter() - begun
    begun = time.perf_counter()
    sealing.copy_head()
    search.catch_up()
    rollups.count_anew(at=now)
    spent["the demonstration's own search lines, all roll-ups"] = time.perf_counter() - begun
    return {"seconds": spent | at_the_end, "rows": counted, "cases": Case.objects.count()}


def planned(units: Sequence[Unit], size: int, now: datetime) -> list[Copy]:
    """Copies of so many cases in the order of receipt: a tenth open and of the last weeks, the others over years."""
    chance = random.Random(3)
    still_open = [at for at, unit in enumerate(units) if unit.is_open]
    closed = [at for at, unit in enumerate(units) if not unit.is_open]
    light = [at for at in closed if heavy(units[at]) <= LIGHT] or closed
    found, have = list[tuple[datetime, int]](), 0
    while have < size:
        among = closed if chance.randrange(HEAVY_ONE_IN) == 0 else light
        at = chance.choice(still_open if still_open and chance.randrange(OPEN_ONE_IN) == 0 else among)
        unit = units[at]
        found.append((unit.begins - _back(unit, now, chance), at))
        have += len(unit.cases)
    found.sort()
    number, copies = FIRST_NUMBER, list[Copy]()
    for begins, at in found:
        copies.append(Copy(begins, at, number))
        number += len(units[at].cases)
    return copies


def _back(unit: Unit, now: datetime, chance: random.Random) -> timedelta:
    """How much earlier a copy happened. Two of three open ones are not overdue; closed ones keep their day of the week."""
    if not unit.is_open:
        weeks = chance.randrange(1, YEARS * 52)
        return timedelta(weeks=weeks, seconds=chance.randrange(3 * 3600))
    ahead = (unit.due - now).total_seconds() if unit.due else 0
    most = ahead if ahead > 0 and chance.randrange(3) else 30 * 86400
    return timedelta(seconds=chance.randrange(int(most) + 1))


def _make_room() -> None:
    """What the office had comes behind what is made now."""
    Entry.objects.update(position=F("position") + FAR)
    Seal.objects.all().delete()
    SearchLine.objects.all().delete()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM insight_search")


def _copy(
    maker: Maker, copies: Sequence[Copy], now: datetime, spent: dict[str, float], counted: dict[str, int]
) -> int:
    """All copies, batch by batch. The position from which on notices were made."""
    since, told_from = None, int(len(copies) * (1 - TOLD_SHARE))
    making = writing_ = searching = 0.0
    for first in range(0, len(copies), AT_ONCE):
        begun = time.perf_counter()
        for serial, copy in enumerate(copies[first : first + AT_ONCE], first):
            if serial == told_from:
                since = maker.position
            maker.make(copy, serial, now, is_told=serial >= told_from)
        made = time.perf_counter()
        with transaction.atomic():
            for model in TABLES:
                if model is not SearchLine:
                    writing.write(model, maker.rows[model])
            written = time.perf_counter()
            writing.index(maker.found, maker.rows[SearchLine])
        for model, rows in maker.rows.items():
            counted[model._meta.db_table] = counted.get(model._meta.db_table, 0) + len(rows)
        _say(first + AT_ONCE, len(copies))
        maker.rows.clear()
        maker.found.clear()
        done = time.perf_counter()
        making, writing_, searching = (
            making + made - begun,
            writing_ + written - made,
            searching + done - written,
        )
    spent |= {"making rows": making, "writing them": writing_, "search lines and their index": searching}
    return maker.position if since is None else since


def _say(done: int, of: int) -> None:
    if done % (AT_ONCE * 10) == 0:
        print(f"{done:,} of {of:,} copies", file=sys.stderr, flush=True)


def _settle(maker: Maker, since: int, now: datetime) -> None:
    """The office's own rows behind the copies, seals over all, cursors at the end."""
    Entry.objects.filter(position__gt=FAR).update(position=F("position") - FAR + maker.position)
    own = Entry.objects.filter(position__gt=maker.position).order_by("position")
    macs = [*maker.macs, *own.values_list("mac", flat=True)]
    writing.write(Seal, list(_seals(macs, now)))
    LedgerCursor.objects.update(position=len(macs))
    NoticeCursor.objects.update(position=len(macs), since=since)
    SearchCursor.objects.update(position=maker.position, form=form(), towards="", made_to=None)
    for year in range(now.year - YEARS - 1, now.year + 1):
        NumberBlock.objects.update_or_create(
            year=year, defaults={"next": FIRST_NUMBER + Case.objects.count() + 1}
        )
    for file in sealing.head_file(jurisdiction(current()).code).parent.glob("*"):
        file.unlink()


def _seals(macs: Sequence[str], now: datetime) -> Iterator[list[Any]]:
    key, previous = derived("journal"), START
    at = str(now.replace(tzinfo=None))
    for number, first in enumerate(range(0, len(macs), sealing.BATCH), 1):
        mine = macs[first : first + sealing.BATCH]
        previous = seal_digest(key, previous, number, first + 1, mine)
        row = [
            new_id().hex,
            current().hex,
            number,
            first + 1,
            first + len(mine),
            previous,
            canonical(mine).decode(),
            at,
        ]
        yield row
