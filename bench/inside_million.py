"""Steps about an office of a million cases: what to ask it for, its ledger as a file, lines counted anew."""

import json
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min

from bench.whole import filling
from gezhi.cases.models import Case
from gezhi.catalogue import queries as catalogue
from gezhi.insight.rollups import anew as rollups
from gezhi.insight.search import text
from gezhi.journal.queries import sealed_position
from gezhi.kernel.actor import SYSTEM
from gezhi.ledger import recount
from gezhi.ledger.book import write
from gezhi.ledger.heading import heading
from gezhi.ledger.queries import LineFilter, lines, rows
from gezhi.places import queries as places
from gezhi.places.models import Place

LONG = 30  # journal rows


def filled(size: str) -> dict[str, Any]:
    """So many copies of whole cases; seconds by part and all together."""
    begun = time.perf_counter()
    told = filling.fill(int(size), datetime.now(UTC))
    return told | {"together": time.perf_counter() - begun}


def about() -> dict[str, Any]:
    """Codes and numbers of what is asked for, and a program's token."""
    communities = Place.objects.filter(kind="community", closed_on=None)
    busy = Case.objects.filter(closed_at=None).order_by().values_list("desk_id").annotate(n=Count("id"))
    accounts = json.loads((Path(settings.GEZHI_DATA) / "demo-accounts.json").read_text())
    long = Case.objects.filter(version__gte=LONG - 8).order_by("-version").values_list("number", flat=True)
    return {
        "desks": len(list(busy)),
        "community": sorted(communities.values_list("code", flat=True))[3],
        "subdistrict": Place.objects.filter(kind="subdistrict", closed_on=None).order_by("code")[0].code,
        "category": next(leaf.code for leaf in catalogue.leaves()),
        "month": f"{datetime.now(UTC) - timedelta(days=31):%Y-%m}",
        **_views(),
        "long_case": long[:1][0],
        "token": next(one["token"] for one in accounts if one["username"] == "zhou"),
        "stairwells": [row.code for row in places.subtree("/").filter(kind="stairwell").order_by("code")],
    }


def _views() -> dict[str, str]:
    """What the map shows as west,south,east,north: all places, and three hundred metres around one of them."""
    drawn = Place.objects.exclude(lon=None).exclude(lat=None).order_by("code")
    all_of_it = drawn.aggregate(w=Min("lon"), s=Min("lat"), e=Max("lon"), n=Max("lat"))
    one = drawn.filter(kind="building")[0]
    near = (one.lon - 0.002, one.lat - 0.0015, one.lon + 0.002, one.lat + 0.0015)
    return {
        "whole": ",".join(f"{all_of_it[side]:.6f}" for side in "wsen"),
        "near": ",".join(f"{side:.6f}" for side in near),
    }


def away(most: str) -> dict[str, Any]:
    """So many lines of the ledger into one book, newest first."""
    at, begun, idle = datetime.now(UTC), time.perf_counter(), _peak()
    wanted = LineFilter()
    found = lines(wanted, actor=SYSTEM)[: int(most)].iterator(chunk_size=500)
    with tempfile.TemporaryFile() as file:
        count = write(
            rows(found, actor=SYSTEM, language="zh-hans", at=at),
            file,
            heading(wanted, actor=SYSTEM, language="zh-hans", at=at),
        )
    return {"rows": count, "seconds": time.perf_counter() - begun, "megabytes": _peak() - idle}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rolled_up() -> dict[str, float]:
    """All roll-ups counted anew from the ledger's lines, beside those that are read meanwhile; seconds."""
    begun = time.perf_counter()
    rollups.count_anew(at=datetime.now(UTC))
    return {"seconds": time.perf_counter() - begun}


def recounted(most: str) -> dict[str, Any]:
    """Lines of the ledger and of the search made from the journal once more, not written; milliseconds of the processor for each case."""
    ids = list(Case.objects.order_by("-id").values_list("id", flat=True)[: int(most)])
    spent = dict[str, float]()
    for name, deed in (
        ("ledger", lambda some: recount.recount(some, sealed_position())),
        ("search", text.texts_of),
    ):
        begun = time.process_time()
        for first in range(0, len(ids), 250):
            deed(ids[first : first + 250])
        spent[name] = (time.process_time() - begun) / len(ids) * 1000
    return {"cases": len(ids), **spent}
