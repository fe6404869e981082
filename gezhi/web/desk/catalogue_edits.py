"""The administrator's forms for the catalogue: each change is journalled, names the revision it was decided upon, and can be read back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gezhi.catalogue import actions
from gezhi.catalogue import queries as book
from gezhi.kernel.actor import Duty
from gezhi.web import words
from gezhi.web.casework.starts import limit_words
from gezhi.web.desk.keeper import form_page, tried
from gezhi.web.staff import actor_of, at_of, duty_required

LANGUAGES = (("zh", gettext_lazy("简体")), ("zh_hant", gettext_lazy("繁体")), ("en", gettext_lazy("英文")))
LIMIT_CLOCKS = (("working", gettext_lazy("工作时间")), ("round", gettext_lazy("日夜连续")))


NO_LIMIT = gettext_lazy("不填就没有这一个时限。")


class WordsForm(forms.Form):
    """Base: texts in three languages, and the revision that was seen."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def ask_words(self, name: str, label: Any, now: Any) -> None:
        """Three fields for one text."""
        for code, language in LANGUAGES:
            self.fields[f"{name}_{code}"] = forms.CharField(
                label=_("%(label)s（%(language)s）") % {"label": label, "language": language},
                max_length=200,
                initial=getattr(now, code),
            )

    def words(self, name: str) -> dict[str, str]:
        """The text as the catalogue takes it."""
        return {code: self.cleaned_data[f"{name}_{code}"] for code, _language in LANGUAGES}


class ConditionForm(WordsForm):
    """Words and limits of an opening condition."""

    fix_minutes = forms.IntegerField(label=gettext_lazy("办结时限（分钟，一个工作日 480）"), min_value=1)
    fix_clock = forms.ChoiceField(label=gettext_lazy("办结按什么时间算"), choices=LIMIT_CLOCKS)
    make_safe_minutes = forms.IntegerField(
        label=gettext_lazy("先做什么的时限（分钟）"),
        min_value=1,
        required=False,
        help_text=NO_LIMIT,
    )
    make_safe_clock = forms.ChoiceField(
        label=gettext_lazy("先做什么的时限按什么时间算"), choices=LIMIT_CLOCKS
    )
    is_default = forms.BooleanField(label=gettext_lazy("作为本类别默认的立案条件"), required=False)

    def changes(self) -> dict[str, Any]:
        """What catalogue.actions.change_condition takes; the limits only when they differ from what stood there."""
        said = self.cleaned_data
        found: dict[str, Any] = {"label": self.words("label")}
        if {"fix_minutes", "fix_clock"} & set(self.changed_data):
            found["fix"] = {"minutes": said["fix_minutes"], "clock": said["fix_clock"]}
        if {"make_safe_minutes", "make_safe_clock"} & set(self.changed_data):
            minutes = said["make_safe_minutes"]
            found["make_safe"] = {"minutes": minutes, "clock": said["make_safe_clock"]} if minutes else None
        if said["is_default"] and "is_default" in self.changed_data:
            found["is_default"] = True
        return found


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def condition(request: HttpRequest, condition_id: UUID) -> HttpResponse:
    """Change an opening condition. A limit that is set is the office's own from then on."""
    one = book.condition(condition_id)
    category_code = book.category(one.category_id).code
    safe = one.make_safe
    first = {
        "revision": one.revision,
        "fix_minutes": one.fix.minutes,
        "fix_clock": one.fix.clock,
        "make_safe_minutes": safe.minutes if safe else None,
        "make_safe_clock": safe.clock if safe else "round",
        "is_default": one.is_default,
    }
    form = ConditionForm(request.POST or None, initial=first)
    form.ask_words("label", _("立案条件"), one.text)
    form.fields["fix_minutes"].help_text = _now(limit_words(one.fix))
    if safe:
        form.fields["make_safe_minutes"].help_text = f"{_now(limit_words(safe))} {NO_LIMIT}"
    if form.is_valid():
        seen = form.cleaned_data["revision"]
        deed = tried(
            form,
            lambda: actions.change_condition(
                condition_id, form.changes(), revision=seen, actor=actor_of(request), at=at_of(request)
            ),
        )
        if deed:
            return _changed(request, category_code)
    intro = _("改动只影响以后立案和以后更正的案件。改过的时限不再标“暂定”。")
    back = reverse("desk:category", args=[category_code])
    return form_page(
        request, form, heading=one.label(get_language() or ""), submit=_("保存"), back=back, intro=intro
    )


def _now(said: str) -> str:
    return _("现在是 %(said)s。") % {"said": said}


def _changed(request: HttpRequest, code: str) -> HttpResponse:
    messages.success(request, _("已保存，改动记在下面的历史里。"))
    return redirect("desk:category", code)


class CategoryForm(WordsForm):
    """Names and marks of a leaf."""

    is_common = forms.BooleanField(label=gettext_lazy("常见：居民上报时直接显示"), required=False)
    dangerous = forms.BooleanField(label=gettext_lazy("有危险：要写明先做什么"), required=False)
    complains_of_party = forms.BooleanField(
        label=gettext_lazy("反映物业服务：物业不参与处置和核查"), required=False
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Change names and marks of a category."""
    one = book.by_code(code)
    marks = ("is_common", "dangerous", "complains_of_party")
    first = {"revision": one.revision, **{name: getattr(one, name) for name in marks}}
    form = CategoryForm(request.POST or None, initial=first)
    form.ask_words("name", _("名称"), one.name)
    form.ask_words("plain", _("居民的说法"), one.plain)
    if form.is_valid():
        said = form.cleaned_data
        changes = {
            "name": form.words("name"),
            "plain": form.words("plain"),
            **{name: said[name] for name in marks},
        }
        deed = tried(
            form,
            lambda: actions.change_category(
                one.id, changes, revision=said["revision"], actor=actor_of(request), at=at_of(request)
            ),
        )
        if deed:
            return _changed(request, code)
    back = reverse("desk:category", args=[code])
    return form_page(request, form, heading=one.label(get_language() or ""), submit=_("保存"), back=back)


class ProofForm(WordsForm):
    """What closes a case of a leaf."""

    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("要哪些结案凭证"),
        choices=list(words.PROOFS.items()),
        widget=forms.CheckboxSelectMultiple,
    )


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """Change the closing proof of a leaf."""
    one = book.by_code(code)
    now = book.proof(one.id)
    form = ProofForm(request.POST or None, initial={"revision": now.revision, "kinds": list(now.kinds)})
    form.ask_words("sentence", _("给核查人看的一句话"), now.words)
    if form.is_valid():
        said = form.cleaned_data
        changes = {"kinds": said["kinds"], "sentence": form.words("sentence")}
        deed = tried(
            form,
            lambda: actions.change_proof(
                one.id, changes, revision=said["revision"], actor=actor_of(request), at=at_of(request)
            ),
        )
        if deed:
            return _changed(request, code)
    back = reverse("desk:category", args=[code])
    return form_page(request, form, heading=_("结案凭证"), submit=_("保存"), back=back)
