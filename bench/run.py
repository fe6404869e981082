"""Run the benchmarks, one table each. They state figures and floors; they judge nothing, so a slow day breaks no build."""

import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence

from bench import (
    books,
    crowd,
    exports,
    inprocess,
    lists,
    masking,
    memory,
    million,
    morning,
    moves,
    page,
    photos,
    posters,
    reports,
    suggest,
)
from bench.office import Office, founded
from bench.table import Table, show

BENCHMARKS: Mapping[str, Callable[[Office], Table]] = {
    "reports": reports.measure,
    "photos": photos.measure,
    "moves": moves.measure,
    "page": page.measure,
    "memory": memory.measure,
    "locate": inprocess.locate,
    "deadlines": inprocess.deadlines,
    "messages": inprocess.messages,
    "crowd": crowd.crowd,
    "import": crowd.beside_import,
    "books": books.books,
    "exports": exports.measure,
    "lists": lists.measure,
    "million": million.measure,
    "morning": morning.measure,
    "suggest": suggest.categories,
    "repeats": suggest.repeats,
    "posters": posters.measure,
    "masking": masking.measure,
}


def run_all(only: Sequence[str]) -> int:
    """Measure those named, or all. Returns 0, or 2 when a name is unknown."""
    unknown = [name for name in only if name not in BENCHMARKS]
    if unknown:
        print(
            f"gezhi bench: no benchmark is called {', '.join(unknown)}; there are: {' '.join(BENCHMARKS)}",
            file=sys.stderr,
        )
        return 2
    wanted = only or list(BENCHMARKS)
    print(f"gezhi bench {' '.join(wanted)}")
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the beginning"
    )
    with founded() as office:
        for name in wanted:
            show(BENCHMARKS[name](office))
    return 0
