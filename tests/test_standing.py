"""A world that is laid down is the world that the product's actions make, and no test meets the memory of another."""

import ast
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from gezhi.catalogue import queries as catalogue
from gezhi.journal import check
from gezhi.journal.models import Entry
from gezhi.tenancy.models import Jurisdiction
from tests import cast as stage
from tests import house, memories
from tests.cast import Cast
from tests.standing import NOON, Keeper, World

ROOT = Path(__file__).resolve().parent.parent
CONTAINERS = {"dict", "list", "set", "defaultdict", "deque", "OrderedDict", "Counter", "Recent", "Standing"}


def counts() -> dict[str, int]:
    """How many rows stand in each table of ours."""
    tables = (one for one in apps.get_models() if one.__module__.startswith("gezhi."))
    return {one._meta.db_table: one._default_manager.count() for one in tables}


def told() -> list[tuple[Any, ...]]:
    """The journal, without what is drawn by lot."""
    rows = Entry.objects.order_by("id").values_list(
        "subject_kind", "seq", "event", "at", "actor_kind", "after"
    )
    return [(*row[:-1], sorted(row[-1])) for row in rows]


def remembering(root: Path) -> list[str]:
    """What outlives a request: empty containers and rebound names of modules, and functions that keep their answers."""
    found = set()
    for below, tree in house.trees(root, "gezhi"):
        module = below.removesuffix(".py").replace("/", ".")
        found |= {f"{module}.{name}" for node in ast.walk(tree) for name in _rebound_or_kept(node)}
        found |= {f"{module}.{name}" for node in tree.body for name in _empty_containers(node)}
    return sorted(found)


def _rebound_or_kept(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Global):
        return node.names
    if isinstance(node, ast.FunctionDef):
        keepers = {ast.unparse(one).partition("(")[0].rpartition(".")[2] for one in node.decorator_list}
        return [node.name] if keepers & {"cache", "lru_cache"} else []
    return []


def _empty_containers(node: ast.stmt) -> list[str]:
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return []
    value, names = node.value, node.targets if isinstance(node, ast.Assign) else (node.target,)
    is_display = isinstance(value, ast.Dict | ast.List) and not ast.unparse(value).strip("{}[]")
    is_made = isinstance(value, ast.Call) and ast.unparse(value.func) in CONTAINERS
    return [ast.unparse(name) for name in names if is_display or is_made]


def test_the_cast_laid_down_is_the_cast_that_is_made(
    standing_cast: World[Cast], office: Jurisdiction
) -> None:
    with transaction.atomic():
        stage.everybody(NOON)
        made = counts(), told()
        transaction.set_rollback(True)
    standing_cast.lay()
    assert (counts(), told()) == made
    assert made[0]["journal_entry"] == len(made[1]) > 0


def test_the_journal_of_the_cast_is_whole(cast: Cast) -> None:
    assert list(check.findings()) == []


def test_what_a_test_does_to_its_cast_reaches_no_other(standing_cast: World[Cast], cast: Cast) -> None:
    assert cast == standing_cast.value
    assert cast is not standing_cast.value
    assert cast.town is not standing_cast.value.town


def test_a_maker_that_names_no_jurisdiction_fails(keep_world: Keeper) -> None:
    def careless() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM catalogue_category")

    with pytest.raises(pytest.fail.Exception, match="catalogue_category without jurisdiction"):
        keep_world(careless)


def test_a_maker_that_leaves_a_memory_fails(keep_world: Keeper) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"gezhi\.catalogue\.shelf\._shelves"):
        keep_world(catalogue.tops)


def test_every_memory_of_a_process_is_known() -> None:
    known = {*(f"{module}.{name}" for module, name in memories.MEMORIES), *memories.OF_THE_CODE}
    assert remembering(ROOT) == sorted(known)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("_seen: dict[UUID, str] = {}\n", "_seen"),
        ("_seen = defaultdict(list)\n", "_seen"),
        ("_seen = None\n\ndef see():\n    global _seen\n", "_seen"),
        ("_seen: Recent[UUID, int] = Recent(FRESH, 8)\n", "_seen"),
        ("@lru_cache(maxsize=9)\ndef seen(id): ...\n", "seen"),
        ("@functools.cache\ndef seen(id): ...\n", "seen"),
    ],
)
def test_a_memory_is_found(tmp_path: Path, written: str, name: str) -> None:
    (tmp_path / "gezhi" / "cases").mkdir(parents=True)
    (tmp_path / "gezhi" / "cases" / "seen.py").write_text(written, encoding="utf-8")
    assert remembering(tmp_path) == [f"gezhi.cases.seen.{name}"]
