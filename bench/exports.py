"""The ledger of 100,000 lines leaves as a workbook and as CSV: how long, and how much memory more than a process that does nothing."""

import os

from bench.office import Office
from bench.table import Table

LINES = int(os.environ.get("BENCH_LINES", "100000"))
FLOOR_SECONDS, FLOOR_MB = 25, 120


def measure(office: Office) -> Table:
    """Lines made in bulk, each with a report of its own, written in one go as `gezhi export-ledger` does."""
    office.inside("fill_cases", str(LINES))
    office.inside("fill_lines")
    rows = []
    for suffix in (".xlsx", ".csv"):
        told = office.inside("export_once", suffix)
        more = told["most"] - told["idle"]
        is_asked = suffix == ".xlsx"
        rows.append(
            (
                suffix,
                f"{told['seconds']:.1f}",
                f"{told['cpu']:.1f}",
                f"{more:.0f}",
                f"{told['bytes'] / 1e6:.1f}",
                f"≤ {FLOOR_SECONDS} s, ≤ {FLOOR_MB} MB more" if is_asked else "",
            )
        )
    return Table(
        f"The ledger as a file: N = {LINES:,} lines of 41 columns",
        ("file", "seconds", "of the processor", "MB more than idle", "MB", "floor"),
        rows,
    )
