"""How much of what identifies a person is kept back in public, and how much too much. Needs no office: it is pure."""

import time

from bench.inprocess import MESSAGES
from bench.office import Office
from bench.table import Table
from gezhi.kernel.private import _folded, mask_private
from gezhi.kernel.sheet import read_sheet
from tests.seeds import persons


def measure(_office: Office | None = None) -> Table:
    """Recall on made texts with secrets that are known, and what is touched in harmless ones and in real messages."""
    seeds, harmless = persons.seeds(), persons.harmless()
    left = sum(persons.leaks(one, mask_private(one.text), _folded) for one in seeds)
    too_much = sum(mask_private(one) != one for one in harmless)
    rows = [
        (
            f"recall, n = {len(seeds):,} made texts, {len(persons.KINDS)} kinds of numbers",
            f"{1 - left / len(seeds):.2%}  (≥ 99 %)",
        ),
        (f"harmless texts left as they are, n = {len(harmless)}", f"{1 - too_much / len(harmless):.2%}"),
    ]
    notes = ["A secret leaks when five of its signs in a row can be read in the public copy."]
    if MESSAGES.exists():
        texts = _messages()
        begun = time.perf_counter()
        touched = sum(mask_private(one) != one for one in texts)
        seconds = time.perf_counter() - begun
        rows.append((f"real messages in which something is masked, n = {len(texts):,}", f"{touched}"))
        rows.append(("microseconds a message", f"{seconds / len(texts) * 1e6:.0f}"))
        notes.append(
            "The real messages were made anonymous by whoever published them: most numbers in them are *** already."
        )
    return Table("Masking of what identifies a person", ("what", "value"), rows, notes)


def _messages() -> list[str]:
    rows = read_sheet(MESSAGES.read_bytes(), MESSAGES.name).rows
    return [" ".join(map(str, row.cells)) for row in rows]
