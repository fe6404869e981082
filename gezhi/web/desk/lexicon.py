"""The words that suggestions go by: which speak for a category, which mean danger and whom to call. For administrators; every change is journalled."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Duty
from gezhi.reports import vocabulary
from gezhi.reports.lexicon import Spoken
from gezhi.web import times
from gezhi.web.asked import Asked
from gezhi.web.desk import history
from gezhi.web.desk.keeper import offer, tried
from gezhi.web.staff import actor_of, at_of, duty_required

STRENGTHS = (
    ("1", gettext_lazy("一般")),
    ("2", gettext_lazy("较强")),
    ("3", gettext_lazy("很强")),
    ("0", gettext_lazy("不再算")),
)


class WordForm(forms.Form):
    """One word. With a danger it shows the number to call and starts the clock for making safe."""

    word = forms.CharField(
        label=gettext_lazy("词"), max_length=40, help_text=gettext_lazy("两个都要出现的，中间写加号：电梯+困")
    )
    code = forms.ChoiceField(label=gettext_lazy("说明是哪一类"))
    strength = forms.ChoiceField(label=gettext_lazy("分量"), choices=STRENGTHS, initial="1")
    condition = forms.ChoiceField(label=gettext_lazy("说明有什么危险"), required=False)
    call = forms.CharField(
        label=gettext_lazy("马上打哪个电话"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("有危险的必须填"),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        language = get_language() or ""
        leaves = catalogue.open_leaves()
        offer(self, "code", ((one.code, f"{one.code} {one.label(language)}") for one in leaves))
        dangers = (
            (one.code, f"{one.code} {one.label(language)}")
            for leaf in leaves
            for one in catalogue.conditions(leaf.id)
        )
        offer(self, "condition", (("", _("没有危险")), *dangers))

    def clean(self) -> dict[str, Any]:
        """The danger belongs to the leaf."""
        said = super().clean() or {}
        if said.get("condition") and not said["condition"].startswith(f"{said.get('code')}-"):
            self.add_error("condition", _("这种危险不属于选的类别。请换一个类别，或选“没有危险”。"))
        return said


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def words(request: Asked) -> HttpResponse:
    """The office's words and what was learned; POST adds one or weighs it anew."""
    form = WordForm(request.POST or None)

    def deed() -> bool:
        said = form.cleaned_data
        spoken = Spoken(said["word"], said["code"], int(said["strength"]), said["condition"], said["call"])
        vocabulary.set_word(spoken, actor=actor_of(request), at=at_of(request))
        return True

    if form.is_valid() and tried(form, deed):
        messages.success(request, _("已保存，改动记在下面的历史里。"))
        return redirect("desk:words")
    own, learned, called = vocabulary.own(), vocabulary.learned_at(), vocabulary.by_id()
    page = {
        "heading": _("建议用的词"),
        "form": form,
        "own": [_line(one) for one in vocabulary.own_words()],
        "dangers": [_line(one) for one in vocabulary.lexicon().words if one.condition],
        "shipped": [
            {"leaf": _leaf(code), "words": [word for word, _much in said]}
            for code, said in vocabulary.lexicon().by_code.items()
        ],
        "cases": own.cases if own else 0,
        "learned": times.moment(learned, at_of(request)) if learned else "",
        "history": history.said(
            [("word", id) for id in called], now=at_of(request), until=at_of(request), called=called
        ),
    }
    return render(request, "desk/words.html", page, status=422 if form.errors else 200)


def _line(one: Spoken) -> dict[str, Any]:
    return {
        "word": one.word,
        "leaf": _leaf(one.code),
        "strength": dict(STRENGTHS).get(str(one.strength), ""),
        "call": one.call,
        "is_danger": bool(one.condition),
    }


def _leaf(code: str) -> str:
    known = {one.code: one for one in catalogue.leaves()}
    return f"{code} {known[code].label(get_language() or '')}" if code in known else code
