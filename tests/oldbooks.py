"""Old workbooks (.xls) made by hand: records of [MS-XLS] in a file of [MS-CFB], as few as a reader needs."""

import struct
from collections.abc import Sequence

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
PIECE = 8000  # a record ends before 8,224 bytes; what is longer goes on in a CONTINUE


def xls(*rows: Sequence[str | int | float | None], extra: bytes = b"") -> bytes:
    """One sheet 台账 of these rows: texts shared, counts as numbers. extra: records in the sheet before its end."""
    texts = list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str)))
    cells = b"".join(
        _cell(at, column, cell, texts) for at, row in enumerate(rows) for column, cell in enumerate(row)
    )
    sheet = _begin(0x10) + cells + extra + record(0x0A, b"")
    name = "台账".encode("utf-16-le")
    shared = _shared(texts)
    bound_length = 4 + 8 + len(name)
    start = len(_begin(0x05)) + bound_length + len(shared) + 4
    bound = record(0x85, struct.pack("<IBBBB", start, 0, 0, 2, 1) + name)
    return compound(_begin(0x05) + bound + shared + record(0x0A, b"") + sheet)


def record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def repeated(row: int, column: int, index: int) -> bytes:
    """A cell that shows a shared text."""
    return record(0xFD, struct.pack("<HHHI", row, column, 0, index))


def _cell(row: int, column: int, cell: str | int | float | None, texts: list[str]) -> bytes:
    if cell is None:
        return b""
    return repeated(row, column, texts.index(cell)) if isinstance(cell, str) else number(row, column, cell)


def _begin(kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _shared(texts: list[str]) -> bytes:
    """The shared texts; one that does not fit goes on behind, saying its width again."""
    parts, now = [], bytearray(struct.pack("<II", len(texts), len(texts)))
    for text in texts:
        wide = text.encode("utf-16-le")
        if len(now) + 5 > PIECE:
            parts.append(bytes(now))
            now = bytearray()
        now += struct.pack("<HB", len(wide) // 2, 1)
        while len(now) + len(wide) > PIECE:
            here = (PIECE - len(now)) // 2 * 2
            now += wide[:here]
            parts.append(bytes(now))
            now, wide = bytearray(b"\1"), wide[here:]
        now += wide
    first, *more = [*parts, bytes(now)]
    return record(0xFC, first) + b"".join(record(0x3C, part) for part in more)


def compound(stream: bytes) -> bytes:
    """A file with one stream, Workbook."""
    stream = stream.ljust(max(len(stream), 4096), b"\0")
    sectors = -(-len(stream) // SECTOR)
    tables = 1
    while tables * 128 < tables + 1 + sectors:
        tables += 1
    chain = [TABLE] * tables + [END] + [tables + 2 + at for at in range(sectors - 1)] + [END]
    chain += [FREE] * (tables * 128 - len(chain))
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, 4096, END, 0, END, 0,
    )  # fmt: skip
    head += struct.pack("<109I", *range(tables), *[FREE] * (109 - tables))
    directory = (
        _entry("Root Entry", 5, 1, END, 0)
        + _entry("Workbook", 2, FREE, tables + 1, len(stream))
        + 2 * _entry("", 0, FREE, 0, 0)
    )
    return head + struct.pack(f"<{len(chain)}I", *chain) + directory + stream.ljust(sectors * SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, length: int) -> bytes:
    wide = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI16xIII",
        wide,
        len(wide) + 2 if wide else 0,
        kind,
        1,
        FREE,
        FREE,
        child,
        0,
        start,
        length,
        0,
    )
