"""Sixty-four visitors at once on SQLite: nobody is refused, nobody starves; and what reporting is like while a big book is brought in."""

import threading
from collections.abc import Sequence

from bench.inprocess import MESSAGES
from bench.load import Seen, send
from bench.office import ROOT, Office
from bench.reports import reports
from bench.table import Table

CROWD, EACH = 64, 40
FLOOR_P99 = 2000
IDLE, BEFORE_IMPORT = 600, 3  # reports of a round; rounds taken before
MOST_ROUNDS = 40
FLOOR_SECONDS, FLOOR_RATIO = 30, 2.0


def crowd(office: Office) -> Table:
    """64 visitors, each sending its reports one after the other, with routing rules in force and the clockwork beside."""
    codes = office.inside("stairwells")
    with office.serving(), office.working():
        send(office.port, reports(office, codes, 200), expect=303)
        seen = send(office.port, reports(office, codes, CROWD * EACH), expect=303, visitors=CROWD)
    return Table(
        f"A crowd on SQLite: N = {CROWD} visitors, {EACH} reports each, clockwork beside",
        ("what", "value", "floor"),
        (
            ("reports per second", f"{seen.rate:.0f}", ""),
            ("answers other than 303", "0", "0"),
            ("p50 ms", f"{seen.percentile(50):.0f}", ""),
            ("p99 ms", f"{seen.percentile(99):.0f}", f"≤ {FLOOR_P99}"),
            ("longest ms", f"{seen.latencies[-1]:.0f}", "nobody starves"),
        ),
    )


def beside_import(office: Office) -> Table:
    """Reports by 8 visitors, first with nobody else, then while 4,326 messages are brought in by the command."""
    if not MESSAGES.exists():
        return Table(
            "Reporting beside an import: skipped",
            ("why",),
            ((f"there is no ../{MESSAGES.relative_to(ROOT.parent)}",),),
        )
    codes = office.inside("stairwells")
    with office.serving():
        send(office.port, reports(office, codes, IDLE), expect=303)
        idle = rounds_of(office, codes, BEFORE_IMPORT)
        told: dict[str, object] = {}
        importing = threading.Thread(
            target=lambda: told.update(office.inside("messages_once", str(MESSAGES)))
        )
        importing.start()
        beside = while_alive(importing, office, codes, MOST_ROUNDS)
    slower = beside.percentile(99) / idle.percentile(99)
    return Table(
        f"Reporting beside an import: N = {IDLE * BEFORE_IMPORT} reports before, {len(beside.latencies)} during {told['read']} messages",
        ("what", "per second", "p50 ms", "p99 ms", "floor"),
        (
            ("reports, nobody else", *row_of(idle), ""),
            ("reports during the import", *row_of(beside), f"p99 ≤ {FLOOR_RATIO:.0f} × (is {slower:.1f} ×)"),
        ),
        (f"The import took {told['seconds']:.1f} s beside them (floor: ≤ {FLOOR_SECONDS} s).",),
    )


def while_alive(importing: threading.Thread, office: Office, codes: Sequence[str], most: int) -> Seen:
    """Reports, a quarter of a round at a time, until the import is over."""
    beside: Seen | None = None
    for _ in range(most):
        if not importing.is_alive():
            break
        one = send(office.port, reports(office, codes, IDLE // 4), expect=303)
        beside = one if beside is None else beside + one
    importing.join()
    if beside is None:
        raise RuntimeError("the import was over before anybody reported")
    return beside


def rounds_of(office: Office, codes: Sequence[str], rounds: int) -> Seen:
    seen = send(office.port, reports(office, codes, IDLE), expect=303)
    for _ in range(rounds - 1):
        seen = seen + send(office.port, reports(office, codes, IDLE), expect=303)
    return seen


def row_of(seen: Seen) -> tuple[str, str, str]:
    return f"{seen.rate:.0f}", f"{seen.percentile(50):.1f}", f"{seen.percentile(99):.1f}"
