"""Every form of the product once, with somebody who may send it: what the table of permissions declares, for tests of bad input."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import BooleanField, Field

from gezhi.web.casework.asks import ASKS
from tests.doors import table
from tests.doors.asking import Knocker
from tests.doors.table import Row, filled
from tests.doors.world import Things

MOVE = re.compile(r"/move/(\w+)/$")
ASKED = re.compile(r'\bname="([^"]+)"')
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def forms() -> list[tuple[Row, str]]:
    """(row, who) of every form that somebody may send and that does something: each address and move once, on one ground."""
    return _deeds(row for row in table.declared() if not row.is_for_programs)


def programs() -> list[tuple[Row, str]]:
    """The same of what programs send."""
    return _deeds(row for row in table.declared() if row.is_for_programs)


def _deeds(rows: Iterable[Row]) -> list[tuple[Row, str]]:
    found: dict[str, tuple[Row, str]] = {}
    for row in rows:
        senders = [who for who, word in row.cells.items() if word == "did"]
        if row.method == "POST" and senders:
            found.setdefault(
                row.address.replace("{B2.", "{A1.") + row.body.partition("," if row.is_json else "=")[0],
                (row, senders[0]),
            )
    return list(found.values())


def pages() -> list[tuple[Row, str]]:
    """(row, who) of every page that somebody may open."""
    return [(row, row.may[0]) for row in table.declared() if row.method == "GET" and row.may]


def texts(row: Row) -> list[str]:
    """The names of the fields of a form into which people write words."""
    return [name for name, value in table.sent(row.body, _Anything()) if CHINESE.search(value)]


class _Anything(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return key


def asked(doors: Knocker, row: Row, who: str) -> set[str]:
    """What the form asks for, as the pages at its address and the table say."""
    found = {name for name, _value in table.sent(row.body, doors.things)}
    if event := MOVE.search(
        row.address
    ):  # where there is nothing to choose from, its page leaves a question out
        found |= set(ASKS[event[1]].fields)
    pages = {one.address for one in table.declared() if one.method == "GET" and _path(one) == _path(row)}
    for address in pages | {row.address}:
        answer = doors.as_one(who).get(filled(address, doors.things))
        found |= set(ASKED.findall(answer.content.decode(errors="replace")))
    return found


def _path(row: Row) -> str:
    return row.address.partition("?")[0]


def columns(things: Things) -> Mapping[str, str]:
    """Every column of every table of the product, by each of its names, with a value that somebody might want there."""
    found: dict[str, str] = {
        "id": things["nobody"],
        "is_superuser": "on",
        "is_staff": "on",
        "pk": things["nobody"],
    }
    for model in apps.get_models():
        if model.__module__.startswith("gezhi."):
            for one in model._meta.get_fields():
                if isinstance(one, Field):
                    found |= dict.fromkeys((one.name, one.attname), _wanted(one, things))
    return found


def _wanted(column: "Field[Any, Any]", things: Things) -> str:
    if isinstance(column, BooleanField):
        return "on"
    if column.is_relation or column.get_internal_type() == "UUIDField":
        return things["yonder.party"]
    if column.get_internal_type() in {"DateTimeField", "DateField"}:
        return "2020-01-01"
    return "closed" if column.name in {"state", "ending"} else "1"
