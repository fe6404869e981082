"""What a case is called in lists: the first words of what was said."""

from gezhi.kernel.text import one_line

TITLE_POINTS = 120  # of the column


def titled(text: str) -> str:
    """On one line: 60 signs, fewer where one sign is many code points (families, piled marks), for PostgreSQL counts those."""
    lines = (one_line(text, signs) for signs in (60, 30, 15, 8, 1))
    return next(line for line in lines if len(line) <= TITLE_POINTS)
