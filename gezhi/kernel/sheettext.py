"""Tables that are plain text: in which encoding, by which delimiter, and their rows. PURE."""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from gezhi.kernel.workbook import BadSheet, Limits

ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5")  # what a person may answer when asked
NUL_SHARE = 10  # one sign in so many may be NUL: a damaged text is read still, and its rows are named


def decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """The text and the encoding it was read in; raises BadSheet("encoding") when it would be a guess."""
    if encoding and encoding not in ENCODINGS:
        raise BadSheet("unknown_encoding", known=ENCODINGS)
    for name in [encoding] if encoding else _likely(data):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if NUL_SHARE * text.count("\0") > len(
            text
        ):  # no writing: a file of another kind, whatever it is called
            raise BadSheet("broken")
        if encoding or name != "gb18030" or _reads_as_chinese(text):
            return text.removeprefix("\ufeff"), name
    raise BadSheet("encoding", tried=encoding)


def _likely(data: bytes) -> list[str]:
    if data.startswith(b"\xef\xbb\xbf"):
        return ["utf-8-sig"]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    if b"\0" in data[:4096]:
        even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
        return ["utf-16-le" if odd > even else "utf-16-be"]
    return ["utf-8", "gb18030"]


def _reads_as_chinese(text: str) -> bool:
    """GB18030 decodes almost anything; what is nearly all everyday Chinese was written in it."""
    strange = re.sub(r"[\x00-\x7f]+", "", text)
    everyday = {
        sign for sign in set(strange) if "\u2010" <= sign <= "\u33ff" or sign.encode("gb2312", "ignore")
    }
    return sum(sign in everyday for sign in strange) >= 0.8 * len(strange)


def delimiter_of(text: str) -> str:
    """The one that parts the first filled line most often, outside quotes; a comma when none does."""
    line = re.sub(r'"[^"]*"', "", text[:100_000].lstrip()).partition("\n")[0]
    return max(",;\t", key=line.count)


def text_rows(text: str, delimiter: str, limits: Limits) -> Iterator[tuple[int, Sequence[str | None]]]:
    number = cells_seen = 0
    # newline="" lets the reader see \r, \n and \r\n alike, and those within quotes
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            cells_seen += len(row)
            refuse_excess(number, len(row), cells_seen, limits)
            cells = [cell if cell.strip() else None for cell in row]
            if any(cells):
                yield number, cells
    except csv.Error as error:
        code = "too_long" if "field larger" in str(error) else "quotes"
        raise BadSheet(code, row=number + 1) from error


def refuse_excess(number: int, columns: int, cells: int, limits: Limits) -> None:
    if number > limits.max_rows:
        raise BadSheet("too_many_rows", rows=number, limit=limits.max_rows)
    if columns > limits.max_columns:
        raise BadSheet("too_many_columns", row=number, columns=columns, limit=limits.max_columns)
    if cells > limits.max_cells:
        raise BadSheet("too_many_cells", limit=limits.max_cells)
