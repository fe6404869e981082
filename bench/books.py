"""A ledger of 100,000 rows comes in while people report: how long, how much memory, and how much longer they wait."""

import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from bench.crowd import IDLE, rounds_of, row_of, while_alive
from bench.load import send
from bench.office import Office
from bench.reports import reports
from bench.table import Table

ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
FLOOR_SECONDS, FLOOR_MB, FLOOR_RATIO = 60, 500, 2.0
BEFORE, MOST_ROUNDS = 2, 200
HEADS = ("工单编号", "上报时间", "小区", "问题类型", "问题描述", "联系电话", "责任单位", "办理情况")
MATTERS = ("路灯不亮", "井盖松动", "楼道堆物", "下水堵塞", "垃圾没有清运", "树枝挡窗")
BUILDINGS = 300


def books(office: Office) -> Table:
    """One comes in with nobody else there, another one beside people who report. Every row is unfinished, so every row becomes a case: the hardest book of this size. Three of four name their place and their category."""
    codes, words = office.inside("stairwells"), office.inside("words_of_the_town", str(BUILDINGS))
    with tempfile.TemporaryDirectory() as folder, office.serving():
        files = [
            _written(Path(folder) / f"{letter}.xlsx", letter, words["buildings"], words["categories"])
            for letter in "AB"
        ]
        alone = office.inside("book_once", str(files[0]))
        send(office.port, reports(office, codes, IDLE), expect=303)
        idle = rounds_of(office, codes, BEFORE)
        told: dict[str, float] = {}
        bringing = threading.Thread(target=lambda: told.update(office.inside("book_once", str(files[1]))))
        bringing.start()
        beside = while_alive(bringing, office, codes, MOST_ROUNDS)
    slower = beside.percentile(99) / idle.percentile(99)
    spent = " · ".join(f"{told[name] / ROWS * 1e6:.0f}" for name in ("cpu_read", "cpu_judged", "cpu_staged"))
    return Table(
        f"A ledger of {ROWS:,} rows beside people who report: N = {len(beside.latencies)} reports during it",
        ("what", "value", "floor"),
        (
            ("seconds with nobody beside", f"{alone['seconds']:.1f}", f"≤ {FLOOR_SECONDS} for 100,000"),
            ("the longest batch of it, ms", f"{alone['longest'] * 1000:.0f}", "≤ 200"),
            ("seconds beside people: read, judged, written", f"{told['seconds']:.1f}", ""),
            ("of them reading and judging", f"{told['judging']:.1f}", ""),
            ("seconds of processor time", f"{told['cpu']:.1f}", ""),
            ("µs of it a row: read, judge, write", spent, ""),
            ("new, of them at a place", f"{told['new']:.0f}, {told['located']:.0f}", ""),
            ("rows per second", f"{told['new'] / told['seconds']:.0f}", ""),
            ("most memory, MB", f"{told['megabytes']:.0f}", f"≤ {FLOOR_MB}"),
            ("longest batch that holds the writer, ms", f"{told['longest'] * 1000:.0f}", "≤ 200"),
            ("publishing, ms", f"{told['publishing'] * 1000:.0f}", ""),
            ("reports before: per second, p50, p99 ms", " · ".join(row_of(idle)), ""),
            (
                "reports during it",
                " · ".join(row_of(beside)),
                f"p99 ≤ {FLOOR_RATIO:.0f} × (is {slower:.1f} ×)",
            ),
        ),
    )


def _written(file: Path, letter: str, buildings: Sequence[str], categories: Sequence[str]) -> Path:
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet = book.add_worksheet("台账")
    sheet.write_row(0, 0, HEADS)
    for at in range(ROWS):
        said = f"2024-{at % 12 + 1:02d}-{at % 28 + 1:02d} {at % 24:02d}:{at % 60:02d}"
        matter = f"{MATTERS[at % len(MATTERS)]}，第 {at} 次反映，请尽快派人来看，谢谢"
        phone = f"138{at:08d}"
        place = buildings[at * 7 % len(buildings)] if at % 4 else f"小区{at % 40}"
        category = categories[at * 11 % len(categories)] if (at + 1) % 4 else "其他问题"
        sheet.write_row(
            at + 1, 0, (f"{letter}{at:06d}", said, place, category, matter, phone, "物业", "处理中")
        )
    book.close()
    return file
