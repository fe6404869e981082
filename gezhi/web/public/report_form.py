"""The one form of the public face: a photo or words, a topic, perhaps a phone number. Nothing of a person is required."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gezhi.catalogue import queries as catalogue
from gezhi.catalogue.book import REFER_OUT
from gezhi.kernel.geo import BadPoint, point
from gezhi.kernel.refusal import Invalid, Missing, NotFound, Refusal
from gezhi.places import queries as places
from gezhi.places.queries import FixtureRow
from gezhi.web import phones, things
from gezhi.web.kept import key_of
from gezhi.web.public.photo_hint import ELSEWHERE
from gezhi.web.refusals import sentence
from gezhi.web.words import language

NO_TOPIC = "other"
FIELD_OF = {"text_or_photo": "text", "contact": "contact", "text": "text", "category": "category"}


class Topics(forms.RadioSelect):
    """Chips that know which of them is dangerous, so that 119, 120 and 110 stay in sight when one is chosen."""

    def create_option(self, name: str, value: Any, *more: Any, **most: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *more, **most)
        if value in {leaf.code for leaf in catalogue.common() if leaf.dangerous}:
            option["attrs"]["data-danger"] = True
        return option


def topics() -> list[tuple[str, str]]:
    """Chips: what people report most, something else, and what others handle faster."""
    words = language()
    common = [(leaf.code, leaf.plain_label(words)) for leaf in catalogue.common() if not leaf.refer_out]
    return [*common, (NO_TOPIC, str(_("其他，说不清"))), (REFER_OUT, str(_("邻里纠纷、物业费、欠薪等")))]


class ReportForm(forms.Form):
    """key: made once per form shown, so that sending it twice is one report. where: only when the place is not known.

    named: the code of a place that was chosen while typing where it is. lon, lat: a point put on the map.

    spot: the code of a place near which a photo was taken, as the reporter confirmed it; only when the place is not known.

    inside: only where the place has buildings to choose from, each as (code, name). fixture: only where it has lifts, lamps or the like.
    """

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    category = forms.ChoiceField(label=_("是哪一类"), widget=Topics, required=False)
    text = forms.CharField(
        label=_("怎么回事"),
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("例如：二楼转角的玻璃碎了")}),
        required=False,
        strip=False,
    )
    spot = forms.CharField(max_length=40, required=False)
    where = forms.CharField(
        label=_("在哪里"),
        widget=forms.TextInput(attrs={"placeholder": _("例如：海滨路公交站旁边"), "maxlength": 200}),
        max_length=200,
        required=False,
    )
    inside = forms.ChoiceField(label=_("哪栋楼"), required=False)
    named = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    lon = forms.FloatField(required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(required=False, widget=forms.HiddenInput)
    contact = forms.CharField(
        label=_("您的电话"),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "maxlength": 40}),
        max_length=40,
        required=False,
    )
    may_call = forms.BooleanField(label=_("修的人可以打我电话"), required=False)

    def __init__(
        self,
        *args: Any,
        has_place: bool,
        buildings: Sequence[tuple[str, str]] = (),
        things_here: Sequence[FixtureRow] = (),
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.things_here = things_here
        things.offer(self, things_here)
        self._offer("category", topics())
        if has_place:
            del self.fields["where"], self.fields["spot"], self.fields["named"]
        if buildings:
            open_air = ("", _("不在楼里，或说不清"))
            self._offer("inside", [open_air, *buildings])
        else:
            del self.fields["inside"]

    def clean_spot(self) -> str:
        """A place that is open, or "". Raises ValidationError."""
        return self._open_place(str(self.cleaned_data["spot"]))

    def clean_named(self) -> str:
        """As clean_spot."""
        return self._open_place(str(self.cleaned_data["named"]))

    def clean(self) -> dict[str, Any]:
        """`pin`: the point on the map, None for none. A point that is none is said above the form."""
        said = super().clean() or {}
        lon, lat = said.get("lon"), said.get("lat")
        said["pin"] = None
        if "lon" in self.errors or "lat" in self.errors or (lon is None) != (lat is None):
            for name in ("lon", "lat"):
                self.errors.pop(name, None)
            self.add_error(None, _("地图上的点不完整，请重新点一下，或者去掉它。其他内容都还在。"))
        elif lon is not None:
            try:
                said["pin"] = point(lon, lat)
            except BadPoint:
                self.add_error(
                    None, _("地图上的点不在地图范围里，请重新点一下，或者去掉它。其他内容都还在。")
                )
        return said

    def _open_place(self, code: str) -> str:
        if code in {"", ELSEWHERE}:
            return ""
        try:
            is_open = places.by_code(code).closed_on is None
        except NotFound:
            is_open = False
        if not is_open:
            raise forms.ValidationError(_("没有这个地点，请重新选择，或者写明在哪里。"))
        return code

    def _offer(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    @property
    def form_key(self) -> str:
        """As `kept.key_of`."""
        return key_of(self.data)

    @property
    def thing(self) -> UUID | None:
        """The fixture that was chosen, None for none. The form is valid."""
        found: UUID | None = things.chosen(self, self.things_here)
        return found

    @property
    def topic(self) -> str:
        """The chosen chip's code, "" for none."""
        return str(self.data.get("category", ""))

    def take(self, refusal: Refusal) -> None:
        """Say a refusal beside the field it is about, or above the form."""
        names = refusal.facts if isinstance(refusal, Missing) else ()
        name = refusal.field if isinstance(refusal, Invalid) else names[0] if names else ""
        field, said = FIELD_OF.get(name), sentence(refusal)
        if name == "text_or_photo":
            said = gettext("请写一句话、附一张照片，或者说一段话，有一样就行。")
        if name == "contact":
            said = phones.why_refused(str(self.data.get("contact", "")))
        self.add_error(field if field in self.fields else None, said)
