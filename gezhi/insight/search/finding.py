"""Which cases hold what somebody looks for: all of them where they are few, by their ids where some thousands do; else a condition
that a list walks along: it need not walk far.
"""

import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from gezhi.cases.lists import Lasting
from gezhi.cases.models import Case
from gezhi.insight.models import SearchLine
from gezhi.insight.search import coded, engines
from gezhi.journal import queries as journal
from gezhi.kernel import counting
from gezhi.kernel.ids import made_at, uuid7
from gezhi.kernel.search import asked, folded, stands_in, terms
from gezhi.tenancy import many
from gezhi.tenancy.current import current

MOST_FRESH, OVERLAP_MS = 500, 60_000
MOST_KEPT, KEPT_SECONDS = 32, 5.0  # of what some thousands hold; the lines of the index are no fresher
MOST_LISTED = 2_500  # cases that are named by their ids


class Found(NamedTuple):
    """terms: what was looked for, folded. ids: all cases that hold it, or None where they are more than a thousand. listed: their ids, 32 signs
    each, where they are no more than MOST_LISTED then.
    """

    terms: tuple[str, ...]
    ids: tuple[UUID, ...] | None
    listed: tuple[str, ...] = ()

    @property
    def holds(self) -> Q:
        """The condition on cases."""
        if self.ids is not None:
            return Q(id__in=self.ids)
        if self.listed:
            return Q(id__in=many.named(self.named))
        return _walked(current(), self.terms)

    @property
    def is_named(self) -> bool:
        """Whether all of them are known by their ids."""
        return self.ids is not None or bool(self.listed)

    @property
    def named(self) -> str:
        """Their ids as one text (tenancy.many); "" where they are not known."""
        ids = self.listed or [id.hex for id in self.ids or ()]
        return many.as_text(ids) if self.is_named else ""


@lru_cache(maxsize=256)
def _walked(_office: UUID, searched: tuple[str, ...]) -> Q:
    """What a list looks at line by line. The same words are the same condition, so that whoever asks keeps his question."""
    lines = SearchLine.objects.filter(case_id=OuterRef("id"))
    for term in searched:
        lines = lines.filter(GreaterThan(StrIndex("text", Value(term)), 0))
    return Lasting(Exists(lines))


def look_for(words: str) -> Found | None:
    """What holds all these words; None for no words at all. At most 4 queries; 1 for a word of two signs that more than MOST_LISTED hold, and for
    what some thousands hold and somebody looked for twice, some seconds ago.
    """
    return look_for_each([words])[0]


def look_for_each(asked_for: Sequence[str]) -> list[Found | None]:
    """The same for several lists of words at once. At most 5 queries however many, none where none says a word; 2 more for each that is the tracking code
    of a case.
    """
    searched = [terms(words) for words in asked_for]
    wanted = [one for one in dict.fromkeys(searched) if one]
    if not wanted:
        return [None for _ in searched]
    length = journal.length() if any(_is_lately(one) for one in wanted) else -1
    known = {one: found for one in wanted if (found := _still(one, length)) is not None}
    anew = _found([one for one in wanted if one not in known])
    for found in anew.values():
        _keep(found, length)
    known |= anew
    return [_coded(words, known.get(one)) for words, one in zip(asked_for, searched, strict=True)]


def _found(wanted: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], Found]:
    """Each as it is now."""
    if not wanted:
        return {}
    dense = _dense(wanted)
    found = _indexed([one for one in wanted if one not in dense])
    fresh = (
        _fresh() if any(ids is not None and len(ids) <= counting.COUNTED for ids in found.values()) else []
    )
    return {one: _known(one, found.get(one), fresh) for one in wanted}


_kept: dict[tuple[UUID, tuple[str, ...]], tuple[float, int, Found]] = {}


def _is_lately(searched: tuple[str, ...]) -> bool:
    """Whether somebody asked for it some seconds ago, and some thousands held it: whoever turns pages asks the same again."""
    known = _kept.get((current(), searched))
    return known is not None and time.monotonic() - known[0] <= KEPT_SECONDS


def _still(searched: tuple[str, ...], length: int) -> Found | None:
    """What was found then, where nothing has happened since. length: of the journal now."""
    known = _kept.get((current(), searched))
    return known[2] if known is not None and _is_lately(searched) and known[1] == length >= 0 else None


