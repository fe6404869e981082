"""An old workbook (.xls) measured before a reader sees it: how far its sheets reach and how much text they repeat.

Such a file is not packed, yet one cell in its last corner, or one long text that every cell repeats, costs a reader all memory
there is. Source: [MS-XLS] (records), [MS-CFB] (the file around them). Pure: bytes in, nothing out.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from gezhi.kernel.workbook import BadSheet, Limits

_SECTOR_OFFSET = 512
_END = 0xFFFFFFFA  # and above: no sector
_ENTRY = 128
_SHORT, _LONG = struct.Struct("<H"), struct.Struct("<I")
_STREAMS = ("Workbook", "Book")
# records with a row and a column, or a row and several columns, and what they hold
_ONE_CELL = frozenset({0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD})
_MANY_CELLS = frozenset({0x00BD, 0x00BE})
_SHARED, _CONTINUE, _PASSWORD, _BEGIN, _SHARED_CELL = 0x00FC, 0x003C, 0x002F, 0x0809, 0x00FD
_WIDE, _PHONETIC, _RICH = 0x01, 0x04, 0x08


class _Record(NamedTuple):
    kind: int
    data: bytes


def measure(data: bytes, limits: Limits) -> None:
    """Raises BadSheet: bomb, broken, encrypted, too_many_rows, too_many_columns, too_many_cells, too_much_text."""
    if len(data) > limits.max_bytes:
        raise BadSheet("bomb", bytes=len(data), limit=limits.max_bytes)
    try:
        _Extent(limits).go_through(list(_records(_stream(data))))
    except (struct.error, IndexError, ValueError) as error:
        if isinstance(error, BadSheet):
            raise
        raise BadSheet("broken") from error


class _Extent:
    """How far the sheets reach. Stops at the first limit that is broken."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.last_row = self.last_column = self.signs = 0
        self.lengths: list[int] = []

    def go_through(self, records: list[_Record]) -> None:
        """All sheets of one workbook; the shared texts stand before the first of them."""
        for at, record in enumerate(records):
            if record.kind == _PASSWORD:
                raise BadSheet("encrypted")
            if record.kind == _SHARED:
                self.lengths = _text_lengths(_continued(records, at))
            elif record.kind == _BEGIN:
                self.last_row = self.last_column = 0
            elif record.kind in _ONE_CELL or record.kind in _MANY_CELLS:
                self._cell(record)

    def _cell(self, record: _Record) -> None:
        row, column = _SHORT.unpack_from(record.data)[0], _SHORT.unpack_from(record.data, 2)[0]
        if record.kind in _MANY_CELLS:
            column = _SHORT.unpack_from(record.data, len(record.data) - 2)[0]
        self.last_row, self.last_column = max(self.last_row, row + 1), max(self.last_column, column + 1)
        limits = self.limits
        if self.last_row > limits.max_rows:
            raise BadSheet("too_many_rows", rows=self.last_row, limit=limits.max_rows)
        if self.last_column > limits.max_columns:
            raise BadSheet("too_many_columns", columns=self.last_column, limit=limits.max_columns)
        if self.last_row * self.last_column > limits.max_cells:
            raise BadSheet("too_many_cells", limit=limits.max_cells)
        if record.kind == _SHARED_CELL:
            self._repeats(_LONG.unpack_from(record.data, 6)[0])

    def _repeats(self, index: int) -> None:
        self.signs += self.lengths[index] if index < len(self.lengths) else 0
        if self.signs > self.limits.max_signs:
            raise BadSheet("too_much_text", limit=self.limits.max_signs)


def _records(stream: bytes) -> Iterator[_Record]:
    at = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield _Record(kind, stream[at + 4 : at + 4 + length])
        at += 4 + length


def _continued(records: list[_Record], at: int) -> list[bytes]:
    """A record that did not fit into one, and what carries on behind it."""
    parts = [records[at].data]
    for record in records[at + 1 :]:
        if record.kind != _CONTINUE:
            break
        parts.append(record.data)
    return parts


