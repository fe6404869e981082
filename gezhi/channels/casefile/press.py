"""The parent's side of the child that sets a case's file: a folder for as long as it takes, and nothing left behind."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from gezhi.channels.casefile.sheet import CaseFile, as_json
from gezhi.channels.poster.press import environment
from gezhi.kernel.refusal import Unavailable

SECONDS = 60.0
WAIT_SECONDS = 10.0
_TURNS = threading.BoundedSemaphore(1)  # in this process: the child fills a processor


def pdf(one: CaseFile, photos: Mapping[str, Path]) -> bytes:
    """The file as PDF. photos: key → the copy that people see. Raises Unavailable when others are being made, or it did not come about."""
    if not _TURNS.acquire(timeout=WAIT_SECONDS):
        raise Unavailable("others_are_set")
    try:
        home = Path(settings.GEZHI_DATA) / "casefiles"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=home) as folder:
            return _set(Path(folder), one, photos)
    finally:
        _TURNS.release()


def _set(folder: Path, one: CaseFile, photos: Mapping[str, Path]) -> bytes:
    (folder / "photos").mkdir()
    for key, path in photos.items():
        (folder / "photos" / f"{key}.webp").symlink_to(path.resolve())
    (folder / "sheet.json").write_text(as_json(one), encoding="utf-8")
    try:
        subprocess.run(
            (sys.executable, "-m", "gezhi.channels.casefile.setting", str(folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=SECONDS,
            check=True,
        )
        return (folder / "case.pdf").read_bytes()
    except (subprocess.SubprocessError, OSError) as broken:
        raise Unavailable("not_set") from broken
