"""Report something: one screen, one button. Works without script; whatever goes wrong, every word and picture comes back."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from gezhi.cases import public
from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.book import REFER_OUT
from gezhi.evidence import voice
from gezhi.flows.receive_report import Voice, receive_report
from gezhi.kernel.actor import VISITOR
from gezhi.kernel.refusal import Invalid, Missing, Refusal
from gezhi.kernel.text import BadText
from gezhi.places import queries as places
from gezhi.places.backgrounds import background
from gezhi.places.kinds import PARENTS, Kind
from gezhi.places.queries import FixtureRow, PlaceRow
from gezhi.reports import queries as reports
from gezhi.reports import vocabulary
from gezhi.reports.intake import MOST_PHOTOS, Intake, words
from gezhi.web import carried, kept, limits, mapframe, things, voices
from gezhi.web.answers import SeeOther
from gezhi.web.asked import Asked
from gezhi.web.kept import Bag, fresh_key
from gezhi.web.limits import TooOften
from gezhi.web.public import photo_hint, same, trust, where_asked
from gezhi.web.public.home import LONGEST_SEARCH, looked_up
from gezhi.web.public.report_form import NO_TOPIC, ReportForm
from gezhi.web.refusals import status
from gezhi.web.voices import Spoken
from gezhi.web.words import language

if TYPE_CHECKING:
    from gezhi.cases.models import Case

FORM = "form"  # maker of the keys of public forms, at whichever address they stand
TYPED = ("text", "where", "inside", "spot", "named", "lon", "lat", where_asked.WEIGHED, things.NAME)
COUNTED = "counted"  # hidden field of a form that was here before
methods = require_http_methods(["GET", "HEAD", "POST"])
# not no-store: whoever goes back and sends again must find the form he filled, with its key, or one voice becomes two
kept_by_its_reader = cache_control(private=True, no_cache=True)


@methods
@kept_by_its_reader
def report(request: Asked, code: str) -> HttpResponse:
    """At a place that its code names: from the poster on the building. The code of a lift or a lamp leads to its place, and it is chosen."""
    place, thing = places.scanned(code)
    return _posted(request, place) if request.method == "POST" else _shown(request, place, thing)


@methods
@kept_by_its_reader
def report_anywhere(request: Asked) -> HttpResponse:
    """Somewhere: look the place up, or say in words where it is."""
    return _posted(request, None) if request.method == "POST" else _shown(request, None)


def shown_again(request: Asked, code: str = "") -> HttpResponse:
    """The form of a POST that may not be trusted, with every word of it; nothing was taken in. 403."""
    named = places.scanned(code)[0] if code else None
    place = places.nearest_open(named) if named else None
    form = _form(place, request.POST)
    draft = Draft(place, form, kept.gather_carried(request, form.form_key), form.form_key, named)
    form.add_error(None, _("浏览器没有带上本站的凭据，所以还没有收下。请再按一次提交；照片请重新选。"))
    return _page(request, draft, 403)


@dataclass(slots=True)
class Draft:
    """A form on its way through: where, what was typed, which pictures, under which key.

    named: the place of the address, which is another than `place` when it is closed. is_counted: among what its address may send.
    """

    place: PlaceRow | None
    form: ReportForm
    bag: Bag
    key: str
    named: PlaceRow | None = None
    spoken: Spoken = field(default_factory=Spoken)
    is_counted: bool = False

    @property
    def closed(self) -> PlaceRow | None:
        """The place that was named and is no more."""
        return self.named if self.named and self.named.closed_on is not None else None

    @property
    def spot(self) -> PlaceRow | None:
        """The building or place that was chosen or that a photo suggested, else the place, else the community around the pin. The form is valid; at most 2 queries."""
        said = self.form.cleaned_data
        if inside := said.get("inside") or said.get("spot") or said.get("named"):
            return places.by_code(inside)
        pin = said.get("pin") if self.place is None else None
        return places.community_around(pin) if pin else self.place


def _form(
    place: PlaceRow | None, sent: QueryDict | None = None, where: str = "", thing: FixtureRow | None = None
) -> ReportForm:
    """The form of this place: of a compound, a street or a market it offers the buildings. where: as typed on the page before; thing: as
    scanned.
    """
    rows = places.children(place.id) if place and place.kind in PARENTS[Kind.BUILDING] else []
    buildings = [(one.code, one.name) for one in rows if one.kind == Kind.BUILDING]
    first = {"text": f"{where}：" if where else ""} if place else {"where": where}
    first |= {things.NAME: thing.code} if thing else {}
    here = things.asked_of(place.path, sent) if place else []
    return ReportForm(sent, has_place=place is not None, buildings=buildings, things_here=here, initial=first)


def _shown(request: Asked, named: PlaceRow | None, thing: FixtureRow | None = None) -> HttpResponse:
    place = places.nearest_open(named) if named else None
    words, where = (request.GET.get(name, "").strip()[:LONGEST_SEARCH] for name in ("q", "where"))
    draft = Draft(place, _form(place, where=where or words, thing=thing), Bag(), fresh_key(), named)
    found = looked_up(words, is_whole="all" in request.GET) if place is None else {}
    return _page(request, draft, 200, {"q": words, **found})


def _posted(request: Asked, named: PlaceRow | None) -> HttpResponse:
    place = places.nearest_open(named) if named else None
    sent = request.POST.copy()
    if "back" in sent:  # from the page that names others: the topic is chosen anew
        sent.pop("category", None)
    if place is None:
        where_asked.settle(sent)
    form = _form(place, sent)
    draft = Draft(place, form, Bag(), form.form_key, named)
    try:
        _count(request, draft)
    except TooOften as too_often:
        draft.bag = kept.gather_blocked(request, draft.key, at=request.now)
        draft.spoken = voices.gather_blocked(request, draft.key, at=request.now)
        return _refused(request, draft, too_often)
    draft.bag = kept.gather(request, draft.key, at=request.now)
    draft.spoken = voices.gather(request, draft.key, at=request.now)
    if "back" in request.POST or "look" in request.POST:
        return _page(request, draft, 422 if draft.bag.refused or draft.spoken.refused else 200)
    if "same" in request.POST and not draft.closed:
        return _me_too(request, draft)
    if form.topic == REFER_OUT:
        return _referred(request, draft)
    if not form.is_valid() or draft.bag.refused or draft.spoken.refused:
        return _page(request, draft, 422)
    spot = draft.closed or draft.spot
    if question := None if _is_danger(form.cleaned_data) else _question(request, draft, spot):
        return question
    return _received(request, draft, Voice(_intake(request, draft, spot), spot))


def _count(request: Asked, draft: Draft) -> None:
    """One form counts once: when it comes again from a page that we answered it with, and brings no new files, it is the same voice.

    Its key makes one report of it, however often it comes. Raises TooOften.
    """
    if request.FILES or not carried.is_stamped(COUNTED, draft.key, request.POST.get(COUNTED, "")):
        who = limits.address(request)
        limits.count("report", who, most=limits.REPORTS_PER_HOUR, minutes=60, at=request.now)
    draft.is_counted = True


def _is_danger(said: dict[str, Any]) -> bool:
    """Whether the words make one fear something: it is taken in at once, and nobody is asked anything before."""
    return vocabulary.lexicon().danger(f"{said.get('where', '')}\n{said['text']}") is not None


def _question(request: Asked, draft: Draft, spot: PlaceRow | None) -> HttpResponse | None:
    """What is asked before it is taken in: where it is, and once that is answered, whether it is one of these. None: nothing."""
    said = draft.form.cleaned_data if not draft.named else {}
    if weighed := where_asked.contradiction(draft.form.data, said):
        return _page(request, draft, 200, {"weighed": weighed})
    if asked := where_asked.question(draft.form.data, said):
        return _page(request, draft, 200, {"where_asked": asked})
    return None if draft.closed else _asked_first(request, draft, spot)


def _intake(request: Asked, draft: Draft, place: PlaceRow | None) -> Intake:
    """The form as a report of this place. Where it is, when no code says so, stands first in its words."""
    said = draft.form.cleaned_data
    text, where = said["text"], said.get("where", "").strip()
    topic = "" if said["category"] == NO_TOPIC else said["category"]
    lead = f"位置：{where}\n" if where and (text.strip() or draft.bag.photos or draft.spoken.kept) else ""
    return Intake(
        channel="qr" if draft.named else "web",
        text=f"{lead}{text}".strip() if lead else text,
        lead=len(lead),
        place=place.id if place else None,
        place_path=place.path if place else "",
        lon=said["pin"].lon if said["pin"] else None,
        lat=said["pin"].lat if said["pin"] else None,
        category=catalogue.by_code(topic).id if topic else None,
        contact=said["contact"],
        may_call=said["may_call"],
        evidence=draft.bag.ids,
        pictures=draft.bag.digests,
        voice=draft.spoken.kept.id if draft.spoken.kept else None,
        voice_digest=draft.spoken.kept.sha256 if draft.spoken.kept else "",
        said_at=kept.waited(request.POST, at=request.now),
        key=draft.key,
        maker=FORM,
        fixture=draft.form.thing,
    )


def _asked_first(request: Asked, draft: Draft, spot: PlaceRow | None) -> HttpResponse | None:
    """The page that asks whether it is one of these, the first time it is sent; None where nothing is like it.

    What waited on a phone for a network is not asked: nobody is there to answer. Nor is what was taken in a moment ago.
    """
    if "apart" in request.POST or "waited" in request.POST:
        return None
    said, intake = draft.form.cleaned_data, _intake(request, draft, spot)
    topic = "" if said["category"] == NO_TOPIC else said["category"]
    try:
        text = words(said["text"], "text")
        point = None if draft.named else said["pin"] or photo_hint.taken_at(draft.bag.ids)
        about = same.Draft(text, topic, said.get("where", "").strip(), spot, point)
        cards = same.likely(about, request.now)
        if not cards or reports.find_repeat(intake):
            return None
    except (Invalid, Missing, BadText):
        return None  # whoever takes it in says why not
    return render(request, "public/same.html", _context(request, draft) | {"cards": cards})


def _me_too(request: Asked, draft: Draft) -> HttpResponse:
    """One tap on what others have said: a report of its own, with a code and all that was typed, that the desk joins to theirs."""
    case = public.named_as(request.POST["same"])
    if case is None:
        draft.form.add_error(
            None, _("那件事刚刚有了变化，不能再并进去。如果您这里还没有好，请在下面写一句。")
        )
        return _page(request, draft, 409)
    if not draft.form.is_valid() or draft.bag.refused or draft.spoken.refused:
        return _page(request, draft, 422)
    said = draft.form.cleaned_data
    said["category"] = NO_TOPIC
    spot = draft.spot or _place_of(case)
    intake = _intake(request, draft, spot)
    lead = same.me_too(case)
    text, before = f"{lead}{intake.text}".strip(), len(lead) + intake.lead
    intake = replace(intake, text=text, lead=before, category=case.category_id)
    return _received(request, draft, Voice(intake, spot))


def _place_of(case: "Case") -> PlaceRow | None:
    """Where it is, unless that place is no more. 1 query."""
    place = places.by_ids([case.place_id]).get(case.place_id) if case.place_id else None
    return place if place and place.closed_on is None else None


def _received(request: Asked, draft: Draft, voice: Voice) -> HttpResponse:
    try:
        received = receive_report(voice, actor=VISITOR, at=request.now)
    except (Invalid, Missing, BadText) as refusal:
        return _refused(request, draft, refusal)
    return kept.done(SeeOther(reverse("status", args=[received.code]) + "?new=1"), request.POST)


def _refused(request: Asked, draft: Draft, refusal: Refusal) -> HttpResponse:
    """The form as it was, with the sentence where it belongs. A key that carried other words before is replaced."""
    if draft.closed and isinstance(refusal, Invalid) and refusal.field == "place":
        draft.form.add_error(None, _("还没有收下。请看清上面写的地点，再按一次提交。"))
    else:
        draft.form.take(refusal)
    if isinstance(refusal, Invalid) and refusal.code == "other_body":
        draft.key = fresh_key()
    draft.bag = draft.bag.without_claimed()
    if draft.spoken.kept and not voice.is_claimable(draft.spoken.kept.id):
        draft.spoken = Spoken()
    answer = _page(request, draft, status(refusal))
    if isinstance(refusal, TooOften):
        answer["Retry-After"] = str(refusal.seconds)
    return answer


def _referred(request: Asked, draft: Draft) -> HttpResponse:
    """What others handle faster: to whom, with their phone. Going back brings everything again."""
    reads = language()
    others = [
        {"what": leaf.plain_label(reads), "whom": leaf.refer_to(reads), "phone": leaf.refer_phone}
        for leaf in catalogue.open_leaves()
        if leaf.refer_out
    ]
    return render(request, "public/refer.html", _context(request, draft) | {"others": others})


def _page(request: Asked, draft: Draft, number: int, more: dict[str, object] | None = None) -> HttpResponse:
    context = _context(request, draft) | (more or {})
    answer = render(request, "public/report.html", context, status=number)
    return mapframe.let_in(answer, context["map_background"])


def _context(request: Asked, draft: Draft) -> dict[str, Any]:
    place, path = draft.place, draft.place.path if draft.place else ""
    return {
        "form": draft.form,
        "key": draft.key,
        "counted": carried.stamped(COUNTED, draft.form.form_key) if draft.is_counted else "",
        "kept": draft.bag.shown(draft.key, request.now),
        "photo_error": " ".join(draft.bag.refused),
        "kept_voice": draft.spoken.token(draft.key),
        "voice_error": draft.spoken.refused,
        "most_photos": MOST_PHOTOS,
        "hint": {} if place else photo_hint.asked(draft.bag.ids, str(draft.form.data.get("spot", ""))),
        "place": place,
        "closed": draft.closed,
        "place_name": place.full_name if place else "",
        "others_said": same.here(place, request.now) if place and not draft.closed else (),
        "place_note": trust.solved_note(place) if place else "",
        "answering": trust.desk_answering(path, request.now),
        "map_background": background(),
        "typed": {name: draft.form.data.get(name, "") for name in (*TYPED, "contact", "may_call", "category")}
        if draft.form.is_bound
        else {},
    }
