"""What a phone loads that opens the report page for the first time: every byte on the wire, heads and all, as browsers ask for it."""

import re

from bench.office import Office
from bench.table import Table

FLOOR_BYTES = 100_000
ASKS = {"Accept-Encoding": "gzip, deflate, br", "User-Agent": "gezhi-bench", "Accept": "*/*"}
PARTS = re.compile(r'(?:href|src)="(/static/[^"#]+)')
STYLE_PARTS = re.compile(r"url\(\"?(/?[^)\"#]+)")


def measure(office: Office) -> Table:
    """The page and everything it names, each once."""
    code = office.inside("stairwells")[0]
    with office.serving():
        page_size, how, page = _loaded(office, f"/r/{code}")
        rows = [(f"/r/{code}", how, f"{page_size:,}")]
        total = page_size
        for part in dict.fromkeys(PARTS.findall(page)):
            size, how, _ = _loaded(office, part)
            rows.append((part.rsplit("/", 1)[1], how, f"{size:,}"))
            total += size
    return Table(
        "First report page on the wire",
        ("what", "encoding", "bytes"),
        [*rows, ("together", "", f"{total:,}  (floor ≤ {FLOOR_BYTES:,})")],
    )


def _loaded(office: Office, path: str) -> tuple[int, str, str]:
    """Bytes of heads and body, how it is compressed, and the text of it uncompressed."""
    status, heads, body = office.fetch(path, ASKS)
    if status != 200:
        raise RuntimeError(f"{path} answered {status}")
    on_the_wire = len("HTTP/1.1 200 OK\r\n\r\n") + sum(
        len(f"{name}: {value}\r\n".encode()) for name, value in heads.items()
    )
    _, _, plain = office.fetch(path)
    return on_the_wire + len(body), heads.get("content-encoding", "none"), plain.decode(errors="replace")
