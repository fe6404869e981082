"""What a superior inspects, as lines: typed, pasted, out of a sheet, or our own families to begin with. What each line is about is guessed by the names in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.kernel.refusal import Invalid
from gezhi.kernel.sheet import Limits, by_head, read_sheet, small
from gezhi.kernel.text import BadText, clean_name
from gezhi.places import queries as places

MOST_LINES: Final = 60
TEXT_LIMIT: Final = 200
HEADS: Final = {
    "text": ("标准", "检查内容", "检查项目", "条目", "内容", "standard"),
    "category": ("类别", "问题类别", "category"),
    "place": ("位置", "地点", "点位", "place"),
}
LIMITS: Limits = small(MOST_LINES + 40, megabytes=5)


@dataclass(frozen=True, slots=True)
class Draft:
    """A line before it is kept. category_ids: leaves or top classes; place_id None = everywhere; days None = the album's."""

    text: str
    category_ids: tuple[UUID, ...] = ()
    place_id: UUID | None = None
    since: date | None = None
    until: date | None = None


def of_families(language: str) -> list[Draft]:
    """One line for each class of problems that is ours: something to begin with."""
    tops = [one for one in catalogue.tops() if not one.refer_out and not _is_referred(one)]
    return [Draft(one.label(language), (one.id,)) for one in tops]


def of_text(text: str) -> list[Draft]:
    """A line for each line; behind a tab, as a sheet pastes them, the category and the place. Raises Invalid as `drafts`."""
    return drafts([part.split("\t") for part in text.splitlines()])


def of_sheet(data: bytes, filename: str) -> list[Draft]:
    """Raises BadSheet, Invalid as `drafts`."""
    sheet = read_sheet(data, filename, limits=LIMITS)
    records = by_head(sheet, HEADS, optional=frozenset({"category", "place"}))
    names = ("text", "category", "place")
    return drafts([[str(record.cells[name] or "") for name in names] for record in records])


def drafts(rows: Iterable[Sequence[str]]) -> list[Draft]:
    """(text, category, place) each; empty ones are left out, the same text stands once. Raises Invalid("lines", "empty" | "too_many_standards" | code, line)."""
    found: dict[str, Draft] = {}
    for number, row in enumerate(rows, start=1):
        text, category, place = (*(str(one) for one in row), "", "", "")[:3]
        if not text.strip():
            continue
        said = _clean(text, number)
        found.setdefault(said, Draft(said, _categories(category.strip(), said), _place(place.strip())))
        if len(found) > MOST_LINES:
            raise Invalid("lines", "too_many_standards", limit=MOST_LINES)
    if not found:
        raise Invalid("lines", "empty")
    return list(found.values())


def _clean(text: str, number: int) -> str:
    try:
        return clean_name(" ".join(text.split()), TEXT_LIMIT)
    except BadText as bad:
        raise Invalid("lines", bad.code, line=number, **bad.details) from bad


def _categories(said: str, text: str) -> tuple[UUID, ...]:
    """By code or name; where none is said, the leaves whose name stands in the text, else the classes."""
    known = [*catalogue.open_leaves(), *catalogue.tops()]
    if said:
        return tuple(
            one.id for one in known if said in (one.code, one.name.zh, one.plain.zh, one.name.zh_hant)
        )[:1]
    for among in (catalogue.open_leaves(), catalogue.tops()):
        if found := tuple(one.id for one in among if any(name in text for name in _names(one))):
            return found[:6]
    return ()


def _names(one: CategoryView) -> list[str]:
    """What a class is called, part by part: 楼道与堆物 is 楼道 and 堆物; a part of one sign names nothing."""
    whole = one.name.zh.replace("与", "/").replace("、", "/").replace("和", "/")
    return [part for part in whole.split("/") if len(part) > 1]


def _place(said: str) -> UUID | None:
    found = places.find(said, 2) if said else []
    exact = [one for one in found if said in (one.code, one.name, one.full_name)]
    return (exact or found)[0].id if len(found) == 1 or exact else None


def _is_referred(top: CategoryView) -> bool:
    return all(leaf.refer_out for leaf in catalogue.leaves(top.id))
