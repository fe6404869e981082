"""Do it: one move on one case, camera first. Whoever was too late sees the fresh state and finds words and pictures again."""

from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases import queries as cases
from gezhi.cases.lifecycle import Fact, State, decide
from gezhi.cases.move import Move
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import queries as evidence
from gezhi.flows.presence import presence
from gezhi.flows.route import advance_and_route
from gezhi.kernel.actor import Actor
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, Refusal, Stale
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.web import kept, words
from gezhi.web.answers import SeeOther
from gezhi.web.asked import Asked
from gezhi.web.casework import lists, photos
from gezhi.web.casework.asks import ASKS, PLAIN
from gezhi.web.casework.choices import Choices, Parties
from gezhi.web.casework.moveform import MoveForm
from gezhi.web.casework.offers import choices, said
from gezhi.web.casework.sent import gathered, papers_key, version_seen
from gezhi.web.kept import Bag, fresh_key
from gezhi.web.pocket import near
from gezhi.web.pocket.pages import page
from gezhi.web.refusals import sentence, status
from gezhi.web.staff import actor_of, at_of, staff_required
from gezhi.web.words import language

if TYPE_CHECKING:
    from gezhi.cases.models import Case

HERE = frozenset(
    {"accept", "take", "resume", "done", "solve_on_spot", "made_safe", "not_found", "return", "raise"}
    | {"put_to_meeting", "request_extension", "pass_check", "fail_check", "note"}
)  # the other moves want a desk's lists beside them: their buttons lead there
ONE_PRESS = PLAIN | {"accept"}
PROVING = frozenset({"done", "pass_check", "fail_check"})
TOO_LATE = (Stale, NotFromHere)
CHECKING = frozenset({"pass_check", "fail_check"})
AFTER = ("photo_after", "photo_same_angle")
MOST_BEFORE = 6


@dataclass(slots=True)
class Draft:
    """A move on its way through: the case as read just now, what was typed, which pictures and documents, under which key."""

    case: "Case"
    form: MoveForm
    key: str
    pictures: Bag
    papers: Bag

    @property
    def event(self) -> str:
        return self.form.event


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_required
def move(request: Asked, number: str, event: str) -> HttpResponse:
    """The form of one event, and the deed itself."""
    if event not in HERE:
        raise NotFound("event")
    case = cases.by_number(number, actor=actor_of(request))
    if request.method != "POST":
        _allowed(case, event, actor_of(request))
        form = MoveForm(event, case, _choices(request, case, event))
        return _page(request, Draft(case, form, fresh_key(), Bag(), Bag()), 200)
    if version_seen(request) == case.version:
        # whoever saw another one is too late, not forbidden: `advance` says so, and what was written comes back
        with suppress(NotFromHere):
            _allowed(case, event, actor_of(request))
    return _done(request, case, event)


def _allowed(case: "Case", event: str, actor: Actor) -> None:
    """Raises NotYours or NotFromHere when no arrow is drawn for this actor; what still lacks is another matter."""
    decide(State(case.state), event, roles=cases.roles(case, actor=actor), facts=frozenset(Fact))


def _choices(request: Asked, case: "Case", event: str) -> Choices:
    """As on the desk; a case is raised first of all one level up."""
    found = choices(request, case, event)
    return found if event != "raise" else Choices(partial(_above_first, case, found), proof=found.proof)


def _above_first(case: "Case", found: Choices) -> Parties:
    above = str(parties.one_level_up(case.lead_id))
    return Parties([{**one, "checked": one["value"] == above} for one in found.near], found.others)


def _done(request: Asked, case: "Case", event: str) -> HttpResponse:
    draft = _draft(request, case, event)
    if event not in ONE_PRESS and not _is_sound(draft):
        return _page(request, draft, 422)
    try:
        moved = advance_and_route(case.id, _wish(request, draft), actor=actor_of(request), at=at_of(request))
    except (*TOO_LATE, Missing, Invalid) as refusal:
        return _refused(request, draft, refusal)
    messages.success(request, said(moved, event))
    return kept.done(SeeOther(_next(moved, actor_of(request))), request.POST)


def _draft(request: Asked, case: "Case", event: str) -> Draft:
    """What came in; the pictures are on the disk when this returns."""
    form = MoveForm(event, case, _choices(request, case, event), request.POST)
    return Draft(case, form, *gathered(request, form))


def _is_sound(draft: Draft) -> bool:
    return draft.form.is_valid() and not draft.pictures.refused and not draft.papers.refused


def _wish(request: Asked, draft: Draft) -> Move:
    version = version_seen(request)
    if draft.event in ONE_PRESS:
        return Move(draft.event, version=version)
    wish = draft.form.move(version=version, into=None, photos=draft.pictures.ids, documents=draft.papers.ids)
    if "place_code" not in ASKS[draft.event].fields:
        return wish
    place = _place(draft.case)
    typed, here = draft.form.cleaned_data.get("place_code", ""), near.position(request.POST)
    return replace(wish, presence=presence(place, typed=typed, position=here) if place else "")