def _keep(found: Found, length: int) -> None:
    """length: of the journal before it was looked for, -1 where nobody asked: then it is only noted that somebody looked for it."""
    if found.listed:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[current(), found.terms] = time.monotonic(), length, found


def _known(
    searched: tuple[str, ...], indexed: Sequence[Any] | None, fresh: Sequence[tuple[UUID, str]]
) -> Found:
    """indexed: as the index has them, None for more than it is asked for."""
    if indexed is None:
        return Found(searched, None)
    if len(indexed) > counting.COUNTED:
        return Found(searched, None, tuple(str(id).replace("-", "") for id in indexed))
    return Found(
        searched,
        (
            *(UUID(str(id)) for id in indexed),
            *(id for id, text in fresh if stands_in(searched, text)),
        ),
    )


def _coded(words: str, found: Found | None) -> Found | None:
    """The case that a tracking code stands for, beside what holds the code as words."""
    case = coded.case_of(words) if found else None
    if found is None or case is None:
        return found
    return Found(found.terms, (case,))


def _dense(wanted: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Those of them that more than MOST_LISTED cases hold, as far as the index alone says it: it knows a word of one or two signs by
    itself. 1 query, none where all words are longer.
    """
    parts, values = list[str](), list[Any]()
    for number, one in enumerate(wanted):
        if len(one) == 1 and len(one[0]) <= engines.WHOLE:
            question, given = engines.hits(asked(one))
            parts.append(
                f"SELECT {number}, COUNT(*) FROM ({question} LIMIT {MOST_LISTED + 1}) AS hits_{number}"
            )
            values += given
    return {wanted[which] for which, count in _rows(parts, values) if count > MOST_LISTED}


def _indexed(wanted: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], list[Any] | None]:
    """The cases of each as the index has them, by their ids as the engine keeps them; None for more than MOST_LISTED. 1 query, none for none."""
    parts, values = list[str](), list[Any]()
    for number, one in enumerate(wanted):
        question, given = _in_index(one)
        parts.append(
            f"SELECT {number} AS which, case_id FROM ({question} LIMIT {MOST_LISTED + 1}) AS found_{number}"
        )
        values += given
    found: dict[tuple[str, ...], list[Any]] = {one: [] for one in wanted}
    for which, id in _rows(parts, values):
        found[wanted[which]].append(id)
    return {one: ids if len(ids) <= MOST_LISTED else None for one, ids in found.items()}


def _rows(parts: Sequence[str], values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The answers of several questions at once. 1 query, none for none."""
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), values)
        return list(cursor.fetchall())


def _in_index(searched: tuple[str, ...]) -> tuple[str, list[Any]]:
    """The cases whose lines hold all of it, in no order, as a question to the engine and its values."""
    narrow, given = engines.narrow(asked(searched))
    holds = " AND ".join(f"{engines.holds()}(insight_searchline.text, %s) > 0" for _ in searched)
    return (
        f"SELECT case_id FROM {engines.source()} WHERE insight_searchline.jurisdiction_id = %s AND {narrow} AND {holds}",
        [engines.stored(current()), *given, *searched],
    )


def _fresh() -> list[tuple[UUID, str]]:
    """Cases of the last moments, which the lines do not know yet, by title and number. 2 queries."""
    newest = SearchLine.objects.order_by("-number").values_list("case_id", flat=True).first()
    since = uuid7(int(made_at(newest).timestamp() * 1000) - OVERLAP_MS, 0) if newest else UUID(int=0)
    rows = Case.objects.filter(id__gt=since).order_by("-id").values_list("id", "number", "title")
    return [(id, folded("\n".join(said))) for id, *said in rows[:MOST_FRESH]]


def best_first(case_ids: Sequence[UUID], searched: Sequence[str]) -> list[UUID]:
    """The same cases, first whose text says the words first: in the matter itself before its number, place and what else was said; of equal
    ones in the order they came. For no more than a thousand: 1 query.
    """
    known = texts(case_ids)
    places = {id: _first_hit(known.get(id, ""), searched) for id in case_ids}
    return sorted(case_ids, key=lambda id: places[id])


def _first_hit(text: str, searched: Sequence[str]) -> int:
    """Where the last of the words begins; behind everything what the line does not know yet."""
    return max((text.find(term) if term in text else len(text) for term in searched), default=0)


def texts(case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The folded texts of these cases. 1 query."""
    return dict(SearchLine.objects.filter(case_id__in=case_ids).values_list("case_id", "text"))
