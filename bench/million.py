"""What an office is asked all day, at ten thousand, a hundred thousand and a million whole cases, each beside the bare view of the same run.

One row of READS is one thing that is asked: a name, what is asked for, and its floor. Whoever builds a page adds its row here.
Which sizes and offices: bench/offices.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench.forms import header
from bench.load import Seen, get, send
from bench.moves import Clerk, moves_of
from bench.office import Office
from bench.offices import filled, sizes
from bench.reports import bare, figures, reports
from bench.table import Table

REQUESTS, ALONE, WARM = 240, 60, 16
MOVED, REPORTED = 400, 600
GROWTH = "growth ≤ 1.5×"


@dataclass(frozen=True, slots=True)
class Read:
    """name: what it is in words. ask: the address, from what the office said of itself (inside_million.about). floor: of the largest office.

    one_in: asked for so much more rarely, for a paper takes its time.
    """

    name: str
    ask: Callable[[Mapping[str, Any]], str]
    floor: str = GROWTH
    one_in: int = 1


def _path(address: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda about: address.format(**about)


MAP = "≥ 150/s, p50 ≤ 25 ms"
LIST = "≥ 60/s, p50 ≤ 40 ms"
READS = (
    Read("list of 50, open, first page", _path("/desk/"), LIST),
    Read("filtered list of 50: a community, by phone, first page", _path("/desk/?place={community}&channel=phone"), LIST),
    Read("filtered list of 50: closed, by phone, first page", _path("/desk/?view=closed&channel=phone"), LIST),
    Read("filtered list of 50: closed, by phone, 40th page", _path("/desk/?view=closed&channel=phone&page=40"), LIST),
    Read("two-character search, 20 newest by a program, counted to 1,000", _path(f"/api/v1/cases?limit=20&q={quote('积水')}"), LIST),
    Read("two-character search at the desk", _path(f"/desk/?q={quote('积水')}"), LIST),
    Read("a word that stands in half of all cases, closed ones", _path(f"/desk/?view=closed&q={quote('小区')}"), LIST),
    Read("map, the whole office in clusters", _path("/desk/map/points?bbox={whole}&zoom=12"), MAP),
    Read("map, at closest zoom, points", _path("/desk/map/points?bbox={near}&zoom=18"), MAP),
    Read("map, what was received in a month, clusters", _path("/desk/map/points?bbox={whole}&zoom=12&month={month}"), MAP),
    Read("map, page", _path("/desk/map/")),
    Read("figures of a subdistrict, 12 months", _path("/desk/figures/?span=year&place={subdistrict}"), "≥ 100/s, p50 ≤ 30 ms"),
    Read("figures, the cases of a number", _path("/desk/figures/cases/?span=year&count=closed&place={subdistrict}")),
    Read("figures, what was open at the end of a month, of a category", _path("/desk/figures/?span=month&place={subdistrict}&category={category}")),
    Read("what happened at a place, of a community", _path("/desk/spots/{community}/")),
    Read("brief of the week (a twelfth as many requests)", _path("/desk/brief/"), one_in=12),
    Read("case page with 30 journal rows", _path("/desk/cases/{long_case}/"), "≥ 120/s"),
    Read("ledger, first 50 lines", _path("/desk/ledger/")),
    Read("ledger of a community", _path("/desk/ledger/?place={community}")),
    Read("orders", _path("/desk/orders/")),
    Read("call-back list", _path("/desk/calls/")),
    Read("notices", _path("/desk/notices/")),
    Read("what may be said in public", _path("/desk/review/")),
    Read("place page at the desk", _path("/desk/places/{community}/")),
    Read("cases by a program, newest 50", _path("/api/v1/cases")),
    Read("home page", _path("/")),
    Read("public page of a community", _path("/p/{community}")),
    Read("Open311, list", _path("/open311/v2/requests.json?page_size=50")),
    Read("readyz", _path("/readyz")),
)  # fmt: skip


def measure(office: Office) -> Table:
    """Every read by one client and by eight, moves and reports by eight; growth from the smallest office to each."""
    seen: dict[int, dict[str, tuple[Seen | None, Seen, Seen]]] = {}
    notes = [
        "Each rate stands beside bare inserts sent just before it; the ratio is of the two. p50 is of one client alone."
    ]
    for size in sizes():
        with filled(office, size, notes) as full:
            seen[size] = _measured(full, notes, size)
    smallest = min(seen)
    rows = [
        (name, f"{size:,}", *_said(one), _grown(one, seen[smallest].get(name)), _floor(name, size))
        for name in seen[smallest]
        for size, found in seen.items()
        if (one := found.get(name)) is not None
    ]
    heads = (
        "what",
        "cases",
        "p50 of one, ms",
        "per second, 8 clients",
        "of the bare view",
        "p99 ms",
        "growth of p50",
        "floor at the largest",
    )
    return Table(
        f"At a million: N = {REQUESTS} requests a row by 8 clients, {ALONE} by one", heads, rows, tuple(notes)
    )


def _measured(office: Office, notes: list[str], size: int) -> dict[str, tuple[Seen | None, Seen, Seen]]:
    """Name → (by one client, by eight, the bare view just before)."""
    about, kept = office.inside("about"), office.inside("log_in", "zhou")
    token = {"Authorization": f"Bearer {about['token']}"}
    found: dict[str, tuple[Seen | None, Seen, Seen]] = {}
    with office.serving():
        send(office.port, bare(office, REQUESTS), expect=204)
        for read in READS:
            path = read.ask(about)
            one = get(path, kept, token if path.startswith("/api/") else None)
            send(office.port, [one] * (WARM // read.one_in or 2), expect=200)
            alone = send(office.port, [one] * (ALONE // read.one_in), expect=200, visitors=1)
            plain = send(office.port, bare(office, REQUESTS), expect=204)
            eight = send(office.port, [one] * (REQUESTS // read.one_in), expect=200)
            found[read.name] = (alone, eight, plain)
        said = reports(office, about["stairwells"], REPORTED)
        plain = send(office.port, bare(office, REPORTED), expect=204)
        found[REPORT] = (None, send(office.port, said, expect=303), plain)
        cases = office.inside("cases_in", "reported", str(MOVED))
        moves = moves_of(office, Clerk(kept), cases, "accept")
        plain = send(office.port, bare(office, MOVED), expect=204)
        found[MOVE] = (None, send(office.port, moves, expect=302), plain)
        office.fetch("/desk/", {"Cookie": header(kept)})
    told = office.inside("away", "100000")
    notes.append(
        f"{size:,} cases: a ledger of {told['rows']:,} lines as .xlsx in {told['seconds']:.1f} s, {told['megabytes']:.0f} MB more than idle (floor: ≤ 25 s, ≤ 120 MB)."
    )
    told = office.inside("rolled_up")
    notes.append(f"{size:,} cases: all roll-ups counted anew in {told['seconds']:.0f} s (floor: ≤ 120 s).")
    told = office.inside("recounted", "5000")
    notes.append(
        f"{size:,} cases: counted anew, {told['cases']:,} of them: ledger {told['ledger']:.2f} ms of the processor a case, search lines {told['search']:.2f} ms."
    )
    return found


REPORT, MOVE = "report without photo", "state move (accept)"
FLOORS = {read.name: read.floor for read in READS} | {REPORT: "within 1.3×", MOVE: "within 1.3×"}


def _said(one: tuple[Seen | None, Seen, Seen]) -> tuple[str, str, str, str]:
    alone, eight, plain = one
    rate, ratio, _, p99 = figures(eight, plain)
    return (f"{alone.percentile(50):.1f}" if alone else "", rate, ratio, p99)


def _grown(one: tuple[Seen | None, Seen, Seen], small: tuple[Seen | None, Seen, Seen] | None) -> str:
    """Of the time of one client; of what writes, by how much its share of the bare view fell."""
    if small is None or one is small:
        return ""
    if one[0] is not None and small[0] is not None:
        return f"{one[0].percentile(50) / small[0].percentile(50):.2f}×"
    return f"{(small[1].rate / small[2].rate) / (one[1].rate / one[2].rate):.2f}×"


def _floor(name: str, size: int) -> str:
    return FLOORS.get(name, "") if size == max(sizes()) else ""
