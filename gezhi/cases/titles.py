"""What a case is called in lists: the first words of what was said."""

import re

from gezhi.kernel.private import mask_private
from gezhi.kernel.text import one_line

TITLE_POINTS = 120  # of the column
SPOKEN = "（一段录音）"  # of who only spoke: no words of his; lists say it in their reader's language
_NUMBER = re.compile(r"(?<!\d)\d{6}-\d{4}-\d{7,}(?!\d)")


def titled(text: str) -> str:
    """On one line, without phone and identity numbers: 60 signs, fewer where one sign is many code points (families, piled marks), for PostgreSQL counts those."""
    said = mask_private(text)
    lines = (one_line(said, signs) for signs in (60, 30, 15, 8, 1))
    return next(line for line in lines if len(line) <= TITLE_POINTS)


def words_of(title: str) -> str:
    """What a title says of the matter; "" where it only says that somebody spoke."""
    return "" if title == SPOKEN else title


def numbers_in(title: str) -> list[str]:
    """The numbers of cases that it names: of "me too" and of whoever says which matter he means."""
    return _NUMBER.findall(title)
