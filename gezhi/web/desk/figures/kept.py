"""Figures as they were written once, for everybody who asks the same while the journal's position that they cover stays.

Nothing in them hangs on who looks, but whether it is the manager of the very party (`Question.is_his_own`): what he may ask for was decided before.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from gezhi.insight.figures.asking import Question
from gezhi.insight.rollups.following import Reached
from gezhi.tenancy.current import current
from gezhi.web import words

MOST_KEPT = 64  # some 100 kB each
Key = tuple[UUID, str, Reached, datetime, Any, str]

_kept: dict[Key, SafeString] = {}
_turn = threading.Lock()


def key_of(asked: Question, by: str, stood: Reached, at: datetime) -> Key:
    """All that the piece hangs on."""
    minute = at.replace(second=0, microsecond=0)
    question = (
        asked.asked,
        asked.span,
        asked.span_name,
        tuple(sorted(asked.words.items())),
        asked.is_his_own,
    )
    return (current(), words.language(), stood, minute, question, by)


def sheet(
    asked: Question, by: str, stood: Reached, at: datetime, write: Callable[[Question, str, datetime], str]
) -> SafeString:
    """The piece of the page; made anew when the roll-ups moved or a minute is over (names and posts may have changed). While one makes it,
    the others wait for that.
    """
    key = key_of(asked, by, stood, at)
    if (known := _kept.get(key)) is not None:
        return known
    with _turn:
        if (known := _kept.get(key)) is None:
            if len(_kept) >= MOST_KEPT:
                _kept.clear()
            known = _kept[key] = SafeString(write(asked, by, at))
    return known
