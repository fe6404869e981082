"""How long the posters of many doors take."""

from bench.office import Office
from bench.table import Table

POSTERS = 500


def measure(office: Office) -> Table:
    """As an office with some compounds prints them: all in one file."""
    told = office.inside("posters", str(POSTERS))
    return Table(
        f"Posters, A4, PDF: N = {POSTERS}",
        ("what", "value"),
        (
            ("seconds", f"{told['seconds']:.1f}  (aim: ≤ 60)"),
            ("of these to gather the facts, in the server's own process", f"{told['gathered']:.1f}"),
            ("file, MB", f"{told['bytes'] / 1e6:.1f}"),
            ("the child that sets them, MB at most", f"{told['peak'] / 1e6:.0f}"),
        ),
    )
