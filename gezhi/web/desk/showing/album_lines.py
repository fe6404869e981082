"""One line of an album: which pairs are taken for it, in which order, under which words; and what the line is about."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.catalogue import queries as catalogue
from gezhi.flows import look_at_photo
from gezhi.kernel.refusal import Invalid, NotFound, NotYours, Stale
from gezhi.ledger.albums import actions, queries
from gezhi.ledger.albums.actions import Choice
from gezhi.ledger.albums.pairs import Picture
from gezhi.ledger.albums.queries import Album, AlbumLine, Offer
from gezhi.ledger.albums.standards import TEXT_LIMIT, Draft
from gezhi.places import queries as places
from gezhi.web import refusals, times, words
from gezhi.web.casework import photos
from gezhi.web.desk.keeper import PlaceField, form_page
from gezhi.web.desk.showing.albums import about, asking, nobody_field
from gezhi.web.fields import day_field
from gezhi.web.links import address
from gezhi.web.rail import DESK
from gezhi.web.staff import actor_of, at_of, duty_required

USES = ("take", "leave", "hide")


def _choices(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    """Raises TypeError for a field that is no choice."""
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(field)
    field.choices = choices


class LineForm(forms.Form):
    """What is inspected, and where the cases are to be found that answer it."""

    text = forms.CharField(label=gettext_lazy("标准条目"), max_length=TEXT_LIMIT)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("对应哪些大类"), required=False, widget=forms.CheckboxSelectMultiple
    )
    leaf = forms.ChoiceField(label=gettext_lazy("或者只对应一个小类"), required=False)
    place = PlaceField(label=gettext_lazy("只看哪里（含下面的位置）"), required=False)
    since = day_field(gettext_lazy("办结日期，从（不填同影集）"), required=False)
    until = day_field(gettext_lazy("到（不填同影集）"), required=False)
    position = forms.IntegerField(
        label=gettext_lazy("排在第几条"), required=False, min_value=1, max_value=999
    )

    nobody = nobody_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = words.language()
        kinds = [(str(one.id), one.label(language)) for one in catalogue.tops() if not one.refer_out]
        leaves = [(str(one.id), one.label(language)) for one in catalogue.open_leaves() if not one.refer_out]
        _choices(self.fields["kinds"], kinds)
        _choices(self.fields["leaf"], [("", _("不限")), *leaves])

    def draft(self) -> Draft:
        """As typed."""
        said = self.cleaned_data
        ids = [UUID(one) for one in (*said["kinds"], said["leaf"]) if one]
        place = said["place"]
        return Draft(said["text"], tuple(ids), place.id if place else None, said["since"], said["until"])


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def new_line(request: HttpRequest, album_id: UUID) -> HttpResponse:
    """A line behind the others."""
    found = queries.album(album_id, actor=actor_of(request))
    form = LineForm(request.POST or None)
    if form.is_valid():
        who: dict[str, Any] = {"actor": actor_of(request), "at": at_of(request)}
        who["names_confirmed"] = form.cleaned_data["nobody"]
        if made := asking(form, lambda: actions.add_line(found.id, form.draft(), **who)):
            return redirect("desk:album_line", found.id, made)
    return form_page(
        request,
        form,
        heading=_("添加标准条目"),
        submit=_("添加"),
        back=reverse("desk:album", args=[found.id]),
        intro=_("类别和位置至少选一样，系统才知道到哪里找照片。"),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def change_line(request: HttpRequest, album_id: UUID, line_id: UUID) -> HttpResponse:
    """What a line says and is tied to; POST drop = take it out."""
    found = queries.album(album_id, actor=actor_of(request))
    line = queries.line_of(found, line_id)
    who: dict[str, Any] = {"version": found.version, "actor": actor_of(request), "at": at_of(request)}
    if request.method == "POST" and request.POST.get("act") == "drop":
        actions.drop_line(found.id, line.id, **who)
        messages.success(request, _("这一条已经去掉，案件和照片都还在。"))
        return redirect("desk:album", found.id)
    form = LineForm(request.POST or None, initial=_initial(line))
    if form.is_valid():
        place = form.cleaned_data["position"] or line.position
        who["names_confirmed"] = form.cleaned_data["nobody"]
        if asking(form, lambda: actions.change_line(found.id, line.id, form.draft(), place, **who) or True):
            return redirect("desk:album_line", found.id, line.id)
    back = reverse("desk:album_line", args=[found.id, line.id])
    return form_page(request, form, heading=_("修改标准条目"), submit=_("保存"), back=back)


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(*DESK)
def line(request: HttpRequest, album_id: UUID, line_id: UUID) -> HttpResponse:
    """The pairs of a line; POST keeps what was decided, or comes back with it."""
    found = queries.album(album_id, actor=actor_of(request))
    one = queries.line_of(found, line_id)
    error, bad, status, asks_names = "", "", 200, False
    if request.method == "POST":
        try:
            if number := request.POST.get("show", ""):
                return _show(request, found, one, number)
            _decide(request, found, one)
        except Stale:
            error, status = _("别人刚刚也改了这本影集。您选的还在下面，看一下再按一次“保存”。"), 409
        except NotYours:
            error, status = _("这一件的照片要由受理它的人公开。您选的还在下面。"), 403
        except Invalid as refused:
            error, status = refusals.sentence(refused), 422
            bad, asks_names = str(refused.details.get("number", "")), refused.code == "to_confirm"
        else:
            messages.success(request, _("这一条已经保存。"))
            return redirect("desk:album", found.id)
    typed = request.POST if error else QueryDict()
    offers = queries.offers(found, one, actor=actor_of(request))
    known = places.by_ids({one.place_id} if one.place_id else set())
    page = {
        "heading": one.text,
        "album": queries.album(album_id, actor=actor_of(request)),
        "line": one,
        "about": about(one, known),
        "is_tied": queries.is_tied(one),
        "rows": [_offer(offer, place, typed, at_of(request)) for place, offer in enumerate(offers, start=1)],
        "hidden": queries.hidden(one),
        "limit": actions.CAPTION_LIMIT,
        "error": error,
        "bad": bad,
        "asks_names": asks_names,
    }
    return render(request, "desk/showing/album_line.html", page, status=status)


@transaction.atomic
def _show(request: HttpRequest, found: Album, one: AlbumLine, number: str) -> HttpResponse:
    """Everybody may see both pictures of this pair; what was chosen on the page is kept with it. Back to the pair. Raises NotFound, NotYours, as `_decide`."""
    offers = queries.offers(found, one, actor=actor_of(request))
    pair = next((offer.pair for offer in offers if offer.pair.number == number), None)
    if pair is None:
        raise NotFound("pair")
    _decide(request, found, one)
    for picture in pair.to_clear:
        look_at_photo.decide(
            pair.case_id, picture.id, is_public=True, actor=actor_of(request), at=at_of(request)
        )
    messages.success(request, _("这一对照片现在可以公开。要印进影集，选“用这组”再保存。"))
    return redirect(f"{reverse('desk:album_line', args=[found.id, one.id])}#pair-{number}")


def _decide(request: HttpRequest, found: Album, one: AlbumLine) -> None:
    who: dict[str, Any] = {"actor": actor_of(request), "at": at_of(request)}
    if request.POST.get("act") == "again":
        actions.offer_hidden_again(found.id, one.id, **who)
        return
    typed = request.POST.get("version", "")
    version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 0
    numbers = [name.partition("-")[2] for name in request.POST if name.startswith("use-")]
    choices = {number: _choice(request, number) for number in numbers[: queries.OFFERED]}
    confirmed = request.POST.get("nobody") == "1"
    actions.choose(found.id, one.id, choices, names_confirmed=confirmed, version=version, **who)


def _choice(request: HttpRequest, number: str) -> Choice:
    use, place = request.POST.get(f"use-{number}", ""), request.POST.get(f"place-{number}", "")
    if use not in USES:
        raise Invalid("use", "not_allowed", number=number)
    position = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 0
    return Choice(use, position, request.POST.get(f"words-{number}", ""))


def _offer(offer: Offer, place: int, typed: QueryDict, at: Any) -> dict[str, Any]:
    pair, pick = offer.pair, offer.pick
    number = pair.number
    what = catalogue.category(pair.category_id).label(words.language()) if pair.category_id else ""
    return {
        "number": number,
        "place": pair.place,
        "what": what,
        "closed": times.moment(pair.closed_at, at),
        "is_clear": pair.is_clear,
        "is_same_angle": pair.is_same_angle,
        "to_clear": [
            {"id": one.id, "label": _("整改前") if one.kind == "before" else _("整改后")}
            for one in pair.to_clear
        ],
        "photos": [_seen(pair.before[0], _("整改前")), _seen(pair.after[0], _("整改后"))]
        if pair.is_whole
        else [],
        "use": typed.get(f"use-{number}", "take" if pick else "leave"),
        "order": typed.get(f"place-{number}", str(pick.position if pick else place)),
        "words": typed.get(f"words-{number}", pick.caption if pick else pair.words),
    }


def _seen(one: Picture, label: str) -> dict[str, str]:
    return {
        "url": address(one.id, photos.FULL, mark=one.mark),
        "thumb": address(one.id, photos.SMALL, mark=one.mark),
        "label": label,
    }


def _initial(line: AlbumLine) -> dict[str, Any]:
    tops = {str(one.id) for one in catalogue.tops()}
    place = places.by_ids([line.place_id]).get(line.place_id) if line.place_id else None
    leaves = [id for id in line.category_ids if id not in tops]
    return {
        "text": line.text,
        "kinds": [id for id in line.category_ids if id in tops],
        "leaf": leaves[0] if leaves else "",
        "place": place.code if place else "",
        "since": line.since,
        "until": line.until,
        "position": line.position,
    }
