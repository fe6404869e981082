"""The desk's list of 50 at 10,000 and at 100,000 cases, by somebody who may see them all."""

from bench.forms import header
from bench.load import get, send
from bench.office import Office
from bench.table import Table

SIZES = (10_000, 100_000)
REQUESTS = 400
PATH = "/desk/"
FLOOR_RATE, FLOOR_RATIO = 60, 1.5


def measure(office: Office) -> Table:
    """A tenth of the cases is open, as in an office that keeps up; then, at the larger size, every one."""
    with office.serving():
        kept = office.inside("log_in", "zhou")
        rows: list[list[str]] = []
        rates = []
        for size in SIZES:
            office.inside("fill_cases", str(size))
            rates.append(_row(office, f"{size:,} cases, a tenth open", kept, rows))
        office.inside("reopen_all")
        _row(office, f"{SIZES[-1]:,} cases, all open", kept, rows)
        page = len(office.fetch(PATH, {"Cookie": header(kept)})[2])
    rows[1][4] = f"≥ {FLOOR_RATE}/s, within {FLOOR_RATIO}× (is {rates[0] / rates[1]:.2f}×)"
    return Table(
        f"List of 50 at the desk: N = {REQUESTS} requests a row",
        ("what", "per second", "p50 ms", "p99 ms", "floor"),
        rows,
        (f"The page is {page:,} bytes uncompressed: rows, filters and the counts of eleven views.",),
    )


def _row(office: Office, name: str, kept: dict[str, str], rows: list[list[str]]) -> float:
    send(office.port, [get(PATH, kept)] * 40, expect=200)
    seen = send(office.port, [get(PATH, kept)] * REQUESTS, expect=200)
    rows.append([name, f"{seen.rate:.0f}", f"{seen.percentile(50):.1f}", f"{seen.percentile(99):.1f}", ""])
    return seen.rate
