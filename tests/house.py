"""The rules of the house that no bought checker knows, each a function from a source tree to its findings.

A rule takes the folder that holds the packages `gezhi`, `tests`, … and gives lines such as
"gezhi/cases/page.py:12 save() is overridden", sorted; an empty list when the rule is kept.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 45

# Generated, vendored or plain data: nobody reads these from top to bottom.
NOT_READ = {"migrations", "data", "locale", "vendor", "node_modules", "__pycache__"}
READ_SUFFIXES = {".py", ".html", ".js", ".sh"}

PURE = (
    "gezhi.kernel.*",
    "gezhi.cases.lifecycle",
    "gezhi.cases.deadlines",
    "gezhi.routing.match",
    "gezhi.routing.ladder",
    "gezhi.routing.standing",
    "gezhi.notices.whom",
    "gezhi.notices.events",
    "gezhi.work.lifecycle",
    "gezhi.work.proof",
    "gezhi.work.whom",
    "gezhi.duty.rotation",
    "gezhi.places.paths",
    "gezhi.catalogue.book",
)
IMPURE = {
    "django",
    "os",
    "socket",
    "subprocess",
    "sqlite3",
    "psycopg",
    "urllib",
    "http",
    "time",
    "shutil",
}
IMPURE_CALLS = {"open", "print", "input"}

CLOCKS = {
    "time.time",
    "time.time_ns",
    "time.localtime",
    "time.gmtime",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "django.utils.timezone.now",
    "django.utils.timezone.localdate",
    "django.db.models.functions.Now",
}
AUTO_CLOCKS = {"auto_now", "auto_now_add"}
# Whoever meets the world may ask what time it is; everybody else is told.
CLOCK_READERS = ("gezhi/web/", "gezhi/channels/", "gezhi/config/", "gezhi/tenancy/clock.py")

PRIVATE = {"models", "policy"}
READERS_OF_ALL = {"ledger", "insight"}
BASE_OF_ALL = "tenancy"  # its models are what every other model is made from

RECEIVERS = {"django.dispatch.receiver", "django.dispatch.Signal", "django.dispatch.dispatcher.receiver"}


def read_files(root: Path, *packages: str) -> Iterator[tuple[str, Path]]:
    """(path below root, file) of everything a person reads in these packages."""
    for package in packages:
        for file in sorted((root / package).rglob("*")):
            below = file.relative_to(root)
            if file.suffix in READ_SUFFIXES and not NOT_READ & set(below.parts) and file.is_file():
                yield below.as_posix(), file


def trees(root: Path, *packages: str) -> Iterator[tuple[str, ast.Module]]:
    """(path below root, syntax tree) of every Python file a person reads in these packages."""
    for below, file in read_files(root, *packages):
        if file.suffix == ".py":
            yield below, parsed(file.read_text(encoding="utf-8"), below)


@lru_cache(maxsize=2000)
def parsed(text: str, below: str) -> ast.Module:
    """The tree of one file. Kept: eight rules read the same files; none changes what it reads."""
    return ast.parse(text, below)


def imported(below: str, node: ast.AST) -> Iterator[tuple[str, str]]:
    """(name here, full dotted name) of each thing one import statement brings in."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (
                alias.asname or alias.name.split(".")[0],
                alias.name if alias.asname else alias.name.split(".")[0],
            )
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if node.level:
            above = below.removesuffix(".py").split("/")[: -node.level]
            module = ".".join([*above, module] if module else above)
        for alias in node.names:
            yield alias.asname or alias.name, f"{module}.{alias.name}"


