"""The child that sets posters: `python -m gezhi.channels.poster.compositor FOLDER`: its sheets.json → posters.pdf, progress beside them.

It lives under limits of its own (time, memory, files), imports no Django and knows no secret. typst is loaded here and nowhere else:
server and worker stay as small as they are. What people wrote arrives as data and is never read as markup; no font of the machine and
no clock has a say, so the same sheets are the same bytes everywhere.
"""

import fcntl
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from gezhi.channels.poster.qr import qr

HERE = Path(__file__).parent / "data"
CPU_SECONDS = 120
# addresses, not memory: typst maps its fonts and keeps a thread for each core
MEMORY_BYTES = 3 * 1024 * 1024 * 1024
WRITTEN_BYTES = 256 * 1024 * 1024


def live_within_limits() -> None:
    """Bound this process: what goes beyond is killed by the system, and the parent notices."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN_BYTES, WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # whoever reports goes first


def with_codes(sheets: str, tell: Callable[[int, int], None]) -> str:
    """The sheets with their QRs. tell(done, of): which takes most of the time."""
    given = json.loads(sheets)
    posters = given["posters"]
    for done, one in enumerate(posters, start=1):
        one["qr"] = qr(one["address"])
        tell(done, len(posters))
    return json.dumps(given, ensure_ascii=False)


def compose(sheets: str, to: Path, *, ppi: float | None = None) -> None:
    """sheets: of `with_codes`. to: a .pdf; or with ppi a .png with {p} for the page, to look at."""
    set_in_type(HERE / "poster.typ", {"sheets": sheets}, to, ppi=ppi)


def set_in_type(source: Path, said: dict[str, str], to: Path, *, ppi: float | None = None) -> None:
    """A .typ file and what it is told, in the office's own letters; it reads nothing outside its folder. to, ppi: as in `compose`."""
    import typst

    typst.compile(
        str(source),
        output=str(to),
        root=str(source.parent),
        font_paths=[str(HERE)],
        ignore_system_fonts=True,
        sys_inputs=said,
        format="pdf" if ppi is None else "png",
        ppi=ppi,
    )


def main(folder: Path) -> None:
    """One job after the other on a machine: 500 posters take 260 MB for as long as they are set."""
    live_within_limits()
    with (folder.parent / "turn").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        made = folder / "setting.pdf"
        sheets = (folder / "sheets.json").read_text(encoding="utf-8")
        compose(with_codes(sheets, lambda done, of: tell(folder, done, of)), made)
        made.rename(folder / "posters.pdf")


def tell(folder: Path, done: int, of: int) -> None:
    """How far it is, for whoever waits."""
    fresh = folder / "progress.new"
    fresh.write_text(f"{done} {of}", encoding="ascii")
    fresh.rename(folder / "progress")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
