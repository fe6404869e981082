"""docs/faults.md names no test that is not there, and no test of faults goes unnamed."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = set(re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "docs" / "faults.md").read_text()))


def test_every_test_in_the_table_is_there() -> None:
    assert [name for name in sorted(NAMED) if not (ROOT / name).exists()] == []


def test_every_test_of_faults_stands_in_the_table() -> None:
    ours = {file.relative_to(ROOT).as_posix() for file in Path(__file__).parent.glob("test_*.py")}
    assert ours - NAMED == {"tests/faults/test_table.py"}
