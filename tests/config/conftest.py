"""A command typed in this process, in the office of the test."""

from collections.abc import Callable
from typing import Any

import pytest

from gezhi.config import cli, commands
from tests.config.ended import Ended


@pytest.fixture
def typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], settings: Any
) -> Callable[..., Ended]:
    """Run a command here, in the office of the test."""
    monkeypatch.setattr(commands, "log_plainly", lambda to: None)  # it would keep this test's standard error
    monkeypatch.setenv("GEZHI_DATA", "")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*arguments: object) -> Ended:
        capsys.readouterr()
        code = cli.main([str(one) for one in arguments])
        said = capsys.readouterr()
        return Ended(arguments, code, said.out, said.err.lstrip("\r"))

    return run
