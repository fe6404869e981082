"""A report by phone or at the counter: type while listening, read the code out at the end."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gezhi.cases import queries as cases
from gezhi.flows.receive_and_join import beside, receive_and_join
from gezhi.flows.receive_report import Voice
from gezhi.flows.suggest import spots_in, suggestion
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, Missing, NotFound
from gezhi.parties import queries as parties
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.reports import vocabulary
from gezhi.reports.intake import Intake
from gezhi.web import kept, refusals, words
from gezhi.web.asked import Asked
from gezhi.web.casework import alike, suggested
from gezhi.web.casework.picking import (
    category_chips,
    category_options,
    ground_of,
    leaves,
    place_options,
    typed_category,
    typed_leaf,
)
from gezhi.web.kept import Bag, fresh_key, key_of
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none

if TYPE_CHECKING:
    from gezhi.cases.models import Case

CHANNELS = ("phone", "counter")
TOO_WIDE = (Kind.DISTRICT, Kind.SUBDISTRICT)
LEAST_SIGNS = 4  # before that nobody has said anything


class ReportForm(forms.Form):
    """What the clerk hears. Place, category and phone may stay open: the case waits in the desk's queue then."""

    channel = forms.ChoiceField(
        label=gettext_lazy("来源"),
        choices=[(one, words.CHANNELS[one]) for one in CHANNELS],
        widget=forms.RadioSelect,
        initial="phone",
    )
    text = forms.CharField(
        label=gettext_lazy("反映的事"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autofocus": True}),
    )
    said_where = forms.CharField(label=gettext_lazy("对方说的地点"), max_length=100, required=False)
    category = forms.CharField(required=False, max_length=40)
    other_category = forms.CharField(required=False, max_length=40)
    contact = forms.CharField(
        label=gettext_lazy("电话"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    may_call = forms.BooleanField(label=gettext_lazy("同意处置人直接联系"), required=False)
    call_back = forms.BooleanField(label=gettext_lazy("要回电"), required=False)
    code = forms.CharField(required=False, max_length=60)
    join = forms.CharField(required=False, max_length=40)

    place_error = code_error = ""
    near = places.NOWHERE

    @property
    def key(self) -> str:
        """As `kept.key_of`."""
        return key_of(self.data)

    @property
    def place_words(self) -> str:
        return str(self.data.get("place_words", "")).strip()[:100]

    @property
    def chosen_place(self) -> UUID | None:
        return uuid_or_none(self.data.get("take_place", "")) or uuid_or_none(self.data.get("place", ""))

    def clean(self) -> dict[str, Any]:
        """A place that was typed but not chosen is asked for once more: it would be lost otherwise."""
        said = super().clean() or {}
        said["place"] = self.chosen_place
        if self.place_words and said["place"] is None:
            found = places.find(self.place_words, 2)
            if len(found) == 1:
                said["place"] = found[0].id
            elif found:
                self.place_error = _("请从找到的位置里选一个。")
                self.add_error(None, self.place_error)
        said["leaf"] = typed_leaf(said.get("code", "").strip())
        if said.get("code", "").strip() and said["leaf"] is None:
            self.code_error = _("没有这个类别编号。请看一看，或者清空。")
            self.add_error(None, self.code_error)
        if said.get("call_back") and not said.get("contact", "").strip():
            self.add_error("contact", _("要回电，请问对方的电话。"))
        return said

    def refuse(self, refusal: Missing | Invalid) -> None:
        """Say beside the field what was not taken."""
        field = "text" if isinstance(refusal, Missing) else refusal.field
        words = refusals.sentence(refusal)
        self.add_error(field if field in self.fields else None, words)
        if field == "place":
            self.place_error = words

    @property
    def place_options(self) -> list[dict[str, Any]]:
        """Places to choose from. Of a closed one that was chosen: the nearest open above it, not chosen yet. At most 3 queries more."""
        if not self.is_bound:
            return []
        chosen = self.chosen_place
        row = places.by_ids([chosen]).get(chosen) if chosen and self.place_error else None
        if row is None or row.closed_on is None:
            return place_options(self.place_words, chosen, near=self.near)
        above = places.nearest_open(row)
        offered = place_options(self.place_words, above.id if above else None)
        return [{**one, "checked": False} for one in offered]

    @property
    def unplaced_words(self) -> str:
        """What was said of where it is, as far as no place tells it: all of it without a place, 「悦海花园15号楼」 at the compound. 42 queries at most."""
        if not self.cleaned_data["place"]:
            return self.cleaned_data["said_where"].strip() or self.place_words
        return self.place_words if self.place_words and not places.find(self.place_words, 1) else ""

    def intake(self, key: str, pictures: Bag, path: str, *, maker: str) -> Intake:
        """The report as values. Pictures go along with their digests: the same files sent twice are the same report."""
        said = self.cleaned_data
        where = self.unplaced_words
        text: str = (
            _("%(text)s（说的是：%(where)s）") % {"text": said["text"], "where": where}
            if where
            else said["text"]
        )
        if said["call_back"]:
            text = _("%(text)s（对方要回电）") % {"text": text}
        return Intake(
            channel=said["channel"],
            text=text,
            place=said["place"],
            place_path=path,
            category=said["leaf"] or typed_category(said),
            contact=said["contact"],
            may_call=said["may_call"],
            evidence=pictures.ids,
            pictures=pictures.digests,
            key=key,
            maker=maker,
        )


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.CLERK, Duty.OFFICER)
def new_report(request: Asked) -> HttpResponse:
    """The form; POST takes it in and shows number and code, or the next empty form. The same form sent twice is one report."""
    if request.method == "GET":
        return _page(request, ReportForm(), fresh_key(), Bag())
    form = ReportForm(request.POST)
    form.near = ground_of(actor_of(request))
    key = form.key
    pictures = kept.gather(request, key, at=at_of(request))
    if pictures.refused:
        form.add_error(None, " ".join(pictures.refused))
    if "find" in request.POST:
        return _page(request, form, key, pictures)
    if not form.is_valid():
        return _page(request, form, key, pictures, status=422)
    if asked := _named_place(form):
        is_next = "next" in request.POST
        return _page(
            request, form, key, pictures, place_asked={"places": asked, "is_next": is_next}, status=422
        )
    try:
        taken = _taken(request, form, key, pictures)
    except (Missing, Invalid) as refused:
        form.refuse(refused)
        is_spent = isinstance(refused, Invalid) and refused.code == "other_body"
        return _page(request, form, fresh_key() if is_spent else key, pictures.without_claimed(), status=422)
    if "next" in request.POST:
        empty = ReportForm(initial={"channel": form.cleaned_data["channel"]})
        return _page(request, empty, fresh_key(), Bag(), taken=taken)
    return render(request, "desk/taken.html", {"heading": _("已登记"), **taken})


def _named_place(form: ReportForm) -> list[places.PlaceRow]:
    """Places that the words name although none was chosen: asked about once, before the case goes to a desk that knows less. 3 queries."""
    said = form.cleaned_data
    if said["place"] or said["join"].strip() or form.data.get("nowhere") or form.data.get("asked"):
        return []
    found = spots_in("\n".join([form.place_words, said["said_where"], said["text"]]))
    return [one.place for one in found if one.found.by != "sound" and one.place.kind not in TOO_WIDE]


def _taken(request: Asked, form: ReportForm, key: str, pictures: Bag) -> dict[str, Any]:
    """Take it in, join it where the clerk said so; what the next page shows. Raises Missing, Invalid: nothing was written then."""
    chosen = form.cleaned_data["place"]
    place = places.by_ids([chosen]).get(chosen) if chosen else None
    into, actor = form.cleaned_data["join"].strip(), actor_of(request)
    voice = Voice(form.intake(key, pictures, place.path if place else "", maker=f"desk:{actor.id}"), place)
    voice = beside(voice, into, actor=actor)
    found = receive_and_join(voice, into, actor=actor, at=at_of(request))
    return {
        "code": found.received.code,
        "has_contact": bool(voice.intake.contact.strip()),
        "case": found.case,
        "place": voice.place,
        "not_joined": refusals.sentence(found.not_joined) if found.not_joined else "",
        "danger": vocabulary.lexicon().danger(voice.intake.text),
        "elsewhere": _elsewhere(found.case, actor),
    }


def _elsewhere(case: "Case", actor: Actor) -> parties.PartyRow | None:
    """The desk that has it, when whoever took the call does not see it there; None when he does. At most 4 queries."""
    try:
        cases.by_number(case.number, actor=actor)
    except NotFound:
        return parties.party(case.desk_id)
    return None


@never_cache
@require_POST
@duty_required(Duty.CLERK, Duty.OFFICER)
def suggest(request: Asked) -> HttpResponse:
    """Fragment: what the words typed so far speak of. Nothing is written; by POST, so that nobody's words stand in an address."""
    return render(
        request, "desk/_suggested.html", {"suggested": _suggested(request, ReportForm(request.POST))}
    )


def _suggested(request: Asked, form: ReportForm) -> dict[str, Any]:
    """Chips of categories and places, the number to call, open cases that may be the same. 20 queries at most; none without words."""
    text = str(form.data.get("text", "")).strip()
    if len(text) < LEAST_SIGNS:
        return {}
    chosen = places.by_ids([form.chosen_place]).get(form.chosen_place) if form.chosen_place else None
    said = f"{form.data.get('said_where', '')}\n{text}".strip()[:5000]
    leaf = typed_category(form.data)
    found = suggestion(said, actor=actor_of(request), at=at_of(request), place=chosen, category=leaf)
    category, place = str(leaf or ""), str(form.chosen_place or "")
    chips = suggested.place_chips(found.places)
    is_here = any(one["value"] == place for one in chips)  # chosen among these: it stays chosen
    return {
        "categories": [
            {**one, "checked": one["value"] == category} for one in suggested.category_chips(found.categories)
        ],
        "not_ours": suggested.not_ours(found.categories),
        "places": [{**one, "checked": one["value"] == place} for one in chips]
        if is_here or not chosen
        else [],
        "danger": found.danger,
        "similar": [
            {**one, "checked": one["number"] == form.data.get("join")}
            for one in alike.shown(found.similar, at_of(request))
        ],
    }


def _page(
    request: Asked,
    form: ReportForm,
    key: str,
    pictures: Bag,
    *,
    status: int = 200,
    taken: dict[str, Any] | None = None,
    place_asked: dict[str, Any] | None = None,
) -> HttpResponse:
    page = {
        "place_asked": place_asked,
        "taken": taken,
        "leaves": leaves(),
        "heading": _("来电来访登记"),
        "form": form,
        "place_options": form.place_options,
        "suggested": _suggested(request, form) if form.is_bound else {},
        "categories": category_options(with_empty=False),
        "common": category_chips(typed_category(form.data)),
        "kept": pictures.shown(key, at_of(request)),
        "key": key,
    }
    return render(request, "desk/new_report.html", page, status=status)
