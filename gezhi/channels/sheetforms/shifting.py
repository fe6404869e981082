"""Where cells go when rows are put in behind the last line of a form: references, ranges, formulas. PURE.

A range that ends with the last line grows with the lines: SUM(E5:E14) becomes SUM(E5:E20). What lies below moves down.
"""

import re
from dataclasses import dataclass

from gezhi.kernel.sheet import letters

_CELL = re.compile(r"(\$?[A-Za-z]{1,3})(\$?)([0-9]{1,7})")
_ROW = re.compile(r"(\$?)([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Shift:
    """`by` rows are put in behind row `last` of a sheet whose lines begin in row `first`."""

    sheet: str
    first: int
    last: int
    by: int

    def row(self, number: int) -> int:
        """Where a row goes."""
        return number + self.by if number > self.last else number

    def _end(self, start: int, end: int) -> int:
        """Where a range ends: it grows when it ends with the last line and is more than this one line."""
        grows = end == self.last and (start < self.last or self.first == self.last)
        return end + self.by if grows else self.row(end)

    def ranges(self, said: str, *, grows: bool = True) -> str:
        """Ranges and cells with spaces between them, as a check or a merged cell names them."""
        return " ".join(self._range(one, grows=grows) for one in said.split())

    def _range(self, said: str, *, grows: bool) -> str:
        start, colon, end = said.partition(":")
        if not colon and grows and (found := _CELL.fullmatch(start)) and int(found[3]) == self._lone():
            colon, end = ":", start  # one cell of the only line stands for the column
        head, tail = _CELL.fullmatch(start), _CELL.fullmatch(end)
        if head and tail:
            from_, to = int(head[3]), int(tail[3])
            until = self._end(from_, to) if grows else self.row(to)
            return f"{head[1]}{head[2]}{self.row(from_)}:{tail[1]}{tail[2]}{until}"
        if head and not colon:
            return f"{head[1]}{head[2]}{self.row(int(head[3]))}"
        upper, lower = _ROW.fullmatch(start), _ROW.fullmatch(end)
        if upper and lower:
            until = self._end(int(upper[2]), int(lower[2])) if grows else self.row(int(lower[2]))
            return f"{upper[1]}{self.row(int(upper[2]))}:{lower[1]}{until}"
        return said

    def _lone(self) -> int:
        return self.last if self.first == self.last else -1

    def formula(self, said: str, *, here: str, grows: bool) -> str:
        """A formula of the sheet `here`, without its =. grows: not for a formula within a line, which speaks of its own line. Raises ValueError."""
        from openpyxl.formula import Tokenizer
        from openpyxl.formula.tokenizer import Token, TokenizerError

        try:
            tokens = Tokenizer(f"={said}").items
        except TokenizerError as broken:
            raise ValueError(f"{said[:60]} is no formula") from broken
        return "".join(
            self._operand(one.value, here, grows=grows)
            if one.type == Token.OPERAND and one.subtype == Token.RANGE
            else one.value
            for one in tokens
        )

    def _operand(self, said: str, here: str, *, grows: bool) -> str:
        prefix, mark, reference = said.rpartition("!")
        sheet = prefix.strip("'").replace("''", "'") if mark else here
        if sheet != self.sheet:
            return said
        if ":" not in reference:
            found = _CELL.fullmatch(reference)
            moved = f"{found[1]}{found[2]}{self.row(int(found[3]))}" if found else reference
            return f"{prefix}{mark}{moved}"
        return f"{prefix}{mark}{self._range(reference, grows=grows)}"


def split(name: str) -> tuple[int, int]:
    """(column from 0, row from 1) of a cell's name. Raises ValueError."""
    found = _CELL.fullmatch(name.replace("$", ""))
    if not found:
        raise ValueError(f"{name[:20]} is no cell")
    column = 0
    for sign in found[1].upper():
        column = column * 26 + ord(sign) - 64
    return column - 1, int(found[3])


def copied(formula: str, *, frm: str, to: str) -> str:
    """A formula without its = as it reads when its cell is copied. Raises ValueError."""
    from openpyxl.formula.tokenizer import TokenizerError
    from openpyxl.formula.translate import Translator, TranslatorError

    try:
        return str(Translator(f"={formula}", frm).translate_formula(to))[1:]
    except (TokenizerError, TranslatorError) as broken:
        raise ValueError(f"{formula[:60]} is no formula") from broken


def cell(column: int, row: int) -> str:
    """A cell's name."""
    return f"{letters(column)}{row}"