def named(below: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, full dotted name) of each imported thing wherever it is used, aliases resolved."""
    known = {here: full for node in ast.walk(tree) for here, full in imported(below, node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            parts: list[str] = []
            inner: ast.expr = node
            while isinstance(inner, ast.Attribute):
                parts.insert(0, inner.attr)
                inner = inner.value
            if isinstance(inner, ast.Name) and inner.id in known:
                yield node.lineno, ".".join([known[inner.id], *parts])


def type_only(tree: ast.Module) -> set[ast.AST]:
    """The nodes below `if TYPE_CHECKING:`; they name types and bring nothing in."""
    guards = (
        node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
    )
    return {inner for guard in guards for statement in guard.body for inner in ast.walk(statement)}


def long_files(root: Path) -> list[str]:
    """A file is one subject a reader can hold."""
    counts = ((b, len(f.read_text(encoding="utf-8").splitlines())) for b, f in everything(root))
    return [f"{below}:{n} more than {MAX_FILE_LINES} lines" for below, n in counts if n > MAX_FILE_LINES]


def everything(root: Path) -> Iterator[tuple[str, Path]]:
    return read_files(root, "gezhi", "tests", "bench", "scripts")


def long_functions(root: Path) -> list[str]:
    """A function is one thought; its docstring counts."""
    found = []
    for below, tree in trees(root, "gezhi", "tests", "bench", "scripts"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    found.append(f"{below}:{node.lineno} {node.name} has {lines} lines")
    return sorted(found)


def drawers_for_anything(root: Path) -> list[str]:
    """No `utils`: a file is named after what is in it."""
    paths = (file.relative_to(root) for file in (root / "gezhi").rglob("*"))
    return sorted(
        f"{path.as_posix()} names nothing" for path in paths if path.stem in {"utils", "helpers", "misc"}
    )


def overridden_saves(root: Path) -> list[str]:
    """What a write does stands in an action, not in save()."""
    return sorted(
        f"{below}:{method.lineno} {node.name}.save is overridden"
        for below, tree in trees(root, "gezhi")
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "save"
    )


def own_receivers(root: Path) -> list[str]:
    """Nothing hangs on signals: a receiver that fails loses its part without a trace."""
    return sorted(
        f"{below}:{line} {full} is used"
        for below, tree in trees(root, "gezhi")
        for line, full in named(below, tree)
        if full in RECEIVERS or (".signals." in full and full.endswith(".connect"))
    )


def clock_readings(root: Path) -> list[str]:
    """The time is an argument below `web`, `channels`, the worker and commands."""
    found = []
    for below, tree in trees(root, "gezhi"):
        if below.startswith(CLOCK_READERS) or "/management/" in below:
            continue
        found += [
            f"{below}:{line} {full} reads the clock" for line, full in named(below, tree) if full in CLOCKS
        ]
        found += [
            f"{below}:{node.value.lineno} {node.arg} reads the clock"
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword) and node.arg in AUTO_CLOCKS
        ]
    return sorted(found)


def pure_files(root: Path) -> list[Path]:
    """The files of the modules of PURE that exist, in a fixed order."""
    patterns = (module.replace(".", "/") + ".py" for module in PURE)
    return sorted(file for pattern in patterns for file in root.glob(pattern))


def impurities(root: Path) -> list[str]:
    """Pure files know values only: no Django, no clock, no files, no network, no impure neighbour."""
    pure = {file.relative_to(root).with_suffix("").as_posix().replace("/", ".") for file in pure_files(root)}
    found = []
    for file in pure_files(root):
        below = file.relative_to(root).as_posix()
        tree = parsed(file.read_text(encoding="utf-8"), below)
        brought = {(node.lineno, full) for node in statements(tree) for _, full in imported(below, node)}
        brought |= {use for use in named(below, tree) if use[1] in CLOCKS}
        for line, full in brought:
            stranger = full.startswith("gezhi.") and not any(
                f"{full}.".startswith(f"{name}.") for name in pure
            )
            if full.split(".")[0] in IMPURE or full in CLOCKS or stranger:
                found.append(f"{below}:{line} {full} is not pure")
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in IMPURE_CALLS
            ):
                found.append(f"{below}:{node.lineno} {node.func.id}() is not pure")
    return sorted(found)


def statements(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node


def borrowed_insides(root: Path) -> list[str]:
    """`models` and `policy` are a package's own; ledger and insight, which derive from all, may read them."""
    found = []
    for below, tree in trees(root, "gezhi"):
        package = below.split("/")[1]
        if package in READERS_OF_ALL:
            continue
        named_types = type_only(tree)
        for node in statements(tree):
            if node in named_types:
                continue
            fulls = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            for full in fulls or [full for _, full in imported(below, node)]:
                owner, inside = [*full.split("."), "", ""][1:3]
                if full.startswith("gezhi.") and inside in PRIVATE and owner not in (package, BASE_OF_ALL):
                    found.append(f"{below}:{node.lineno} {full} belongs to {owner}")
    return sorted(found)
