"""The form of one move on one task: exactly the fields that the move asks, with everything typed kept when it comes back."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gezhi.cases.move import Shown
from gezhi.kernel.refusal import Invalid, Missing, Refusal
from gezhi.web import refusals, words
from gezhi.web.casework import whysform
from gezhi.web.casework.network.partychoice import groups
from gezhi.web.fields import IN_THE_CALENDAR
from gezhi.web.staff import uuid_or_none
from gezhi.work.lifecycle import TASK_ARROWS, TaskFact
from gezhi.work.move import TaskMove
from gezhi.work.proof import kinds_of

if TYPE_CHECKING:
    from gezhi.work.models import Task

LONGEST = 2000
ASKS: Final[Mapping[str, tuple[str, ...]]] = {
    "take": (),
    "urge": (),
    "finish": ("photos", "documents", "count", "note"),
    "progress": ("note", "photos"),
    "made_safe": ("note", "photos"),
    "ask_time": ("until", "reason"),
    "return": ("ready", "reason"),
    "assign": ("person",),
    "grant_time": ("until",),
    "refuse_time": ("reason",),
    "resend": ("party", "until"),
    "send_back": ("reason", "until"),
    "call_off": ("reason",),
    "late_answer": ("note",),
    "note": ("note",),
}
PLAIN = frozenset({"take", "urge"})  # one press does it
GRAVE = frozenset({"call_off"})
FIELD_OF = {
    TaskFact.NOTE: "note",
    TaskFact.REASON: "reason",
    TaskFact.UNTIL: "until",
    TaskFact.PERSON: "person",
    TaskFact.PARTY: "party",
}
UNTIL_LABELS = {
    "ask_time": gettext_lazy("想延到哪一天"),
    "grant_time": gettext_lazy("延到（不填即按申请）"),
    "resend": gettext_lazy("什么时候前办完（不填即不变）"),
    "send_back": gettext_lazy("什么时候前办完（不填即不变）"),
}
HINTS: Mapping[str, Any] = {
    "return": gettext_lazy("退回给主办单位；第三次退回转到上一级。"),
    "ask_time": gettext_lazy("由主办单位决定；同意之前时限不变。"),
    "send_back": gettext_lazy("退回同一单位返工，整件事要等它再办好。"),
    "call_off": gettext_lazy("这一份不用再办，对方会收到通知。"),
    "progress": gettext_lazy("主办单位看得到，时限不变。"),
}


def demanded(event: str) -> frozenset[str]:
    """Fields without which no arrow of this event goes."""
    needs = [arrow.needs for arrow in TASK_ARROWS if arrow.event == event]
    common = frozenset.intersection(*needs) if needs else frozenset()
    return frozenset(FIELD_OF[need] for need in common if need in FIELD_OF)


class TaskForm(forms.Form):
    """Fields are made for the event; templates/desk/tasks/_field.html draws each. at: for whom may be assigned today."""

    def __init__(self, event: str, task: "Task", at: datetime, data: Any = None) -> None:
        self.event, self.task, self.at, self.needs = event, task, at, demanded(event)
        self.proof = kinds_of(task.proof) if event == "finish" else ()
        super().__init__(data, initial={"party": str(task.party_id)})
        for name in ASKS[event]:
            if made := getattr(self, f"_make_{name}")():
                made.required = name in self.needs
                made.error_messages["required"] = words.of(words.LACKS, name)
                self.fields[name] = made
        if "ready" in self.fields:
            self.fields["reason"].required = False
            self.fields["reason"].label = _("自己写，或补充几句")

    @property
    def wants_photos(self) -> bool:
        """Whether its proof asks for a picture; beside other moves one may go along."""
        return self.event != "finish" or bool(PHOTOS & set(self.proof))

    @property
    def wants_documents(self) -> bool:
        return "document" in self.proof

    @property
    def note_is_optional(self) -> bool:
        return self.event == "finish" and "note" not in self.proof

    def _make_note(self) -> forms.Field:
        labels = {"finish": _("情况说明"), "progress": _("办到哪一步了"), "made_safe": _("先做了什么")}
        widget = forms.Textarea(attrs={"rows": 3})
        return forms.CharField(label=labels.get(self.event, _("备注")), max_length=LONGEST, widget=widget)

    def _make_reason(self) -> forms.Field:
        return forms.CharField(label=_("理由"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))

    def _make_ready(self) -> forms.Field:
        return forms.ChoiceField(label=_("为什么退回"), choices=whysform.options(), widget=forms.RadioSelect)

    def _make_until(self) -> forms.Field:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        return forms.DateTimeField(
            label=UNTIL_LABELS[self.event],
            widget=widget,
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
            validators=IN_THE_CALENDAR,
        )

    def _make_person(self) -> forms.Field:
        choices = whysform.people(self.task.party_id, self.at)
        return forms.ChoiceField(label=_("派给谁"), choices=choices, widget=forms.RadioSelect)

    def _make_party(self) -> forms.Field:
        found = groups(self.task.place_path, None, self.at, but={_complained_of(self.task)})
        return forms.ChoiceField(label=_("派给哪家"), choices=found)

    def _make_count(self) -> forms.Field | None:
        if "count" not in self.proof:
            return None
        return forms.IntegerField(label=_("清点数量"), min_value=0, max_value=1_000_000)

    def _make_photos(self) -> None:
        return None

    _make_documents = _make_photos  # drawn by the picker

    def clean_reason(self) -> str:
        """The reason chosen, then his own words; one of both."""
        own, ready = str(self.cleaned_data["reason"]).strip(), str(self.cleaned_data.get("ready") or "")
        if "ready" in self.fields and not (own or ready):
            raise forms.ValidationError(words.of(words.LACKS, "why"))
        return whysform.reason(ready, own) if "ready" in self.fields else own

    def refuse(self, refusal: Refusal) -> None:
        """Say beside the right field why the move was refused."""
        lacking = refusal.facts if isinstance(refusal, Missing) else ()
        for fact in lacking:
            self.add_error(fact if fact in self.fields else None, words.of(words.LACKS, fact))
        if isinstance(refusal, Invalid):
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(field, refusals.sentence(refusal))
        elif not lacking:
            self.add_error(None, refusals.sentence(refusal))

    def move(self, *, version: int, photos: tuple[UUID, ...], documents: tuple[UUID, ...]) -> TaskMove:
        """The wish that this form expresses."""
        said = self.cleaned_data
        kinds = tuple(PHOTOS & set(self.proof)) or ("photo_after",)
        shown = tuple(Shown(one, kind) for one in photos for kind in kinds)
        return TaskMove(
            self.event,
            version=version,
            note=said.get("note") or "",
            reason=said.get("reason") or "",
            why=said.get("ready") or "",
            shown=shown + tuple(Shown(one, "document") for one in documents),
            count=said.get("count"),
            party=uuid_or_none(said.get("party") or ""),
            person=uuid_or_none(said.get("person") or ""),
            until=cast("datetime | None", said.get("until")),
        )


PHOTOS: Final = frozenset({"photo_after", "photo_same_angle"})


def _complained_of(task: "Task") -> UUID | None:
    found: UUID | None = task.case.complained_of_id if task.case is not None else None
    return found
