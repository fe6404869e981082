"""Steps that need the office's own settings. bench/inside.py does one of them in a process of its own, when the product is ready."""

import json
import random
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.db import connection

from bench import inside_cases, inside_export, inside_million, inside_posters
from bench.models import Line
from gezhi.catalogue import queries as catalogue
from gezhi.channels import books
from gezhi.channels.excel import mapping
from gezhi.channels.excel.book import read_book
from gezhi.evidence.models import Evidence
from gezhi.flows import import_ledger, import_messages
from gezhi.kernel.actor import SYSTEM
from gezhi.kernel.worktime import Pause, due_at
from gezhi.places import queries as places
from gezhi.places.models import GridCell
from gezhi.reports.models import Report

WEST, SOUTH, STEP = 121.0, 36.0, 0.002  # a field of squares beside the town
MOST_MINUTES = 60 * 480


def bare_table() -> None:
    """The table of the bare view."""
    with connection.schema_editor() as editor:
        editor.create_model(Line)


def stairwells() -> list[str]:
    """The codes of the demonstration's stairwells: neighbours of the whole town report, not one house."""
    return list(places.subtree("/").filter(kind="stairwell").order_by("code").values_list("code", flat=True))


def pictures_waiting() -> int:
    """How many pictures wait for the copies that people see."""
    return Evidence.objects.filter(served_at=None, purged_at=None).count()


def locate(cells: str, points: str) -> dict[str, float]:
    """Times of `locate` in µs with so many cells, a square each."""
    side = int(int(cells) ** 0.5)
    community = places.subtree("/").filter(kind="community").order_by("code")[0]
    GridCell.objects.bulk_create(
        [
            GridCell(
                code=f"{community.code}-{row:03d}{column:03d}",
                name=f"{row}-{column}",
                community_id=community.id,
                outline=_square(row, column),
            )
            for row in range(side)
            for column in range(side)
        ]
    )
    begun = time.perf_counter()
    places.locate(WEST, SOUTH)
    index, taken, pick = time.perf_counter() - begun, [], random.Random(20260302)
    for _ in range(int(points)):
        lon, lat = WEST + pick.random() * side * STEP, SOUTH + pick.random() * side * STEP
        begun = time.perf_counter()
        places.locate(lon, lat)
        taken.append((time.perf_counter() - begun) * 1e6)
    taken.sort()
    return {
        "cells": side * side,
        "mean": sum(taken) / len(taken),
        "p99": taken[int(len(taken) * 0.99)],
        "index": index * 1e6,
    }


def _square(row: int, column: int) -> str:
    west, south = WEST + column * STEP, SOUTH + row * STEP
    ring = [
        [west, south],
        [west + STEP, south],
        [west + STEP, south + STEP],
        [west, south + STEP],
        [west, south],
    ]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def deadlines(count: str) -> dict[str, float]:
    """µs a call of `due_at` with the office's calendar."""
    calendar, pick = catalogue.calendar("office"), random.Random(20260302)
    start = datetime(2026, 3, 2, 4, tzinfo=UTC)
    asked = [
        (start + timedelta(minutes=pick.randrange(200_000)), pick.randrange(1, MOST_MINUTES))
        for _ in range(int(count))
    ]
    paused = [Pause(start + timedelta(days=day), start + timedelta(days=day + 2)) for day in (3, 30, 60)]
    found = {}
    for name, pauses in (("without pauses", []), ("with three pauses", paused)):
        begun = time.perf_counter()
        for moment, minutes in asked:
            due_at(moment, minutes, calendar, pauses)
        found[name] = (time.perf_counter() - begun) / len(asked) * 1e6
    return found


def messages(file: str) -> dict[str, float]:
    """Seconds to take in a sheet of messages, once and again; the longest batch."""
    data, name = Path(file).read_bytes(), Path(file).name
    marks: list[float] = []

    def take() -> Any:
        return import_messages.import_messages(
            data,
            name,
            actor=SYSTEM,
            at=datetime.now(UTC),
            skip_bad=True,
            progress=lambda done, total: marks.append(time.perf_counter()),
        )

    begun = time.perf_counter()
    told = take()
    seconds = time.perf_counter() - begun
    longest = max(two - one for one, two in pairwise(marks))
    begun = time.perf_counter()
    take()
    return {
        "read": told.read,
        "seconds": seconds,
        "again": time.perf_counter() - begun,
        "longest": longest,
    }


def messages_once(file: str) -> dict[str, float]:
    """Seconds to take in a sheet of messages; what an earlier benchmark brought in counts as another board's."""
    Report.objects.exclude(source="").update(source="before")
    begun = time.perf_counter()
    told = import_messages.import_messages(
        Path(file).read_bytes(),
        Path(file).name,
        actor=SYSTEM,
        at=datetime.now(UTC),
        skip_bad=True,
    )
    return {"read": told.read, "seconds": time.perf_counter() - begun}


def words_of_the_town(count: str) -> dict[str, list[str]]:
    """What people here write into a ledger: names of so many buildings, names of categories."""
    rows = places.subtree("/").filter(kind="building").order_by("code")[: int(count)]
    leaves = [leaf.name.zh for leaf in catalogue.open_leaves() if not leaf.refer_out]
    return {"buildings": [row.full_name for row in rows], "categories": leaves}


def book_once(file: str) -> dict[str, float]:
    """A ledger that comes in: seconds by the wall and of processor time, megabytes, the longest batch."""
    begun, spent = time.perf_counter(), time.process_time()
    book = read_book(Path(file).read_bytes(), Path(file).name)
    proposals = mapping.propose(book)
    read = time.process_time()
    sheet, source = books.judged(book, mapping.as_fields(proposals, len(book.heads)), datetime.now(UTC))
    del book
    judging, judged = time.perf_counter() - begun, time.process_time()
    at = datetime.now(UTC)
    staging = import_ledger.Staging(sheet.items, source, "0" * 64, actor=SYSTEM, at=at)
    while staging.step(at):
        pass
    staged, show = time.process_time(), time.perf_counter()
    new, _ = staging.publish(read=sheet.read, bad=len(sheet.findings), at=datetime.now(UTC))
    done = time.perf_counter()
    return {
        "new": new,
        "located": sum(one.place is not None for one in sheet.items),
        "judging": judging,
        "seconds": done - begun,
        "longest": staging.longest,
        "publishing": done - show,
        "cpu_read": read - spent,
        "cpu_judged": judged - read,
        "cpu_staged": staged - judged,
        "cpu": time.process_time() - spent,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


STEPS: dict[str, Callable[..., Any]] = {
    "bare_table": bare_table,
    "stairwells": stairwells,
    "pictures_waiting": pictures_waiting,
    "locate": locate,
    "deadlines": deadlines,
    "messages": messages,
    "messages_once": messages_once,
    "posters": inside_posters.posters,
    "words_of_the_town": words_of_the_town,
    "book_once": book_once,
    "log_in": inside_cases.log_in,
    "cases_in": inside_cases.cases_in,
    "fill_cases": inside_cases.fill_cases,
    "reopen_all": inside_cases.reopen_all,
    "fill": inside_million.filled,
    "about": inside_million.about,
    "away": inside_million.away,
    "recounted": inside_million.recounted,
    "rolled_up": inside_million.rolled_up,
    "fill_lines": inside_export.fill_lines,
    "export_once": inside_export.export_once,
}
