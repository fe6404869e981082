"""Posters of many doors, within the office's own settings."""

import os
import resource
import time
from datetime import UTC, datetime
from itertools import cycle, islice

from gezhi.channels.poster import press
from gezhi.channels.poster.filling import sheets
from gezhi.places import queries as places


def posters(count: str) -> dict[str, float]:
    """Seconds to gather the facts of so many doors and to set their sheets; bytes of the file; what the child took at most.

    The demonstration's stairwells and buildings, some of them twice.
    """
    ids = (
        places.subtree("/")
        .filter(kind__in=["stairwell", "building"])
        .order_by("code")
        .values_list("id", flat=True)
    )
    rows = list(islice(cycle(places.by_ids(ids).values()), int(count)))
    begun = time.perf_counter()
    asked = sheets(
        rows, lambda code: f"https://gezhi.example.cn/r/{code}", language="zh-hans", at=datetime.now(UTC)
    )
    gathered = time.perf_counter() - begun
    file = press.wait(press.start(asked, len(rows)), lambda done, of: None)
    if file is None:
        raise RuntimeError("the posters were not set")
    seconds = time.perf_counter() - begun
    os.wait()  # only of a child that was waited for is it known what it took
    return {
        "gathered": gathered,
        "seconds": seconds,
        "bytes": file.stat().st_size,
        "peak": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024,
    }
