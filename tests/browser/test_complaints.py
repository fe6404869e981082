"""What server and worker complain of is heard, so that a test that looks at pages does not pass over it."""

import json
from pathlib import Path

import pytest

from tests.browser import served
from tests.browser.served import Served


def said(tmp_path: Path) -> Served:
    """A log with one line of each level, as our processes write them."""
    log = tmp_path / "log"
    lines = [json.dumps({"event": level, "level": level}) for level in ("info", "error", "critical")]
    log.write_text("".join(f"{line}\n" for line in lines))
    return Served("", tmp_path, log, {})


def test_errors_and_what_ends_a_process_are_complaints(tmp_path: Path) -> None:
    assert ["error" in line or "critical" in line for line in said(tmp_path).complaints()] == [True, True]


def test_twin_with_errors_alone_the_end_of_the_books_would_go_unheard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "GRAVE", served.GRAVE[:1])
    assert len(said(tmp_path).complaints()) == 1
