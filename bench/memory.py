"""How much memory server and clockwork take together after work: proportional set size, so shared pages count once."""

from contextlib import suppress
from pathlib import Path

from bench.forms import header
from bench.load import get, send
from bench.office import Office
from bench.reports import reports
from bench.table import Table

REPORTS, LISTS = 400, 100
FLOOR_MB = 400


def measure(office: Office) -> Table:
    """Every process of both, one row each."""
    codes = office.inside("stairwells")
    with office.serving() as server, office.working() as worker:
        kept = office.inside("log_in", "zhou")
        send(office.port, reports(office, codes, REPORTS), expect=303)
        send(office.port, [get("/desk/", kept)] * LISTS, expect=200)
        send(office.port, [get(f"/r/{code}") for code in codes[:50]], expect=200)
        office.fetch("/desk/", {"Cookie": header(kept)})
        rows = [("server", str(pid), _pss_mb(pid)) for pid in _family(server)]
        rows += [("clockwork", str(pid), _pss_mb(pid)) for pid in _family(worker)]
        rows = [row for row in rows if row[2]]  # whoever has just ended takes nothing
    shown = [(name, pid, f"{size:.0f}") for name, pid, size in rows]
    total = sum(size for _, _, size in rows)
    return Table(
        f"Memory after {REPORTS} reports and {LISTS} lists",
        ("process", "id", "PSS MB"),
        [*shown, ("together", "", f"{total:.0f}  (floor ≤ {FLOOR_MB})")],
        ("Sum over /proc/*/smaps_rollup. The helper that decodes pictures is counted when it runs.",),
    )


def _family(pid: int) -> list[int]:
    """A process and all it started, itself first; those that end meanwhile are absent."""
    children: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            children += map(int, (task / "children").read_text().split())
    return [pid, *(one for child in children for one in _family(child))]


def _pss_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
