"""The child that sets one case's file: `python -m gezhi.channels.casefile.setting FOLDER`: its sheet.json and photos → case.pdf.

It lives under the limits of whoever sets posters, imports no Django and knows no secret; typst and Pillow are loaded here only. No font of the
machine and no clock has a say.
"""

import shutil
import sys
from pathlib import Path

from gezhi.channels.poster.compositor import live_within_limits, set_in_type

TEMPLATE = Path(__file__).parent / "data" / "case.typ"
LONGEST = 1100  # pixels of a picture that is as wide as half a page
QUALITY = 82


def ready(folder: Path) -> None:
    """The copies that people see as JPEGs that a printer likes, without anything but the picture."""
    from PIL import Image

    for copy in sorted((folder / "photos").glob("*.webp")):
        with Image.open(copy) as picture:
            picture.thumbnail((LONGEST, LONGEST))
            picture.convert("RGB").save(copy.with_suffix(".jpg"), quality=QUALITY)


def compose(folder: Path) -> None:
    """folder/sheet.json → folder/case.pdf."""
    shutil.copyfile(TEMPLATE, folder / "case.typ")
    said = {"sheet": (folder / "sheet.json").read_text(encoding="utf-8")}
    set_in_type(folder / "case.typ", said, folder / "setting.pdf")
    (folder / "setting.pdf").rename(folder / "case.pdf")


def main(folder: Path) -> None:
    """One file, then gone."""
    live_within_limits()
    ready(folder)
    compose(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
