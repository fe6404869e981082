"""What a process remembers from one request to the next, by office or actor. Tests share ids, so none may meet the memory of another."""

import sys
from types import ModuleType
from typing import Any

from gezhi.tenancy import queries

# tests/test_house.py holds this list to what the modules have: one that is missing would leak from test to test.
MEMORIES = (
    ("gezhi.cases.numbers", "_stock"),
    ("gezhi.catalogue.shelf", "_shelves"),
    ("gezhi.config.worker", "_tidied"),
    ("gezhi.places.map", "_maps"),
    ("gezhi.web.desk.tallies", "_kept"),
)


def forget() -> None:
    """As in a process that has just begun. A module that nobody has loaded remembers nothing."""
    for module, name in MEMORIES:
        if module in sys.modules:
            _memory(sys.modules[module], name).clear()
    queries.forget()


def remembered() -> list[str]:
    """The memories that are not empty."""
    return [f"{module}.{name}" for module, name in MEMORIES if _memory(sys.modules.get(module), name)]


def _memory(module: ModuleType | None, name: str) -> Any:
    return getattr(module, name) if module else None