def _place(case: "Case") -> PlaceRow | None:
    return places.by_ids([case.place_id]).get(case.place_id) if case.place_id else None


def _next(case: "Case", actor: Actor) -> str:
    """The case, or my work when it has left my sight."""
    try:
        cases.by_id(case.id, actor=actor)
    except NotFound:
        return reverse("my_work")
    return reverse("my_case", args=[case.number])


def _refused(request: Asked, draft: Draft, refusal: Refusal) -> HttpResponse:
    """The form as it was, with the sentence where it belongs; after a change by others, on top of the fresh state."""
    draft.pictures, draft.papers = draft.pictures.without_claimed(), draft.papers.without_claimed()
    if not isinstance(refusal, TOO_LATE):
        draft.form.full_clean()
        draft.form.refuse(refusal)
        return _page(request, draft, status(refusal))
    draft.case = cases.by_id(draft.case.id, actor=actor_of(request))
    return _page(request, draft, 409, late=sentence(refusal))


def _page(request: Asked, draft: Draft, number: int, late: str = "") -> HttpResponse:
    case, form = draft.case, draft.form
    offered = cases.offers_for(case, actor=actor_of(request), at=at_of(request))
    context = {
        "case": case,
        "event": draft.event,
        "act": words.of(words.ACTS, draft.event),
        "hint": ASKS[draft.event].hint,
        "place": _place(case),
        "matter": lists.matter(case),
        "state": words.of(words.STATES, case.state),
        "form": form,
        "asks": [name for name in ASKS[draft.event].fields if name not in {"photos", "documents"}],
        "late": late,
        "is_offered": draft.event in {offer.event for offer in offered},
        "said": [text for name in ("note", "reason") if (text := str(form.data.get(name, "")).strip())],
        "here": near.position(request.POST),
    }
    back = reverse("my_case", args=[case.number])
    return page(request, "move", context | _pictures(request, draft), tab="my_work", status=number, back=back)


def _pictures(request: Asked, draft: Draft) -> dict[str, Any]:
    """The camera's part of the page, and what it looked like before."""
    case, form, at = draft.case, draft.form, at_of(request)
    takes_photos = "photos" in ASKS[draft.event].fields
    proof = catalogue.proof(case.category_id) if case.category_id and draft.event in PROVING else None
    return {
        "key": draft.key,
        "takes_photos": takes_photos,
        "photo_label": words.of(words.PICTURES, ASKS[draft.event].pictures[0]) if takes_photos else "",
        "kept": draft.pictures.shown(draft.key, at),
        "photo_error": _photo_error(form, draft.pictures, ("photo_after", "photo_same_angle")),
        "kept_papers": draft.papers.shown(papers_key(draft.key), at),
        "paper_error": _photo_error(form, draft.papers, ("document",)),
        **(_beside(case) if draft.event in CHECKING else {"before": _before(case) if takes_photos else []}),
        "proof": proof.sentence(language()) if proof else "",
    }


def _photo_error(form: MoveForm, bag: Bag, facts: tuple[str, ...]) -> str:
    """Why pictures were not taken, and which ones lack."""
    lacking = {words.of(words.LACKS, fact) for fact in facts} & set(form.non_field_errors())
    return " ".join([*bag.refused, *sorted(lacking)]) if form.is_bound else ""


def _before(case: "Case") -> list[photos.Picture]:
    """What it looked like when it was reported: to take the same angle. 2 queries."""
    found = evidence.of_each("report", cases.report_ids([case.id]).get(case.id, []))
    shown = [photos.picture(row, "before") for rows in found.values() for row in rows if row.is_served]
    return shown[:MOST_BEFORE]


def _beside(case: "Case") -> dict[str, Any]:
    """For whoever checks: what it looked like, and beside it what was shown for it in this round. 4 queries.

    papers: documents, and what somebody saw who found nothing. waiting: pictures whose copies are not made yet.
    """
    rows = [one for one in cases.shown(case) if one.round == case.round]
    found = evidence.by_ids({one.evidence_id for one in rows})
    shown: dict[bool, dict[UUID, photos.Picture]] = {True: {}, False: {}}
    for one in reversed(rows):  # the newest first, each picture once although it may count as two kinds
        if one.evidence_id in found and one.kind != "before":
            here = shown[one.kind in AFTER]
            here.setdefault(one.evidence_id, photos.picture(found[one.evidence_id], one.kind))
    after, papers = (
        [*shown[True].values()],
        [one for id, one in shown[False].items() if id not in shown[True]],
    )
    return {
        "before": _before(case),
        "after": [one for one in after if one.is_ready],
        "papers": [one for one in papers if one.is_ready],
        "waiting": sum(not one.is_ready for one in (*after, *papers)),
        "is_checked": True,
    }
