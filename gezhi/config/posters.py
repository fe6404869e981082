"""`gezhi posters`: which places, where residents reach them, and the file."""

import argparse
import shutil
from datetime import datetime
from urllib.parse import urlsplit

from django.urls import reverse

from gezhi.channels.poster import press
from gezhi.channels.poster.filling import sheets
from gezhi.channels.poster.sheet import MOST
from gezhi.config.progress import Progress, bar
from gezhi.config.speaking import Failed
from gezhi.flows.poster_facts import chosen as places_chosen
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.places.queries import PlaceRow


def write(chosen: argparse.Namespace, *, at: datetime) -> int:
    """Write the file; returns how many posters are in it. Raises Failed with one clear sentence."""
    origin = _origin(chosen.address)
    if origin is None:
        raise Failed(f"posters: {chosen.address!r} is no address like https://gezhi.example.cn")
    try:
        rows = _rows(chosen.place, all_stairs=chosen.all_stairs)
    except NotFound:
        raise Failed(f"posters: there is no open place {chosen.place}") from None
    except Invalid as refused:
        count = refused.details.get("count")
        raise Failed(f"posters: {count} are more than the {MOST} of one file: name smaller places") from None
    if not rows:
        raise Failed(f"posters: there is no stairwell at or below {chosen.place}")
    asked = sheets(
        rows, lambda code: origin + reverse("report", args=[code]), language=chosen.language, at=at
    )
    told = Progress("posters")
    try:
        name = press.start(asked, len(rows))
    except Invalid as refused:
        raise Failed(
            f"posters: {refused.details['count']} others are being set, wait for one of them"
        ) from None
    made = press.wait(name, lambda done, of: told.tell(f"{bar(done, of)} {done}/{of}"))
    told.end()
    if made is None:
        raise Failed("posters: setting them failed; is there room on the disk, and is typst installed?")
    shutil.copyfile(made, chosen.to)
    return len(rows)


def _rows(code: str, *, all_stairs: bool) -> list[PlaceRow]:
    row = places.by_code(code)
    if row.closed_on is not None:
        raise NotFound("place")
    return places_chosen(row.path, [Kind.STAIRWELL], MOST) if all_stairs else [row]


def _origin(address: str) -> str | None:
    """https://name[:port] of an address, None when it is none."""
    try:
        said = urlsplit(address)
        is_one = said.scheme in ("http", "https") and bool(said.hostname) and said.port != 0
    except ValueError:
        return None
    return (
        f"{said.scheme}://{said.netloc}"
        if is_one and said.path in ("", "/") and "@" not in said.netloc
        else None
    )
