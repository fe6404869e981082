"""What the form of a move sends beside its fields: the version that was looked at, and pictures, which are kept when it comes back."""

from typing import NamedTuple

from django.http import HttpRequest

from gezhi.web import kept
from gezhi.web.asked import Asked
from gezhi.web.casework.asks import ASKS
from gezhi.web.casework.moveform import MoveForm
from gezhi.web.kept import Bag, fresh_key
from gezhi.web.staff import at_of


class Gathered(NamedTuple):
    """The pictures of one form, shown under one key; papers: those of documents."""

    key: str
    photos: Bag
    papers: Bag


def gathered(request: Asked, form: MoveForm) -> Gathered:
    """What came with it; the pictures are on the disk when this returns."""
    key, fields, at = request.POST.get("key", "")[:64] or fresh_key(), ASKS[form.event].fields, at_of(request)
    return Gathered(
        key,
        kept.gather(request, key, at=at) if "photos" in fields else Bag(),
        kept.gather(request, papers_key(key), name="documents", at=at) if form.wants_documents else Bag(),
    )


def papers_key(key: str) -> str:
    """What pictures of documents are signed under: a form has two pickers, and each takes back its own."""
    return f"{key}.papers"


def version_seen(request: HttpRequest) -> int:
    """The version the person looked at; 0, which no case has, for anything that is none."""
    said = request.POST.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
