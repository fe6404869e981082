"""A service request as a client sends it, read into a voice. Names, e-mail and device are taken and not kept: nobody here needs them."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.views import CategoryView
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.refusal import Invalid
from gezhi.parties.openkeys import OpenKeyRow
from gezhi.reports import queries as reports
from gezhi.reports.intake import Intake
from gezhi.reports.kinds import Channel
from gezhi.reports.receipts import Received
from gezhi.web.asked import Asked
from gezhi.web.open311 import media
from gezhi.web.open311.door import once
from gezhi.web.open311.placing import Placed, placed
from gezhi.web.open311.services import ASKED_IN_WORDS, CONDITION, CONDITION_WORDS, leaf_of
from gezhi.web.words import language

FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_ATTRIBUTE = re.compile(r"attributes?\[([^\[\]]{1,40})\](\[\])?")
_KEY = re.compile(r"[\x21-\x7e]{16,255}")
ADDRESS: Final = gettext_lazy("地址")


def post(request: Asked, key: OpenKeyRow | None) -> Received:
    """Take in what was sent; the same Idempotency-Key of the same application gives the same receipt for ever. Raises Invalid, TooOften."""
    said = request.POST
    if request.content_type not in FORMS:
        raise Invalid("body", "not_a_form")
    once(said, ("media_url",))
    leaf = leaf_of(_said(request, "service_code", needed=True))
    where = placed(
        lat=_said(request, "lat"),
        lon=_said(request, "long"),
        address_id=_said(request, "address_id"),
        address=_said(request, "address_string"),
    )
    pictures = media.sent(request)
    intake = Intake(
        channel=Channel.OPEN311.value,
        text=_text(request, leaf, where),
        place=where.place.id if where.place else None,
        place_path=where.place.path if where.place else "",
        lon=where.point.lon if where.point else None,
        lat=where.point.lat if where.point else None,
        category=leaf.id,
        contact=_said(request, "phone"),
        pictures=pictures.marks() if request.headers.get("Idempotency-Key") else (),
        key=_idempotency(request, key),
        maker="open311",
        source=key.name if key else "",
    )
    if known := reports.find_repeat(intake):  # before anything is fetched again
        return known
    voice = Voice(replace(intake, evidence=media.keep(pictures, request=request)), where.place)
    return receive_report(voice, actor=request.actor, at=request.now)


def _said(request: Asked, name: str, *, needed: bool = False) -> str:
    """One field; empty is as good as absent. Raises Invalid(name, "missing")."""
    found = request.POST.get(name, "").strip()
    if needed and not found:
        raise Invalid(name, "missing")
    return found


def _idempotency(request: Asked, key: OpenKeyRow | None) -> str | None:
    """One application's key is not another's."""
    said = request.headers.get("Idempotency-Key")
    if said is None:
        return None
    if not _KEY.fullmatch(said):
        raise Invalid("Idempotency-Key", "malformed")
    whose = key.id.hex if key else "nobody"
    return hashlib.sha256(f"open311:{whose}:{said}".encode()).hexdigest()


def _text(request: Asked, leaf: CategoryView, where: Placed) -> str:
    """All of it, in the language of whoever reads it: the office's."""
    with override(settings.LANGUAGE_CODE):
        return "\n".join(_lines(request, leaf, where))


def _lines(request: Asked, leaf: CategoryView, where: Placed) -> Iterator[str]:
    """What was said, then what was chosen and answered besides, then an address that leads nowhere here."""
    yield _said(request, "description") or leaf.label(language())
    yield from _answers(request, leaf)
    if where.words:
        yield _("%(what)s：%(said)s") % {"what": ADDRESS, "said": where.words}


def _answers(request: Asked, leaf: CategoryView) -> Iterator[str]:
    """Raises Invalid("attribute", unknown | not_in_the_list)."""
    for name, values in request.POST.lists():
        found = _ATTRIBUTE.fullmatch(name)
        said = [str(value).strip() for value in values if str(value).strip()]
        if found is None or not said:
            continue
        yield _("%(what)s：%(said)s") % _answer(found[1], said, leaf)


def _answer(code: str, said: list[str], leaf: CategoryView) -> dict[str, str]:
    details = {"said": code, "service": leaf.code}
    if code in ASKED_IN_WORDS:
        return {"what": _(ASKED_IN_WORDS[code]), "said": "；".join(said)}
    if code != CONDITION:
        raise Invalid("attribute", "unknown", **details)
    labels = {one.code: one.label(language()) for one in catalogue.conditions(leaf.id)}
    if not set(said) <= set(labels):
        raise Invalid("attribute", "not_in_the_list", **details)
    return {"what": _(CONDITION_WORDS), "said": "；".join(labels[one] for one in said)}
