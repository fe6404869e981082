"""An .xlsx made safe before a reader sees it: what is inside is measured, inflated within bounds and packed anew.

The reader gets only parts that were read here in full, so lying headers, overlapping entries and second
directories cannot mean one thing here and another there. Pure: bytes in, bytes out.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pyexpat import ExpatError, ParserCreate

from gezhi.kernel.refusal import Refusal

ERROR_TEXTS = frozenset(
    ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!"]
)


HEAD_ROWS = 10  # titles and heads above the rows


@dataclass(frozen=True)
class Limits:
    """What one table may hold. Bytes are inflated ones; signs are characters, over all cells or in one."""

    max_bytes: int = 200 * 1024 * 1024
    max_ratio: int = 100
    max_parts: int = 1000
    max_rows: int = 100_000
    max_columns: int = 500
    max_cells: int = 2_000_000
    max_signs: int = 60_000_000
    max_cell_signs: int = 32_767


def small(rows: int, *, megabytes: int = 20) -> Limits:
    """Of a table that is read while somebody waits: so many rows, with as many empty ones between them, and so large once inflated."""
    most = 2 * rows + HEAD_ROWS
    return Limits(max_bytes=megabytes * 1_000_000, max_rows=most, max_columns=200, max_cells=most * 100)


class BadSheet(Refusal, ValueError):
    """A table that cannot be read. `.code` = why; `.details` = where and how much, as numbers and head words."""

    code = "broken"


_XML_PART = re.compile(r"\.(xml|rels)$", re.IGNORECASE)
_DOCTYPE = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)", re.IGNORECASE)
_ERROR_CELL = re.compile(rb"(<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*)(?:\"e\"|'e')")
_CELL_NAME = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_ZIP, OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")


def repacked(data: bytes, limits: Limits) -> bytes:
    """The workbook's XML parts packed anew without compression; cells in error become their text (#N/A).

    Raises BadSheet: not_xlsx, old_format, encrypted, broken, bomb, overlap, nested, doctype, too_many_rows,
    too_many_columns, too_many_cells, too_much_text.
    """
    lengths: list[int] = []
    flat = io.BytesIO()
    with zipfile.ZipFile(flat, "w", zipfile.ZIP_STORED) as clean:
        # shared texts first: a worksheet is measured by the texts it repeats
        for entry in sorted(_entries(data, limits), key=lambda one: not _is_shared(one.filename)):
            part = _inflated(data, entry)
            if part.startswith(_ZIP) or entry.filename.lower().endswith((".zip", ".xlsx", ".xlsm")):
                raise BadSheet("nested", part=entry.filename)
            is_worksheet = b"sheetData" in part
            if not is_worksheet and not _XML_PART.search(entry.filename):
                continue
            if _DOCTYPE.search(part):
                raise BadSheet("doctype", part=entry.filename)
            if _is_shared(entry.filename):
                lengths += _shared_lengths(part)
            if is_worksheet:
                _Extent(lengths, limits).measure(part)
                part = _ERROR_CELL.sub(rb'\1"str"', part)
            clean.writestr(zipfile.ZipInfo(entry.filename), part)
    return flat.getvalue()


def _is_shared(name: str) -> bool:
    return "sharedstrings" in name.lower()


def _entries(data: bytes, limits: Limits) -> list[zipfile.ZipInfo]:
    """The directory, refused by its sums before anything is inflated."""
    if data.startswith(OLD_OFFICE):
        raise BadSheet("encrypted" if ENCRYPTED_PACKAGE in data else "old_format")
    if not data.startswith(_ZIP):
        raise BadSheet("not_xlsx")
    if (parts := data.count(b"PK\x01\x02")) > limits.max_parts:
        raise BadSheet("bomb", parts=parts, limit=limits.max_parts)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (
        Exception
    ) as error:  # the directory is read from hostile bytes: struct, decode and value errors alike
        raise BadSheet("broken") from error
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise BadSheet("encrypted")
    size = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if size > limits.max_bytes:
        raise BadSheet("bomb", bytes=size, limit=limits.max_bytes)
    if size > packed * limits.max_ratio:
        raise BadSheet("bomb", ratio=size // max(packed, 1), limit=limits.max_ratio)
    _refuse_overlaps(entries)
    return entries


def _refuse_overlaps(entries: list[zipfile.ZipInfo]) -> None:
    names = {entry.filename.lower() for entry in entries}
    if len(names) < len(entries):
        raise BadSheet("overlap")
    end = 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        if entry.header_offset < end:
            raise BadSheet("overlap", part=entry.filename)
        end = entry.header_offset + _LOCAL_HEADER.size + entry.compress_size


def _inflated(data: bytes, entry: zipfile.ZipInfo) -> bytes:
    """One part, never longer than its header says, checked by length and CRC."""
    header = data[entry.header_offset : entry.header_offset + _LOCAL_HEADER.size]
    if len(header) < _LOCAL_HEADER.size or not header.startswith(_ZIP):
        raise BadSheet("broken", part=entry.filename)
    name_length, extra_length = _LOCAL_HEADER.unpack(header)[-2:]
    start = entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    packed = data[start : start + entry.compress_size]
    part, whole = packed, entry.compress_type == zipfile.ZIP_STORED
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            part = inflater.decompress(packed, entry.file_size + 1)
        except zlib.error as error:
            raise BadSheet("broken", part=entry.filename) from error
        # a part that inflates to nothing needs no second byte to end
        whole = inflater.eof
    if len(part) > entry.file_size:
        raise BadSheet("bomb", part=entry.filename, bytes=entry.file_size)
    if not whole or len(part) < entry.file_size or zlib.crc32(part) != entry.CRC:
        raise BadSheet("broken", part=entry.filename)
    return part


class _Extent:
    """How far one worksheet reaches, found by one pass; stops at the first limit that is broken.

    A reader lays a worksheet out as a full rectangle: one cell at XFD1048576 costs it all memory there is.
    """

    def __init__(self, lengths: list[int], limits: Limits) -> None:
        self.lengths, self.limits = lengths, limits
        self.row = self.column = self.cells = self.signs = self.last_row = self.last_column = 0
        self.is_shared, self.index = False, ""
        self.columns: dict[str, int] = {}

    def measure(self, part: bytes) -> None:
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        if self.lengths:  # without shared texts no cell can repeat one
            parser.EndElementHandler = self._end
            parser.CharacterDataHandler = self._characters
        _parse(parser.Parse, part)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2] if ":" in name else name
        if tag == "c":
            self._cell(attributes)
        elif tag == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif tag in ("v", "is"):
            self._filled()
            self.index = ""

    def _cell(self, attributes: dict[str, str]) -> None:
        self.cells += 1
        if self.cells > 2 * self.limits.max_cells:
            raise BadSheet("too_many_cells", limit=self.limits.max_cells)
        self.is_shared = attributes.get("t") == "s"
        self.column += 1
        if "r" in attributes:
            named = _CELL_NAME.fullmatch(attributes["r"])
            if named is None:
                raise BadSheet("broken", cell=attributes["r"][:20])
            letters, row = named.groups()
            if letters not in self.columns:
                self.columns[letters] = _column_number(letters)
            self.column, self.row = self.columns[letters], int(row)

    def _filled(self) -> None:
        if self.row <= self.last_row and self.column <= self.last_column:
            return
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.last_row > self.limits.max_rows:
            raise BadSheet("too_many_rows", rows=self.last_row, limit=self.limits.max_rows)
        if self.last_column > self.limits.max_columns:
            raise BadSheet("too_many_columns", columns=self.last_column, limit=self.limits.max_columns)
        if self.last_row * self.last_column > self.limits.max_cells:
            raise BadSheet("too_many_cells", limit=self.limits.max_cells)

    def _characters(self, text: str) -> None:
        if self.is_shared:
            self.index += text[:20]

    def _end(self, name: str) -> None:
        if self.is_shared and self.index and (name == "v" or name.endswith(":v")):
            index = int(self.index)
            self.signs += self.lengths[index] if 0 <= index < len(self.lengths) else 0
            if self.signs > self.limits.max_signs:
                raise BadSheet("too_much_text", limit=self.limits.max_signs)


def _shared_lengths(part: bytes) -> list[int]:
    """How many characters each shared text has. A short text repeated a million times is a bomb as well."""
    lengths: list[int] = []

    def start(name: str, _: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "si":
            lengths.append(0)

    def characters(text: str) -> None:
        if lengths:
            lengths[-1] += len(text)

    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.CharacterDataHandler = characters
    _parse(parser.Parse, part)
    return lengths


def _parse(parse: Callable[[bytes, bool], object], part: bytes) -> None:
    try:
        parse(part, True)
    except BadSheet:
        raise
    except (ExpatError, ValueError) as error:
        raise BadSheet("broken") from error


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
