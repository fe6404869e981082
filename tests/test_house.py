"""The code keeps the rules of the house, and each rule is seen to catch what it forbids."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import house

ROOT = Path(__file__).resolve().parent.parent

Rule = Callable[[Path], list[str]]

RULES: tuple[Rule, ...] = (
    house.long_files,
    house.long_functions,
    house.drawers_for_anything,
    house.overridden_saves,
    house.own_receivers,
    house.clock_readings,
    house.impurities,
    house.borrowed_insides,
)

LONG_FUNCTION = "def walk():\n" + "    step = 1\n" * 45

# rule, where, what somebody wrote, what the rule says
BROKEN: tuple[tuple[Rule, str, str, str], ...] = (
    (house.long_files, "gezhi/web/wall.html", "<p>\n" * 401, "gezhi/web/wall.html:401 more than 400 lines"),
    (house.long_functions, "tests/test_walk.py", LONG_FUNCTION, "tests/test_walk.py:1 walk has 46 lines"),
    (house.drawers_for_anything, "gezhi/cases/utils.py", "", "gezhi/cases/utils.py names nothing"),
    (
        house.overridden_saves,
        "gezhi/cases/models.py",
        "class Case:\n    def save(self): ...\n",
        "gezhi/cases/models.py:2 Case.save is overridden",
    ),
    (
        house.own_receivers,
        "gezhi/cases/apps.py",
        "from django.db.models.signals import post_save as saved\nsaved.connect(print)\n",
        "gezhi/cases/apps.py:2 django.db.models.signals.post_save.connect is used",
    ),
    (
        house.own_receivers,
        "gezhi/cases/apps.py",
        "from django import dispatch\n@dispatch.receiver\ndef hear(): ...\n",
        "gezhi/cases/apps.py:2 django.dispatch.receiver is used",
    ),
    (
        house.clock_readings,
        "gezhi/cases/actions.py",
        "from django.utils import timezone as clock\nmade = clock.now\n",
        "gezhi/cases/actions.py:2 django.utils.timezone.now reads the clock",
    ),
    (
        house.clock_readings,
        "gezhi/flows/move.py",
        "import datetime\n\nat = datetime.datetime.now(datetime.UTC)\n",
        "gezhi/flows/move.py:3 datetime.datetime.now reads the clock",
    ),
    (
        house.clock_readings,
        "gezhi/duty/models.py",
        "made = field(auto_now_add=True)\n",
        "gezhi/duty/models.py:1 auto_now_add reads the clock",
    ),
    (
        house.impurities,
        "gezhi/kernel/geo.py",
        "from django.conf import settings\n",
        "gezhi/kernel/geo.py:1 django.conf.settings is not pure",
    ),
    (
        house.impurities,
        "gezhi/cases/lifecycle.py",
        "from gezhi.cases.models import Case\n",
        "gezhi/cases/lifecycle.py:1 gezhi.cases.models.Case is not pure",
    ),
    (
        house.impurities,
        "gezhi/routing/match.py",
        "from datetime import date\ntoday = date.today()\n",
        "gezhi/routing/match.py:2 datetime.date.today is not pure",
    ),
    (
        house.impurities,
        "gezhi/catalogue/book.py",
        "rows = open('book.json')\n",
        "gezhi/catalogue/book.py:1 open() is not pure",
    ),
    (
        house.borrowed_insides,
        "gezhi/web/desk.py",
        "from gezhi.cases.models import Case\n",
        "gezhi/web/desk.py:1 gezhi.cases.models.Case belongs to cases",
    ),
    (
        house.borrowed_insides,
        "gezhi/flows/move.py",
        "from gezhi.cases import policy\n",
        "gezhi/flows/move.py:1 gezhi.cases.policy belongs to cases",
    ),
    (
        house.borrowed_insides,
        "gezhi/flows/move.py",
        "import gezhi.cases.models\n",
        "gezhi/flows/move.py:1 gezhi.cases.models belongs to cases",
    ),
    (
        house.borrowed_insides,
        "gezhi/work/actions.py",
        "from ..cases import models\n",
        "gezhi/work/actions.py:1 gezhi.cases.models belongs to cases",
    ),
)

# Close to a broken rule, and allowed.
KEPT: tuple[tuple[Rule, str, str], ...] = (
    (house.long_files, "gezhi/web/wall.html", "<p>\n" * 400),
    (house.long_files, "gezhi/cases/migrations/0001_case.py", "a = 1\n" * 401),
    (house.long_functions, "gezhi/cases/page.py", LONG_FUNCTION.removesuffix("    step = 1\n")),
    (house.own_receivers, "gezhi/web/chat.py", "import socket\nsocket.socket().connect(('', 1))\n"),
    (house.clock_readings, "gezhi/web/desk.py", "from django.utils import timezone\nat = timezone.now()\n"),
    (house.clock_readings, "gezhi/duty/plan.py", "import time\ntook = time.monotonic()\n"),
    (house.impurities, "gezhi/kernel/geo.py", "from datetime import datetime\nfrom math import cos\n"),
    (house.borrowed_insides, "gezhi/ledger/derive.py", "from gezhi.cases.models import Case\n"),
    (house.borrowed_insides, "gezhi/cases/actions.py", "from gezhi.cases import models, policy\n"),
    (house.borrowed_insides, "gezhi/cases/models.py", "from gezhi.tenancy.models import TenantModel\n"),
    (
        house.borrowed_insides,
        "gezhi/flows/move.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from gezhi.cases.models import Case\n",
    ),
)


def write(root: Path, below: str, source: str) -> None:
    file = root / below
    file.parent.mkdir(parents=True)
    file.write_text(source, encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize(("rule", "below", "source", "finding"), BROKEN)
def test_a_broken_rule_is_found_at_its_line(
    rule: Rule, below: str, source: str, finding: str, tmp_path: Path
) -> None:
    write(tmp_path, below, source)
    assert rule(tmp_path) == [finding]


@pytest.mark.parametrize(("rule", "below", "source"), KEPT)
def test_what_is_allowed_is_not_found(rule: Rule, below: str, source: str, tmp_path: Path) -> None:
    write(tmp_path, below, source)
    assert rule(tmp_path) == []


def test_every_rule_has_been_seen_to_fail() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


def import_without_django(*modules: str) -> subprocess.CompletedProcess[str]:
    """Import these in a Python that has no Django to give."""
    code = f"import sys\nsys.modules['django'] = None\nimport {', '.join(modules)}"
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_pure_files_load_where_there_is_no_django() -> None:
    files = [file.relative_to(ROOT).with_suffix("").as_posix() for file in house.pure_files(ROOT)]
    modules = [file.replace("/", ".").removesuffix(".__init__") for file in files]
    assert "gezhi.kernel" in modules
    outcome = import_without_django(*modules)
    assert (outcome.returncode, outcome.stderr) == (0, "")


def test_a_file_that_needs_django_does_not_load_where_there_is_none() -> None:
    assert (
        "ModuleNotFoundError" in import_without_django("gezhi.config.settings", "gezhi.tenancy.models").stderr
    )
