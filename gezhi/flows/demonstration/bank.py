"""What people say and what is written down, from the data files: read once, as values. Their "about" says that all of it is invented."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True, slots=True)
class Kind:
    """What happens in one category. on: kinds of ground; to: code of who is sent there, "" = the company, "community" = its office.

    months: when it happens, () = always; weather: rain, storm or snow, "" = on any day; seen: how a worker on his walk writes it, ()
    = he does not mend such things.
    """

    code: str
    weight: int
    on: tuple[str, ...]
    to: str
    months: frozenset[int]
    weather: str
    voices: tuple[str, ...]
    seen: tuple[str, ...]
    done: tuple[str, ...]


@cache
def kinds() -> Mapping[str, Kind]:
    """By the code of the category, in the order of the file."""
    return {code: _kind(code, told) for code, told in _read("voices")["kinds"].items()}


def _kind(code: str, told: dict[str, Any]) -> Kind:
    return Kind(
        code,
        told["weight"],
        tuple(told["on"]),
        told.get("to", ""),
        frozenset(told.get("months", ())),
        told.get("weather", ""),
        tuple(told["voices"]),
        tuple(told.get("seen", ())),
        tuple(told["done"]),
    )


@cache
def phrases() -> Mapping[str, Any]:
    """Short texts by what they are for; see the file's "about"."""
    return _read("phrases")


@cache
def sagas() -> tuple[dict[str, Any], ...]:
    """The matters of the report, and what lies on the desk today."""
    told = _read("sagas")
    return (*told["sagas"], *told["today"])


@cache
def town() -> Mapping[str, Any]:
    """What the town has beside the places and parties of the small demonstration."""
    return _read("town")


@cache
def parties() -> Mapping[str, Any]:
    """The parties and the cast of the small demonstration."""
    return _read("parties")


@cache
def channels() -> Mapping[str, Any]:
    """What came by the other roads: orders from above, a pasted group, a company's own book; see the file's "about"."""
    return _read("channels")


@cache
def pictures() -> Mapping[str, Any]:
    """Scenes as shapes, and which of them a category shows; see the file's "about"."""
    return _read("pictures")


@cache
def calendars() -> Mapping[str, str]:
    """The calendar of each party by its code, where it is not that of the offices."""
    told = parties()
    given = {
        one["code"]: one["calendar"] for one in (*told["agencies"], *told["utilities"]) if "calendar" in one
    }
    companies = [
        one for one in (*told["locals"], *town()["companies"]) if one.get("kind", "property") == "property"
    ]
    return given | {one["code"]: "property_seven_day" for one in companies}


def _read(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    return told
