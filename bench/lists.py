"""The desk's list of 50 at 10,000 and at 100,000 cases, by somebody who may see them all."""

from bench.forms import header
from bench.load import Seen, get, send
from bench.office import Office
from bench.reports import bare, figures
from bench.table import Table

SIZES = (10_000, 100_000)
REQUESTS = 400
PATH = "/desk/"
FLOOR_RATE, FLOOR_RATIO = 60, 1.5


def measure(office: Office) -> Table:
    """A tenth of the cases is open, as in an office that keeps up; then, at the larger size, every one. The bare view before each."""
    with office.serving():
        kept = office.inside("log_in", "zhou")
        seen: dict[str, tuple[Seen, Seen]] = {}
        for size in SIZES:
            office.inside("fill_cases", str(size))
            seen[f"{size:,} cases, a tenth open"] = _measured(office, kept)
        office.inside("reopen_all")
        seen[f"{SIZES[-1]:,} cases, all open"] = _measured(office, kept)
        page = len(office.fetch(PATH, {"Cookie": header(kept)})[2])
    small, large, _ = (one for one, _ in seen.values())
    ratio = small.rate / large.rate
    rows = [
        (name, *figures(one, plain), f"{plain.rate:.0f}", "" if one is not large else _floor(ratio))
        for name, (one, plain) in seen.items()
    ]
    return Table(
        f"List of 50 at the desk: N = {REQUESTS} requests a row, {REQUESTS} bare inserts before each",
        ("what", "per second", "ratio", "p50 ms", "p99 ms", "bare view per second", "floor"),
        rows,
        (f"The page is {page:,} bytes uncompressed: rows, filters and the counts of eleven views.",),
    )


def _floor(ratio: float) -> str:
    return f"≥ {FLOOR_RATE}/s, within {FLOOR_RATIO}× (is {ratio:.2f}×)"


def _measured(office: Office, kept: dict[str, str]) -> tuple[Seen, Seen]:
    """(the list, the bare view), one right after the other."""
    send(office.port, [get(PATH, kept)] * 40, expect=200)
    plain = send(office.port, bare(office, REQUESTS), expect=204)
    return send(office.port, [get(PATH, kept)] * REQUESTS, expect=200), plain
