"""The parent's side of the child that sets posters: a folder for each job, found again by what is to be printed.

What is asked for twice is set once: the folder's name is the digest of its sheets, and the same sheets are the same bytes. Few are set at
once, and of one desk fewer, for each fills a processor and some hundred megabytes.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

import gezhi
from gezhi.kernel.refusal import Invalid

KEPT_SECONDS = 24 * 3600
PATIENCE_SECONDS = 300.0  # a job that shows no life for so long is lost
LOOK_SECONDS = 0.1
MOST_AT_ONCE = 4  # jobs that are being set, of all desks and commands
MOST_OF_A_DESK = 2
COMPOSITOR = "gezhi.channels.poster.compositor"
_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Progress:
    """How far a job is. file: the PDF, None while it is set. is_lost: it will never come."""

    done: int
    of: int
    file: Path | None = None
    is_lost: bool = False


def start(sheets: str, of: int, *, by: str = "", child: str = COMPOSITOR) -> str:
    """Begin to set these sheets (`sheet.as_json`), so many, unless they are being set or stand there. Returns the job's name.

    by: for whom, "" = for a command. child: the module that sets it; papers have one of their own.
    Raises Invalid("places", "others_first" | "own_first", count) while too many are being set; what is being set already is always found.
    """
    name = hashlib.sha256(sheets.encode()).hexdigest()[:32]
    with _one_at_a_time():
        _tidy()
        known = found(name)
        if known is None or known.is_lost:
            _ask_for_room(by)
            shutil.rmtree(_home() / name, ignore_errors=True)
            _launch(_home() / name, sheets, of, by, child)
    return name


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Of two who begin at the same moment the second sees what the first has begun."""
    _home().mkdir(parents=True, exist_ok=True)
    with (_home() / "starting").open(
        "w"
    ) as turn:  # not the turn of the children: whoever asks waits for nobody's sheets
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def _ask_for_room(by: str) -> None:
    owners = [_owner(folder) for folder in _home().glob("*/") if _is_set(found(folder.name))]
    if by and (count := owners.count(by)) >= MOST_OF_A_DESK:
        raise Invalid("places", "own_first", count=count)
    if len(owners) >= MOST_AT_ONCE:
        raise Invalid("places", "others_first", count=len(owners))


def _is_set(now: Progress | None) -> bool:
    return now is not None and now.file is None and not now.is_lost


def _owner(folder: Path) -> str:
    with contextlib.suppress(OSError):
        return (folder / "by").read_text(encoding="ascii")
    return ""


def begun_by(name: str) -> str:
    """For whom a job was begun; "" for a command, and when there is none."""
    return _owner(_home() / name) if _NAME.fullmatch(name) else ""


def found(name: str) -> Progress | None:
    """A job by its name; None when there is none, or no more."""
    folder = _home() / name
    if not _NAME.fullmatch(name) or not (folder / "sheets.json").exists():
        return None
    file = folder / "posters.pdf"
    done, of = _said(folder)
    if file.exists():
        return Progress(of, of, file)
    return Progress(done, of, is_lost=_is_lost(folder))


def names() -> list[str]:
    """All jobs that lie here, of every office."""
    return sorted(one.name for one in _home().glob("*/") if _NAME.fullmatch(one.name))


def asked(name: str) -> str:
    """What a job was told; "" when there is none."""
    with contextlib.suppress(OSError):
        return (_home() / name / "sheets.json").read_text(encoding="utf-8") if _NAME.fullmatch(name) else ""
    return ""


def drop(name: str) -> None:
    """A job goes with all that it made; whoever asks for the same again has it set anew."""
    if _NAME.fullmatch(name):
        shutil.rmtree(_home() / name, ignore_errors=True)


def wait(name: str, tell: Callable[[int, int], None]) -> Path | None:
    """The file once it is there; None when the job is lost. For commands."""
    while (now := found(name)) is not None and not now.is_lost:
        if now.file:
            return now.file
        tell(now.done, now.of)
        time.sleep(LOOK_SECONDS)
    return None


def _home() -> Path:
    return Path(settings.GEZHI_DATA) / "posters"


def _launch(folder: Path, sheets: str, of: int, by: str, module: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "by").write_text(by, encoding="ascii")
    (folder / "progress").write_text(f"0 {of}", encoding="ascii")
    (folder / "sheets.json").write_text(sheets, encoding="utf-8")
    with (folder / "trouble").open("wb") as trouble:
        child = subprocess.Popen(
            (sys.executable, "-m", module, str(folder)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=trouble,
            env=environment(),
            start_new_session=True,  # a server that is stopped leaves it to its own limits
        )
    (folder / "child").write_text(str(child.pid), encoding="ascii")


def environment() -> dict[str, str]:
    """No secret of the office reaches the child: only where to find the code."""
    return {"PYTHONPATH": str(Path(gezhi.__path__[0]).parent), "PYTHONDONTWRITEBYTECODE": "1"}


def _said(folder: Path) -> tuple[int, int]:
    with contextlib.suppress(OSError, ValueError):
        done, of = (folder / "progress").read_text(encoding="ascii").split()
        return int(done), int(of)
    return 0, 0


def _is_lost(folder: Path) -> bool:
    """The child is gone without a file; or nothing has moved for long, whoever has its number now, or before it had one."""
    try:
        quiet = time.time() - max(one.stat().st_mtime for one in folder.iterdir())
    except (OSError, ValueError):
        return False  # it is being cleared away
    if quiet > PATIENCE_SECONDS:
        return not (folder / "posters.pdf").exists()
    try:
        child = int((folder / "child").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False  # it is being started
    return not _lives(child) and not (folder / "posters.pdf").exists()


def _lives(child: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, os.WNOHANG)  # a child of this process that ended is let go
    try:
        os.kill(child, 0)
    except OSError:
        return False
    return True


def _tidy() -> None:
    """Jobs of yesterday go."""
    for folder in _home().glob("*/"):
        with contextlib.suppress(OSError):
            if _NAME.fullmatch(folder.name) and time.time() - folder.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(folder)
