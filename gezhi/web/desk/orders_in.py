"""An order comes in at the desk: its text pasted, read and confirmed by a person; or a whole sheet of them."""

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gezhi.cases import queries as cases
from gezhi.cases.orders import queries as orders
from gezhi.cases.orders.actions import Terms
from gezhi.cases.orders.kinds import ISSUER_NAMES, Issuer
from gezhi.catalogue import queries as catalogue
from gezhi.channels.orders import paste
from gezhi.channels.orders.moments import Here
from gezhi.channels.orders.sheet import JudgedOrders, judge
from gezhi.flows.import_orders import Brought, import_orders
from gezhi.flows.suggest import Suggestion, suggestion
from gezhi.flows.take_order import Coming, coming_of, take_order
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, Missing, NotFound
from gezhi.parties import queries as parties
from gezhi.parties.days import zone
from gezhi.places import queries as places
from gezhi.web import refusals
from gezhi.web.casework import alike, suggested
from gezhi.web.casework.picking import category_chips, category_options, place_options, typed_category
from gezhi.web.desk.keeper import SheetForm, in_turn, tried
from gezhi.web.fields import moment_field
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none

ISSUERS = [(one, ISSUER_NAMES[one]) for one in Issuer.values]
MOST_FINDINGS = 100
APART = "new"  # the answer that it is a matter of its own


