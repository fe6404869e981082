"""A paper as what the child `compositor` is told: words with the signs its font lacks marked, charts drawn, pictures by their files."""

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from gezhi.channels.paper.blocks import Block, Chart, Paper, PhotoPair
from gezhi.channels.paper.chart import as_svg
from gezhi.channels.poster import press
from gezhi.channels.poster.glyphs import shown
from gezhi.ledger.albums.queries import are_shown
from gezhi.tenancy.current import current

CHILD = "gezhi.channels.paper.compositor"
LANGUAGES = {"zh-hant": "zh", "zh-hans": "zh"}  # what the typesetter calls a language


def as_json(
    paper: Paper, file_of: Callable[[UUID], Path | None], *, language: str, has_contents: bool
) -> str:
    """JSON for `press.start`. file_of: the copy of a picture; one without is left out with its pair."""
    files = {one.id: file_of(one.id) for one in paper.photos()}
    kept = [one for one in paper.blocks if not isinstance(one, PhotoPair) or _has_both(one, files)]
    numbers = {id: f"pictures/{n}.jpg" for n, id in enumerate(files)}
    said = {
        "title": shown(paper.title),
        "under": shown(paper.under),
        "made": shown(paper.made),
        "note": shown(paper.note),
        "lang": LANGUAGES.get(language, language),
        "contents": has_contents,
        "words": {"contents": _("目录")},
        "blocks": [_block(one, numbers) for one in kept],
    }
    pictures = {numbers[id]: str(file) for id, file in files.items() if file}
    holds = sorted({(one.id.hex, one.mark) for one in paper.photos() if files[one.id]})
    return json.dumps({"paper": said, "pictures": pictures, "holds": holds}, ensure_ascii=False)


def start(asked: str, *, by: str) -> str:
    """Begin to set it, or find it set already. Raises as `press.start`."""
    said = json.loads(asked)
    told = json.dumps(said | {"office": current().hex}, ensure_ascii=False)
    return press.start(told, max(1, len(said["pictures"])), by=by, child=CHILD)


def still_holds(name: str) -> bool:
    """Whether a job of this office shows only what everybody may see now; True for what is no paper of it. 1 query."""
    try:
        asked = json.loads(press.asked(name) or "{}")
    except ValueError:
        return True
    if not isinstance(asked, dict) or asked.get("office") != current().hex:
        return True
    return are_shown((UUID(hex=id), mark) for id, mark in asked["holds"])


def _has_both(one: PhotoPair, files: dict[UUID, Path | None]) -> bool:
    return bool(files[one.before.id] and files[one.after.id])


def _block(one: Block, numbers: dict[UUID, str]) -> dict[str, Any]:
    said: dict[str, Any] = _shown(asdict(one))
    if isinstance(one, Chart):
        said["svg"] = as_svg(one)
    if isinstance(one, PhotoPair):
        for side in ("before", "after"):
            photo = getattr(one, side)
            said[side] = {"file": numbers[photo.id], "label": shown(photo.label), "day": shown(photo.day)}
    return said


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {name: _shown(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    return value if isinstance(value, int | float | bool) or value is None else str(value)
