"""Make gezhi/kernel/simplified.py from the character table of OpenCC: `python -m scripts.signs`."""

from pathlib import Path

from opencc import OpenCC

TARGET = Path(__file__).parents[1] / "gezhi" / "kernel" / "simplified.py"
HEAD = '''"""繁體 signs and the 简体 sign that stands for each, one by one: for comparing, never for showing. PURE.

Source: the character table of OpenCC (t2s, Apache-2.0), signs of the basic plane; made by `python -m scripts.signs`.
"""
'''
A_LINE = 90


def main() -> None:
    """Write the file."""
    convert = OpenCC("t2s").convert
    every = ((chr(point), convert(chr(point))) for point in range(0x3400, 0xA000))
    pairs = [(one, other) for one, other in every if one != other and len(other) == 1 and other <= "\uffff"]
    sides = ("".join(one for one, _ in pairs), "".join(other for _, other in pairs))
    named = zip(("_TRADITIONAL", "_SIMPLIFIED"), sides, strict=True)
    blocks = [f"{name} = (\n{_lines(side)}\n)\n" for name, side in named]
    TARGET.write_text(
        HEAD + "\n" + "".join(blocks) + "TO_SIMPLIFIED = str.maketrans(_TRADITIONAL, _SIMPLIFIED)\n",
        encoding="utf-8",
    )


def _lines(signs: str) -> str:
    return "\n".join(f'    "{signs[at : at + A_LINE]}"' for at in range(0, len(signs), A_LINE))


if __name__ == "__main__":
    main()
