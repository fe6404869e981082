"""Small programs that stand in for tools while a script of ours is tried."""

from pathlib import Path


def program(file: Path, *lines: str) -> None:
    """Write an executable bash script of these lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(["#!/bin/bash", *lines, ""]))
    file.chmod(0o755)
