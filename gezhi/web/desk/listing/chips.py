"""What a list is filtered by, each in words with the link that takes it away."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.insight.mapping import boxes
from gezhi.kernel.refusal import NotFound
from gezhi.parties import queries as parties
from gezhi.web import words
from gezhi.web.desk import filters
from gezhi.web.desk.listing.question import day
from gezhi.web.punctuation import labelled
from gezhi.web.staff import uuid_or_none


class Chip(NamedTuple):
    """One condition: its name, what it says, and the list without it."""

    name: str
    said: str
    url: str

    @property
    def whole(self) -> str:
        """Both together."""
        return labelled(self.name, self.said)


def chips(chosen: filters.Chosen, *, saved: str = "") -> list[Chip]:
    """In the order of the form, each state by itself; what was not understood too, for it stands in the form. At most 1 query. saved: the view the links stay in."""
    return list(_chips(chosen, saved))


def _chips(chosen: filters.Chosen, saved: str) -> Iterator[Chip]:
    month = _month(chosen)
    if month:
        yield Chip(_("收到"), month, chosen.query(saved=saved, since="", until=""))
    for field, value in chosen.typed.items():
        if (month and field in ("since", "until")) or (field == "state" and chosen.is_of_all):
            continue
        if not value or field == "order" or (field == "party" and value in (filters.ALL, chosen.own)):
            continue
        if field == "state":
            yield from _states(chosen, saved)
            continue
        yield Chip(
            str(filters.NAMES[field]), _said(field, value, chosen), chosen.query(saved=saved, **{field: ""})
        )


def _month(chosen: filters.Chosen) -> str:
    """`2026-09` where the days of receipt are a month from its first to its last; "" for all others."""
    since, until = day(chosen.typed["since"]), day(chosen.typed["until"])
    if since is None or until is None or since.day != 1:
        return ""
    return f"{since:%Y-%m}" if until == since.replace(day=monthrange(since.year, since.month)[1]) else ""


def _states(chosen: filters.Chosen, saved: str) -> Iterator[Chip]:
    typed = chosen.question.states
    for one in typed:
        rest = ".".join(other for other in typed if other != one)
        said = words.of(words.STATES, one)
        yield Chip(str(filters.NAMES["state"]), said, chosen.query(saved=saved, state=rest))


def _said(field: str, value: str, chosen: filters.Chosen) -> str:
    match field:
        case "place":
            return _("%(place)s及以下") % {"place": chosen.place_name} if chosen.place_name else value
        case "category":
            return _category(value)
        case "party":
            return party_name(uuid_or_none(value)) or value
        case "box":
            return _("不在图上的") if value == boxes.OFF else _("这一块")
        case "round":
            return str(filters.ROUNDS[value][0]) if value in filters.ROUNDS else value
        case _:
            table: Mapping[str, Any] = TABLES.get(field, {})
            return str(table.get(value, value))


TABLES: Mapping[str, Mapping[str, Any]] = {
    "clock": filters.CLOCKS,
    "channel": words.CHANNELS,
    "level": words.LEVELS,
}


def _category(code: str) -> str:
    try:
        return catalogue.by_code(code).label(get_language() or "")
    except NotFound:
        return code


def party_name(id: UUID | None) -> str:
    """What a party is called, closed or not; "" for what is none. 1 query."""
    found = parties.parties_by_ids([id]) if id else {}
    return found[id].name if id in found else ""
