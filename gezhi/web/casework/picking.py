"""Choosing a category or a place in any form of the desk: chips, the list behind them, what was typed."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import NotFound
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.web.staff import uuid_or_none


def category_options(*, with_empty: bool = True) -> list[tuple[Any, Any]]:
    """Leaves under their top classes, without what is referred out."""
    language = get_language() or ""
    groups: list[tuple[Any, Any]] = [("", _("请选择"))] if with_empty else []
    for top in catalogue.tops():
        if not top.refer_out:
            groups.append(
                (
                    top.label(language),
                    [(str(one.id), one.label(language)) for one in catalogue.open_leaves(top.id)],
                )
            )
    return groups


def typed_category(data: Mapping[str, Any]) -> UUID | None:
    """What a form or an address says: the list beside the chips first, for a chip may still be set."""
    return uuid_or_none(data.get("other_category", "")) or uuid_or_none(data.get("category", ""))


def typed_leaf(typed: str) -> UUID | None:
    """A leaf by its number ("0501", "0501 路灯不亮") or its name; None for anything else."""
    if not typed:
        return None
    language = get_language() or ""
    head = typed.split()[0]
    for one in catalogue.open_leaves():
        if head == one.code or typed == one.label(language):
            return one.id
    return None


def leaves() -> list[str]:
    """「0501 路灯不亮」 for every leaf that is offered: to type into."""
    language = get_language() or ""
    return [f"{one.code} {one.label(language)}" for one in catalogue.open_leaves() if not one.refer_out]


def category_chips(chosen: UUID | None, first: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """The common leaves as chips, those suggested before them with their reason; one that is chosen stands among them."""
    language, found = get_language() or "", list(catalogue.common())
    if chosen and all(one.id != chosen for one in found):
        with suppress(NotFound):
            found.insert(0, catalogue.category(chosen))
    known = {one["value"] for one in first}
    return [{**one, "checked": one["value"] == str(chosen)} for one in first] + [
        {"value": str(one.id), "label": one.label(language), "checked": one.id == chosen}
        for one in found
        if str(one.id) not in known
    ]


def place_options(
    typed: str,
    chosen: UUID | None,
    limit: int = 8,
    *,
    first: Sequence[dict[str, Any]] = (),
    near: places.Ground = places.NOWHERE,
) -> list[dict[str, Any]]:
    """Places to choose from as chips: what was found, and what is chosen already. first: suggested ones, while nothing was typed.

    Of words that are known in part only: what is known, unchosen, with the rest said back.
    """
    found, left = places.find(typed, limit, near=near) if typed else [], ""
    if typed and not found:
        found, left = places.find_around(typed, limit)
    if chosen and all(one.id != chosen for one in found):
        found = [*places.by_ids([chosen]).values(), *found]
    left_out = _("没有单独登记“%(left)s”") % {"left": left} if left else ""
    suggested = [] if typed else [one for one in first if one["value"] != str(chosen)]
    return [
        {
            "value": str(one.id),
            "label": one.full_name,
            "hint": left_out or one.code,
            "in_part": bool(left),
            "checked": one.id == chosen,
        }
        for one in found
    ] + suggested


def ground_of(actor: Actor) -> places.Ground:
    """Where somebody works: of places that are called alike, those there are likelier meant. No query."""
    grids = tuple(post.grid for post in actor.posts if post.grid)
    return places.Ground(grids, tuple(post.path for post in actor.posts if post.path not in {"", paths.ROOT}))
