"""Make the posters' font smaller: the signs of GB 2312 and of Big5's first level, of Noto Sans CJK SC in two weights.

`python -m scripts.font FOLDER` reads NotoSansCJK-{Regular,Bold}.ttc there (Debian: fonts-noto-cjk). The font's licence allows it
(data/OFL.txt; no name is reserved). Needed again only when a sign is missing.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTCollection

FAMILY = "Noto Sans CJK SC"
WEIGHTS = ("Regular", "Bold")
TO = Path(__file__).resolve().parent.parent / "gezhi/channels/poster/data"
ALSO = "·—–…‘’“”•〇→℃㎡×±°№■□●○①②③④⑤⑥⑦⑧⑨⑩"


def main(folder: Path) -> None:
    """Write both weights and the list of their signs."""
    signs = {
        *map(chr, range(0x20, 0x7F)),
        *ALSO,
        *_decoded("gb2312", 0xA1, 0xF7),
        *_decoded("big5", 0xA4, 0xC6),
    }
    held = set(signs)
    for weight in WEIGHTS:
        font = _of_family(folder / f"NotoSansCJK-{weight}.ttc")
        made = subset.Subsetter(_options())
        made.populate(unicodes=[ord(sign) for sign in signs])
        made.subset(font)
        held &= {chr(code) for code in font.getBestCmap()}
        font.save(TO / f"NotoSansCJKsc-{weight}.otf")
    (TO / "signs.txt").write_text("".join(sorted(held)), encoding="utf-8")


def _decoded(encoding: str, first: int, last: int) -> Iterator[str]:
    for pair in ((high, low) for high in range(first, last + 1) for low in range(0x40, 0xFF)):
        try:
            yield bytes(pair).decode(encoding)
        except UnicodeDecodeError:
            continue


def _of_family(path: Path) -> Any:
    return next(
        font
        for font in TTCollection(path, lazy=True).fonts
        if font["name"].getDebugName(1) == FAMILY or font["name"].getDebugName(16) == FAMILY
    )


def _options() -> Any:
    options = subset.Options()
    options.layout_features = ["kern", "tnum", "lnum"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.name_languages = [0x409]
    options.glyph_names = False
    options.recalc_timestamp = False
    return options


if __name__ == "__main__":
    main(Path(sys.argv[1]))
