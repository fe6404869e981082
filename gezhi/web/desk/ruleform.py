"""The form of one routing rule, and the form that tries the rules on a sentence."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.parties import queries as parties
from gezhi.parties.kinds import PartyKind
from gezhi.places import queries as places
from gezhi.places.kinds import Kind
from gezhi.routing.match import Rule
from gezhi.routing.terms import Terms
from gezhi.web import rulewords
from gezhi.web.casework.picking import category_options
from gezhi.web.casework.starts import condition_options
from gezhi.web.desk.keeper import PlaceField, offer
from gezhi.web.fields import day_field, moment_field
from gezhi.web.staff import uuid_or_none

KIND = "kind:"  # before a kind of party, among the ids of parties


def _hour(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, widget=widget, input_formats=["%H:%M", "%H:%M:%S"])


def _season(label: Any) -> forms.RegexField:
    return forms.RegexField(
        r"^\d{1,2}-\d{1,2}$",
        label=label,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "11-15"}),
        error_messages={"invalid": gettext_lazy("请写月和日，例如 11-15。")},
    )


class RuleForm(forms.Form):
    """What a rule asks and whom it leads to; what is left open fits everything."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("规则名称"), max_length=60)
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False)
    condition = forms.ChoiceField(
        label=gettext_lazy("立案条件"),
        required=False,
        help_text=gettext_lazy("先选一个小类，按一次“试一试”，这里就有它的立案条件。"),
    )
    place = PlaceField(label=gettext_lazy("在哪里（连同里面的）"), required=False)
    place_kind = forms.ChoiceField(
        label=gettext_lazy("在哪种地方"),
        required=False,
        choices=[("", gettext_lazy("不分")), *Kind.choices],
    )
    hour_from = _hour(gettext_lazy("每天从几点起"))
    hour_to = _hour(gettext_lazy("到几点为止（可以过夜）"))
    season_from = _season(gettext_lazy("每年从哪天起（月-日）"))
    season_to = _season(gettext_lazy("到哪天为止（含当天，可以跨年）"))
    party = forms.ChoiceField(label=gettext_lazy("派给谁"))
    is_automatic = forms.BooleanField(
        label=gettext_lazy("自动派遣"),
        required=False,
        help_text=gettext_lazy("受理后立即派出；不勾，只在派遣时建议。"),
    )
    begins_on = day_field(
        gettext_lazy("从哪一天起"),
        required=False,
        help_text=gettext_lazy("不填即现在起。写以后的日期，到那天零点才照新的办，之前可以修改或撤回。"),
    )

    def __init__(self, *args: Any, may_wait: bool = True, **kwargs: Any) -> None:
        """may_wait: nothing lies ahead of the rule yet, so what is written may."""
        super().__init__(*args, **kwargs)
        if not may_wait:
            del self.fields["begins_on"]
        tops = [(str(top.id), _top(top)) for top in catalogue.tops() if not top.refer_out]
        whole = (_("整个大类"), tops)
        offer(self, "category", [("", _("不分")), whole, *category_options(with_empty=False)])
        leaf = uuid_or_none(str(self["category"].value() or ""))
        offer(self, "condition", [("", _("不分")), *condition_options(leaf)])
        kinds = [(KIND + kind, rulewords.of_kind(kind)) for kind in PartyKind.values]
        known = [(str(one.id), one.name) for one in parties.parties()]
        offer(self, "party", [("", _("请选择")), (_("服务当地的"), kinds), (_("指定的单位"), known)])

    def terms(self) -> Terms:
        """The rule as it was written down."""
        said = self.cleaned_data
        kind = said["party"].removeprefix(KIND) if said["party"].startswith(KIND) else ""
        return Terms(
            said["name"],
            place=said["place"].id if said["place"] else None,
            place_kind=said["place_kind"],
            category=uuid_or_none(said["category"]),
            condition=uuid_or_none(said["condition"]),
            hour_from=_minute(said["hour_from"]),
            hour_to=_minute(said["hour_to"]),
            season_from=_mmdd(said["season_from"]),
            season_to=_mmdd(said["season_to"]),
            party=None if kind else uuid_or_none(said["party"]),
            party_kind=kind,
            is_automatic=said["is_automatic"],
        )


def initial(rule: Rule) -> dict[str, Any]:
    """The form's fields of a rule that is there."""
    place = places.by_ids([rule.place]).get(rule.place) if rule.place else None
    return {
        "seen": rule.id,
        "name": rule.name,
        "category": str(rule.category or ""),
        "condition": str(rule.condition or ""),
        "place": place.code if place else "",
        "place_kind": rule.place_kind,
        "hour_from": _time(rule.hour_from),
        "hour_to": _time(rule.hour_to),
        "season_from": rulewords.day(rule.season_from) if rule.season_from else "",
        "season_to": rulewords.day(rule.season_to) if rule.season_to else "",
        "party": str(rule.party) if rule.party else KIND + rule.party_kind,
        "is_automatic": rule.is_automatic,
    }


class TryForm(forms.Form):
    """什么事，在哪里: nothing of it is kept."""

    prefix = "try"
    words = forms.CharField(
        label=gettext_lazy("什么事"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("楼道门玻璃碎了")}),
    )
    place = PlaceField(label=gettext_lazy("在哪里"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("类别"), required=False)
    at = moment_field(gettext_lazy("什么时候（不填即现在）"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "category", [("", _("看“什么事”")), *category_options(with_empty=False)])


def _top(top: Any) -> str:
    return str(top.label(get_language() or ""))


def _minute(hour: time | None) -> int | None:
    return None if hour is None else hour.hour * 60 + hour.minute


def _time(minute: int | None) -> time | None:
    return None if minute is None else time(*divmod(minute, 60))


def _mmdd(text: str) -> int | None:
    month, _dash, day = text.partition("-")
    return int(month) * 100 + int(day) if text else None


def moment(form: TryForm, now: datetime) -> datetime:
    """When it is tried for."""
    found: datetime | None = form.cleaned_data.get("at")
    return found or now
