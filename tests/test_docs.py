"""docs/architecture.md names no door that is not there: everything in backticks in a package's section can be imported from it."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import gezhi

PAGE = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
PACKAGES = {one.name for one in pkgutil.iter_modules(gezhi.__path__)}
SECTION = re.compile(r"^## (\w+)[^\n]*\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
INSIDE = re.compile(r"\([^()]*\)")  # what a door takes, or the fields of a table
RETURNED = re.compile(r"->.*")
NAME = re.compile(r"[A-Za-z_][\w./*]*")


def doors(page: str) -> Iterator[tuple[str, str]]:
    """(package, name) of each name in backticks; without what it takes and gives."""
    for package, words in SECTION.findall(page):
        if package not in PACKAGES:
            continue
        for span in SPAN.findall(words):
            bare = span
            while INSIDE.search(bare):
                bare = INSIDE.sub(" ", bare)
            for name in NAME.findall(RETURNED.sub("", bare)):
                yield package, name


@cache
def modules(package: str) -> tuple[ModuleType, ...]:
    """The package and every module in it, migrations and the server's own entrance apart."""
    root = importlib.import_module(f"gezhi.{package}")
    names = [one.name for one in pkgutil.walk_packages(root.__path__, f"{root.__name__}.")]
    wanted = [name for name in names if ".migrations" not in name and not name.endswith(".wsgi")]
    return (root, *(importlib.import_module(name) for name in wanted))


def is_there(package: str, name: str) -> bool:
    """A file of the package, a thing in one of its modules, or a thing in what is named before the dot."""
    folder, path = Path(gezhi.__path__[0]) / package, name.replace(".", "/")
    if any((folder / file).exists() for file in (name, path, f"{path}.py")):
        return True
    where, _, what = name.rpartition(".")
    if not where:
        return any(hasattr(module, what) for module in modules(package))
    named: list[object] = [one for one in modules(package) if one.__name__ == f"gezhi.{package}.{where}"]
    return any(hasattr(one, what) for one in named or [getattr(m, where, None) for m in modules(package)])


def absent(page: str) -> list[str]:
    return sorted({f"{package}: {name}" for package, name in doors(page) if not is_there(package, name)})


def test_every_door_of_the_architecture_is_there() -> None:
    assert absent(PAGE.read_text()) == []


def test_a_door_that_was_never_built_is_named() -> None:
    page = "# A\n\n## journal\nTable `Event(kind)`. `actions.record(*deeds, at=)` and `outbox.queue`, `sealing.unseal`.\n"
    assert absent(page) == ["journal: Event", "journal: sealing.unseal"]