def _text_lengths(parts: list[bytes]) -> list[int]:
    """How many signs each shared text has. A text broken over two parts says its width again in the second."""
    lengths: list[int] = []
    count = _LONG.unpack_from(parts[0], 4)[0]
    part, at = 0, 8
    while len(lengths) < count:
        while part < len(parts) and at >= len(parts[part]):
            part, at = part + 1, at - len(parts[part])
        if part == len(parts):
            return lengths  # fewer texts than it says: the reader finds none there either
        signs, flags = _SHORT.unpack_from(parts[part], at)[0], parts[part][at + 2]
        at += 3
        extra = 0
        if flags & _RICH:
            extra, at = 4 * _SHORT.unpack_from(parts[part], at)[0], at + 2
        if flags & _PHONETIC:
            extra, at = extra + _LONG.unpack_from(parts[part], at)[0], at + 4
        lengths.append(signs)
        while signs:
            width = 2 if flags & _WIDE else 1
            here = min(signs, (len(parts[part]) - at) // width)
            signs, at = signs - here, at + here * width
            if signs:
                part += 1
                flags, at = parts[part][0], 1
        at += extra
    return lengths


def _stream(data: bytes) -> bytes:
    """The bytes of the workbook inside the file."""
    size = 1 << _SHORT.unpack_from(data, 30)[0]
    if size not in (512, 4096):
        raise BadSheet("broken")
    table = _table(data, size)
    directory = _chain(data, _LONG.unpack_from(data, 48)[0], table, size)
    root_start = 0
    for entry in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        name_bytes = _SHORT.unpack_from(directory, entry + 64)[0]
        name = directory[entry : entry + max(0, min(name_bytes, 64) - 2)].decode("utf-16-le", "replace")
        start, length = struct.unpack_from("<II", directory, entry + 116)
        if entry == 0:
            root_start = start
        if name in _STREAMS:
            if length < _LONG.unpack_from(data, 56)[0]:
                return _small(data, (root_start, start), length, table, size)
            return _chain(data, start, table, size)[:length]
    raise BadSheet("broken")


def _table(data: bytes, size: int) -> list[int]:
    """Which sector follows which."""
    sectors = list(struct.unpack_from("<109I", data, 76))
    more, seen = _LONG.unpack_from(data, 68)[0], 0
    while more < _END and seen * size <= len(data):
        block = _sector(data, more, size)
        sectors += struct.unpack(f"<{size // 4 - 1}I", block[:-4])
        more, seen = _LONG.unpack(block[-4:])[0], seen + 1
    table: list[int] = []
    for sector in sectors:
        if sector < _END and len(table) * size <= 4 * len(data):
            table += struct.unpack(f"<{size // 4}I", _sector(data, sector, size))
    return table


def _sector(data: bytes, number: int, size: int) -> bytes:
    start = max(size, _SECTOR_OFFSET) + number * size
    block = data[start : start + size]
    if not block:
        raise BadSheet("broken")
    return block.ljust(size, b"\0")


def _chain(data: bytes, start: int, table: list[int], size: int) -> bytes:
    blocks: list[bytes] = []
    at = start
    while at < _END:
        if len(blocks) > len(data) // size + 1:
            raise BadSheet("bomb")  # it bites its own tail
        blocks.append(_sector(data, at, size))
        at = table[at]
    return b"".join(blocks)


def _small(data: bytes, starts: tuple[int, int], length: int, table: list[int], size: int) -> bytes:
    """A stream of less than a cutoff lies in pieces of 64 bytes inside the root's own."""
    root = _chain(data, starts[0], table, size)
    index = _chain(data, _LONG.unpack_from(data, 60)[0], table, size)
    small = struct.unpack(f"<{len(index) // 4}I", index)
    pieces: list[bytes] = []
    at = starts[1]
    while at < _END and len(pieces) * 64 < length:
        pieces.append(root[at * 64 : at * 64 + 64])
        at = small[at]
    return b"".join(pieces)[:length]
