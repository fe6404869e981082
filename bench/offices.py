"""Offices with many whole cases, for whoever measures them: of which sizes, filled now or before.

BENCH_SIZES (10000,100000) chooses the sizes, BENCH_OFFICE (SIZE=FOLDER,… or SIZE=FOLDER@DATABASE,…) offices that are filled already.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench.office import Office, another

SIZES = (10_000, 100_000, 1_000_000)


def sizes(usual: Sequence[int] = SIZES) -> list[int]:
    """Smallest first."""
    chosen = os.environ.get("BENCH_SIZES", "")
    return sorted(int(one) for one in chosen.split(",")) if chosen else list(usual)


@contextmanager
def filled(office: Office, size: int, notes: list[str]) -> Iterator[Office]:
    """An office with so many copies of cases beside the demonstration's own."""
    ready = dict(one.split("=", 1) for one in os.environ.get("BENCH_OFFICE", "").split(",") if one)
    if str(size) in ready:
        folder, _at, database = ready[str(size)].partition("@")
        kept = Office(Path(folder), office.port, database)
        kept.gezhi("demo")  # it stands already: its tables and static files are brought up to date
        yield kept
        return
    with another(office) as fresh:
        told = fresh.inside("fill", str(size))
        parts = ", ".join(f"{name} {seconds:.0f}" for name, seconds in told["seconds"].items())
        rows = sum(told["rows"].values()) / size
        notes.append(f"{size:,} cases, {rows:.0f} rows a case, filled in {told['together']:.0f} s: {parts}.")
        yield fresh
