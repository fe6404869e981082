"""Single functions, timed inside one process: finding the grid cell of a point, working out a deadline, taking in a sheet of messages."""

from bench.office import ROOT, Office
from bench.table import Table

CELLS, POINTS, DEADLINES = 10_000, 100_000, 20_000
LOCATE_FLOOR_US = 50
MESSAGES = ROOT.parent / "shared" / "data" / "citizen-messages" / "messages.xlsx"


def locate(office: Office) -> Table:
    """places.queries.locate over random points."""
    told = office.inside("locate", str(CELLS), str(POINTS))
    return Table(
        f"locate(): N = {POINTS:,} random points in {told['cells']:,} cells",
        ("what", "µs", "floor"),
        (
            ("mean of all points", f"{told['mean']:.1f}", f"≤ {LOCATE_FLOOR_US}"),
            ("99th percentile", f"{told['p99']:.1f}", ""),
            ("building the index, once per process and change", f"{told['index']:.0f}", ""),
        ),
    )


def deadlines(office: Office) -> Table:
    """kernel.worktime.due_at with the office calendar: 1 minute to 60 working days, with and without pauses."""
    told = office.inside("deadlines", str(DEADLINES))
    return Table(
        f"due_at(): N = {DEADLINES:,}",
        ("what", "µs a call"),
        [(name, f"{value:.1f}") for name, value in told.items()],
    )


def messages(office: Office) -> Table:
    """The board's 4,326 messages, read, judged, written and published."""
    if not MESSAGES.exists():
        return Table(
            "Import of messages: skipped",
            ("why",),
            ((f"there is no ../{MESSAGES.relative_to(ROOT.parent)}",),),
        )
    told = office.inside("messages", str(MESSAGES))
    return Table(
        f"Import of messages: N = {told['read']:,}",
        ("what", "value"),
        (
            ("seconds", f"{told['seconds']:.1f}"),
            ("messages per second", f"{told['read'] / told['seconds']:.0f}"),
            ("the same file again, seconds", f"{told['again']:.1f}"),
            ("longest batch that holds the writer, ms", f"{told['longest'] * 1000:.0f}  (design: ≤ 200)"),
        ),
    )
