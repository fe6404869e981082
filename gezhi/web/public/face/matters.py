"""Rows of the public face as they are shown: what, where, step, day, the desk's sentence, pictures before and after."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gezhi.cases import face, pictures
from gezhi.cases.face import FaceRow
from gezhi.cases.public import words_for_all
from gezhi.evidence.queries import EvidenceRow
from gezhi.flows.look_at_photo import public_photos
from gezhi.kernel.text import mask_private
from gezhi.web.public import told, trust
from gezhi.web.public.face.asked import step_words


def shown(rows: Sequence[FaceRow], today: date) -> list[dict[str, Any]]:
    """For public/face/_matter.html. 7 queries at most, none for no row."""
    open_to_all = face.with_pictures(rows)
    said, seen = words(rows), public_photos(open_to_all)
    work = pictures.after(open_to_all)
    return [
        {
            "what": trust.category_words(one.category_id),
            "where": one.place,
            "is_open": one.is_open,
            "step": step_words(one),
            "day": day(one.day, today),
            "exact": one.day.isoformat(),
            "words": said.get(one.id, ""),
            **_pictures(seen.get(one.id, []), work.get(one.id, [])),
        }
        for one in rows
    ]


def day(of: date, today: date) -> str:
    """`11月24日`; of another year with it."""
    return date_format(of, _("n月j日") if of.year == today.year else _("Y年n月j日"))


def words(rows: Sequence[FaceRow]) -> dict[UUID, str]:
    """What the desk says of them in public, numbers of persons masked. 1 query, none for no row."""
    found = words_for_all(one.id for one in rows if not one.is_veiled)
    return {id: mask_private(text) for id, text in found.items()}


def _pictures(rows: Sequence[EvidenceRow], work: Collection[UUID]) -> dict[str, Any]:
    """photos: as it was, of the reports; after: as it is."""
    before = [row for row in rows if row.claimed_kind == "report"]
    after = [row for row in rows if row.id in work]
    return {"photos": told.public_thumbs(before[:1]), "after": told.public_thumbs(after[:1])}
