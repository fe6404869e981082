"""Bad input, class 11: no cell of a table that we write is run by a spreadsheet, whatever stands before its sign."""

import unicodedata

from gezhi.kernel import sheet
from tests.seeds.formulas import formulas

BEFORE_A_SIGN = " \t\r\n\u3000\u00a0\ufeff\u200b\"'"
RUN = frozenset("=+-@")


def would_run(cell: str) -> bool:
    """As the boldest program reads it: blanks, quotes and hidden signs skipped, full width folded. A quote in front keeps it text."""
    if cell.startswith("'"):
        return False
    return unicodedata.normalize("NFKC", cell).lstrip(BEFORE_A_SIGN)[:1] in RUN


def test_two_hundred_formulas_are_kept_as_text() -> None:
    seeds = formulas()
    assert (len(seeds), len(set(seeds))) == (200, 200)
    assert [seed for seed in seeds if would_run(sheet.safe_cell(seed))] == []


def test_twin_as_they_are_they_would_run() -> None:
    assert sum(map(would_run, formulas())) > 100
