"""The office's words and what it learned: kept per process for some seconds, so that asking costs no query as a rule; and how they change."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from gezhi.journal.actions import Deed, record
from gezhi.kernel.actor import Actor, ActorKind, Duty
from gezhi.kernel.refusal import Invalid, NotYours
from gezhi.kernel.text import BadText, clean_name
from gezhi.reports import learning
from gezhi.reports.alarm import BOTH
from gezhi.reports.learning import Own
from gezhi.reports.lexicon import MOST_SIGNS, STRENGTHS, Lexicon, Spoken, with_own
from gezhi.reports.models import Learned, Word
from gezhi.tenancy.current import current

FRESH_SECONDS = 5.0
LEAST_SIGNS = 2
MOST_PHONE = 20


@dataclass(frozen=True, slots=True)
class _Kept:
    lexicon: Lexicon
    own: Own | None
    learned_at: datetime | None
    until: float


_kept: dict[UUID, _Kept] = {}


def lexicon() -> Lexicon:
    """The words that count in this office. 2 queries every five seconds, else none."""
    return _known().lexicon


def own() -> Own | None:
    """What its own cases taught, None before the first lesson."""
    return _known().own


def learned_at() -> datetime | None:
    """When that was."""
    return _known().learned_at


def own_words() -> list[Spoken]:
    """The words that this office added or weighs otherwise, by leaf. 1 query."""
    rows = Word.objects.order_by("code", "word").values_list("word", "code", "strength", "condition", "call")
    return [Spoken(*row) for row in rows]


def _known() -> _Kept:
    here, now = current(), time.monotonic()
    found = _kept.get(here)
    if found is None or found.until < now:
        row = Learned.objects.first()
        lesson = learning.unpacked(row.book) if row else None
        found = _Kept(with_own(own_words()), lesson, row.made_at if row else None, now + FRESH_SECONDS)
        _kept[here] = found
    return found


def forget() -> None:
    """Ask the tables at the next question: something was just changed."""
    _kept.pop(current(), None)


@transaction.atomic
def set_word(spoken: Spoken, *, actor: Actor, at: datetime) -> None:
    """A word speaks for a leaf, or means danger there; 0 = it does not count here. The caller has asked that leaf and condition exist.

    Raises NotYours for whoever is no administrator, Invalid: word (too_short, the codes of BadText), strength, call.
    """
    if actor.kind is not ActorKind.SYSTEM and not actor.has(Duty.ADMIN):
        raise NotYours(deed="keep_words")
    word = _cleaned(spoken.word)
    if spoken.strength not in STRENGTHS:
        raise Invalid("strength", "unknown")
    call = spoken.call.strip()
    if spoken.condition and not call:
        raise Invalid("call", "missing")
    if len(call) > MOST_PHONE or not set(call) <= set("0123456789- "):
        raise Invalid("call", "not_a_phone")
    row = Word.objects.select_for_update(no_key=True).filter(word=word, code=spoken.code).first()
    before = _said(row) if row else {}
    row = row or Word(word=word, code=spoken.code)
    row.strength, row.condition, row.call = spoken.strength, spoken.condition, call
    if before == _said(row):
        return
    if before:
        row.save(update_fields=["strength", "condition", "call"])
    else:
        row.save(force_insert=True)
    record(
        Deed("word", row.id, "change" if before else "added", before=before, after=_said(row)),
        actor=actor,
        at=at,
    )
    transaction.on_commit(forget)


def by_id() -> dict[UUID, str]:
    """Every word this office ever changed, for the history. 1 query."""
    return dict(Word.objects.values_list("id", "word"))


def _said(row: Word) -> dict[str, object]:
    return {
        "word": row.word,
        "category_code": row.code,
        "strength": row.strength,
        "condition_code": row.condition,
        "call": row.call,
    }


def _cleaned(said: str) -> str:
    try:
        word = clean_name(said, MOST_SIGNS).lower()
    except BadText as bad:
        raise Invalid("word", bad.code, **bad.details) from bad
    if any(len(part.strip()) < (1 if BOTH in word else LEAST_SIGNS) for part in word.split(BOTH)):
        raise Invalid("word", "too_short")
    return word


def learned_of() -> int:
    """How many confirmed cases there were when it was learned last, those without words too. 1 query."""
    book = Learned.objects.values_list("book", flat=True).first()
    return int(book.get("of", 0)) if book else 0


def keep_learned(confirmed: Iterable[learning.Confirmed], *, of: int, at: datetime) -> int:
    """Learn anew from these cases and keep it. of: how many were confirmed, with words or without. Returns from how many."""
    lesson = learning.learn(confirmed)
    book = learning.packed(lesson) | {"of": of}
    Learned.objects.update_or_create(defaults={"book": book, "cases": lesson.cases, "made_at": at})
    forget()
    return lesson.cases
