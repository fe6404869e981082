"""How a command ended."""

import subprocess

Ended = subprocess.CompletedProcess


def sentence(ended: Ended) -> str:
    """The one sentence on standard error of a command that failed."""
    assert ended.returncode == 1, ended.stdout
    assert "Traceback" not in ended.stderr
    (line,) = ended.stderr.strip().splitlines()
    return line
