"""The child that sets a paper: `python -m gezhi.channels.paper.compositor FOLDER`, as poster/compositor.py sets posters, under the same limits
and in the same turn. Pictures go in as JPEG no larger than they are printed: an album of a hundred pairs stays small enough to be mailed.
"""

import fcntl
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from gezhi.channels.poster.compositor import live_within_limits, set_in_type, tell

HERE = Path(__file__).parent / "data"
LONGEST_SIDE = 1100  # pixels: 80 mm at 350 per inch
QUALITY = 82


def make_pictures(folder: Path, pictures: Mapping[str, str], tell: Callable[[int, int], None]) -> None:
    """pictures: name in the folder → the copy that everybody may see."""
    from PIL import Image

    (folder / "pictures").mkdir(exist_ok=True)
    for done, (name, file) in enumerate(pictures.items(), start=1):
        with Image.open(file) as picture:
            small = picture.convert("RGB")
            small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            small.save(folder / name, "JPEG", quality=QUALITY, optimize=True)
        tell(done, len(pictures))


def compose(folder: Path, paper: str, to: Path, *, ppi: float | None = None) -> None:
    """paper: JSON. to: a .pdf; or with ppi a .png with {p} for the page, to look at."""
    shutil.copyfile(HERE / "paper.typ", folder / "paper.typ")
    set_in_type(folder / "paper.typ", {"paper": paper}, to, ppi=ppi)


def main(folder: Path) -> None:
    """One job after the other on a machine, papers and posters."""
    live_within_limits()
    with (folder.parent / "turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        asked = json.loads((folder / "sheets.json").read_text(encoding="utf-8"))
        make_pictures(folder, asked["pictures"], lambda done, of: tell(folder, done, of))
        made = folder / "setting.pdf"
        compose(folder, json.dumps(asked["paper"], ensure_ascii=False), made)
        made.rename(folder / "posters.pdf")
        shutil.rmtree(folder / "pictures", ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
