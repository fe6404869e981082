"""The form of 随手办: what kind of thing, a few words if any, and the number on the door plate."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import Missing, Refusal
from gezhi.places.queries import FixtureRow
from gezhi.web import things
from gezhi.web.casework.picking import category_options
from gezhi.web.kept import key_of
from gezhi.web.refusals import sentence
from gezhi.web.staff import uuid_or_none
from gezhi.web.words import language

FIELD_OF = {"text_or_photo": "text", "on_site": "typed", "place": "typed"}
AFTER = "photo_after"


class FoundForm(forms.Form):
    """chip: the common kinds; other: every kind. typed: the plate's number, when nobody scanned it. text: may be empty. fixture: where there is one."""

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    category = forms.ChoiceField(label=_("是哪一类"), widget=forms.RadioSelect, required=False)
    other = forms.ChoiceField(label=_("其他类别"), required=False)
    text = forms.CharField(
        label=_("说一句"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    typed = forms.CharField(
        label=_("楼门海报上的位置编号"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, things_here: Sequence[FixtureRow] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.things_here = things_here
        things.offer(self, things_here)
        self.fields["category"].choices = chips()  # type: ignore[attr-defined]
        self.fields["other"].choices = category_options()  # type: ignore[attr-defined]
        self.photo_words = ""

    @property
    def form_key(self) -> str:
        """As `kept.key_of`."""
        return key_of(self.data)

    @property
    def leaf(self) -> Any:
        """The chosen category, None for none. The long list wins: who opened it did not find a chip."""
        if other := uuid_or_none(self.cleaned_data.get("other", "")):
            return catalogue.category(other)
        code = self.cleaned_data.get("category")
        return catalogue.by_code(code) if code else None

    @property
    def words(self) -> str:
        """What was said; without a word the name of its kind, so that the report says something."""
        said = str(self.cleaned_data.get("text") or "")
        return said if said.strip() or self.leaf is None else self.leaf.plain_label(language())

    def take(self, refusal: Refusal) -> None:
        """Say a refusal beside the fields it is about; that of the picture goes to the picture."""
        names = refusal.facts if isinstance(refusal, Missing) else [getattr(refusal, "field", "")]
        for name in names:
            words = sentence(Missing([name]) if isinstance(refusal, Missing) else refusal)
            field = FIELD_OF.get(name, name)
            if name == AFTER:
                self.photo_words = words
            self.add_error(field if field in self.fields else None, words)


def chips() -> list[tuple[str, str]]:
    """The kinds that people meet most."""
    return [(leaf.code, leaf.plain_label(language())) for leaf in catalogue.common() if not leaf.refer_out]