class OrderInForm(forms.Form):
    """An order as it was read, every part to be put right."""

    issuer = forms.ChoiceField(label=gettext_lazy("来件单位"), choices=ISSUERS, widget=forms.RadioSelect)
    number = forms.CharField(label=gettext_lazy("单号"), max_length=80)
    due_at = moment_field(gettext_lazy("办理时限"))
    return_until = moment_field(gettext_lazy("可以退回到"), required=False)
    said_at = moment_field(gettext_lazy("派单时间"), required=False)
    their_category = forms.CharField(label=gettext_lazy("对方的分类"), max_length=200, required=False)
    wanted = forms.CharField(label=gettext_lazy("答复形式"), max_length=200, required=False)
    text = forms.CharField(
        label=gettext_lazy("来件内容"),
        help_text=gettext_lazy("请看一遍：里面不要留姓名、电话和身份证号。"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    contact = forms.CharField(
        label=gettext_lazy("来电人电话"),
        help_text=gettext_lazy("加密保存，用于告知结果。"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    into_number = forms.CharField(label=gettext_lazy("或并入案件编号"), max_length=40, required=False)
    category = forms.CharField(required=False, max_length=40)
    other_category = forms.CharField(required=False, max_length=40)

    place_error = ""

    @property
    def place_words(self) -> str:
        return str(self.data.get("place_words", "")).replace("\0", "").strip()[:100]

    @property
    def chosen_place(self) -> UUID | None:
        return uuid_or_none(self.data.get("place", ""))

    @property
    def place(self) -> Any:
        """The chosen place; the only one that is called so. 1 query at most."""
        if self.chosen_place:
            return places.by_ids([self.chosen_place]).get(self.chosen_place)
        found = places.find(self.place_words, 2) if self.place_words else []
        return found[0] if len(found) == 1 else None

    def refuse(self, refusal: Missing | Invalid) -> None:
        """Say beside the field what was not taken."""
        field = (
            "text"
            if isinstance(refusal, Missing)
            else {"into": "into_number"}.get(refusal.field, refusal.field)
        )
        said = refusals.sentence(refusal)
        self.add_error(field if field in self.fields else None, said)
        if field == "place":
            self.place_error = said

    def coming(self, into: UUID | None) -> Coming:
        """The order as values. Of a place that was typed and is not known, the words stay in the text."""
        said, place = self.cleaned_data, self.place
        text = said["text"]
        if self.place_words and place is None and self.place_words not in text:
            text = _("%(text)s（说的是：%(where)s）") % {"text": text, "where": self.place_words}
        terms = Terms(
            said["issuer"],
            said["number"],
            said["due_at"],
            said["return_until"],
            said["their_category"],
            said["wanted"],
        )
        return Coming(terms, text, said["contact"], place, typed_category(said), said["said_at"], into)


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.CLERK, Duty.OFFICER)
def new(request: HttpRequest) -> HttpResponse:
    """Paste, look, confirm. POST understand = read what was pasted; find = look for the place and what may be the same; else take it in."""
    if request.method == "GET":
        return render(request, "desk/order_paste.html", {"heading": _("登记来件")})
    if "understand" in request.POST:
        return _read(request)
    form = OrderInForm(request.POST)
    if "find" in request.POST or not form.is_valid():
        return _page(request, form, status=200 if "find" in request.POST else 422)
    chips = _alike(request, form, _suggestion(request, form))
    if chips and "into" not in request.POST and not form.cleaned_data["into_number"]:
        return _page(request, form, asks=True)
    try:
        into = _into(request, form)
        taken = take_order(form.coming(into), actor=actor_of(request), at=at_of(request))
    except (Missing, Invalid) as refused:
        form.refuse(refused)
        return _page(request, form, status=422)
    messages.success(request, _("来件已登记。") if taken.is_new else _("这件来件已经登记过，没有重复登记。"))
    if orders.listed(actor_of(request)).filter(id=taken.order_id).exists():
        return redirect("desk:order", taken.order_id)
    messages.info(request, _("没有选位置，已交给总受理席。"))
    return redirect("desk:orders")


def _into(request: HttpRequest, form: OrderInForm) -> UUID | None:
    """The case that the clerk says it is about. Raises Invalid("into", "unknown")."""
    number = form.cleaned_data["into_number"] or request.POST.get("into", "")
    if not number or number == APART:
        return None
    try:
        return cases.by_number(number, actor=actor_of(request)).id
    except NotFound:
        raise Invalid("into", "unknown") from None


def _read(request: HttpRequest) -> HttpResponse:
    pasted = request.POST.get("pasted", "")
    if not pasted.strip():
        page = {"heading": _("登记来件"), "error": _("请先把来件的文字粘贴进来。")}
        return render(request, "desk/order_paste.html", page, status=422)
    found = paste.read(pasted, _here(request))
    said = {
        "issuer": found.issuer,
        "number": found.number,
        "due_at": _local(found.due_at),
        "return_until": _local(found.return_until),
        "said_at": _local(found.said_at),
        "their_category": found.category,
        "wanted": found.wanted,
        "text": found.text,
        "contact": found.phone,
        "place_words": found.place,
    }
    form = OrderInForm(said)
    form.errors.clear()  # what lacks is said above the form, nothing was sent yet
    lacks = [form.fields[name].label for name in ("issuer", *found.lacks) if not said[name]]
    return _page(request, form, lacks=lacks)


def _here(request: HttpRequest) -> Here:
    """Working days of a limit are those of the office that answers."""
    intake = parties.party(parties.intake_desk())
    return Here(zone(), at_of(request), catalogue.calendar(intake.calendar))


def _local(moment: Any) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}" if moment else ""


def _suggestion(request: HttpRequest, form: OrderInForm) -> Suggestion:
    """What the order speaks of. 14 queries at most."""
    words = "\n".join(str(form.data.get(name, "")) for name in ("place_words", "their_category", "text"))
    category = typed_category(form.data)
    return suggestion(
        words.strip(), actor=actor_of(request), at=at_of(request), place=form.place, category=category
    )


def _alike(request: HttpRequest, form: OrderInForm, found: Suggestion) -> list[dict[str, Any]]:
    """Open cases that it may be the same as, and "none of these"."""
    chosen = form.data.get("into", "")
    chips = [{**one, "checked": one["value"] == chosen} for one in alike.shown(found.similar, at_of(request))]
    return (
        [*chips, {"value": APART, "label": _("不是，另立一件"), "checked": chosen == APART}] if chips else []
    )


def _page(
    request: HttpRequest, form: OrderInForm, *, lacks: Any = (), asks: bool = False, status: int = 200
) -> HttpResponse:
    found = _suggestion(request, form)
    spots = suggested.place_chips(found.places)
    page = {
        "heading": _("登记来件"),
        "form": form,
        "lacks": lacks,
        "asks": asks,
        "chips": _alike(request, form, found),
        "place_options": place_options(form.place_words, form.chosen_place)
        or place_options("", form.chosen_place, first=spots),
        "categories": category_options(with_empty=False),
        "common": category_chips(typed_category(form.data), suggested.category_chips(found.categories)),
    }
    return render(request, "desk/order_in.html", page, status=status)


class OrderSheetForm(SheetForm):
    """A sheet, and whose it is."""

    issuer = forms.ChoiceField(label=gettext_lazy("来件单位"), choices=ISSUERS, widget=forms.RadioSelect)
    field_order = ("issuer", "sheet")


@require_http_methods(["GET", "POST"])
@duty_required(Duty.CLERK, Duty.OFFICER)
def sheet(request: HttpRequest) -> HttpResponse:
    """One file; with findings the page comes back with 422 and nothing was written."""
    form = OrderSheetForm(request.POST or None, request.FILES or None)
    judged: JudgedOrders | None = None
    if form.is_valid():
        file, issuer = form.cleaned_data["sheet"], form.cleaned_data["issuer"]
        data = file.read()
        judged = tried(
            form, lambda: in_turn(lambda: judge(data, file.name, issuer=issuer, here=_here(request)))
        )
        if judged is not None and not judged.findings:
            found = judged
            brought = tried(form, lambda: _brought(request, issuer, found, data))
            if brought is not None:
                messages.success(
                    request, _("读了 %(read)s 件：新增 %(new)s，已有 %(known)s。") % brought._asdict()
                )
                return redirect("desk:orders")
    page = {
        "heading": _("导入来件表"),
        "form": form,
        "judged": judged if judged and judged.findings else None,
        "bad": len({one.row for one in judged.findings}) if judged else 0,
        "findings": [one.sentence() for one in judged.findings[:MOST_FINDINGS]] if judged else [],
        "back": reverse("desk:orders"),
    }
    return render(
        request,
        "desk/order_sheet.html",
        page,
        status=422 if form.errors or (judged and judged.findings) else 200,
    )


def _brought(request: HttpRequest, issuer: str, judged: JudgedOrders, data: bytes) -> Brought:
    coming = [coming_of(one) for one in judged.orders]
    digest = hashlib.sha256(data).hexdigest()
    return import_orders(issuer, coming, file_digest=digest, actor=actor_of(request), at=at_of(request))
