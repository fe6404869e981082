"""The form of one move on one case: exactly the fields that the move asks, with everything typed kept when it comes back."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gezhi.cases.lifecycle import Ending
from gezhi.cases.move import Move, Shown
from gezhi.catalogue import queries as catalogue
from gezhi.flows.presence import presence
from gezhi.kernel.refusal import Invalid, Missing, NotFound, Refusal
from gezhi.places import queries as places
from gezhi.web import refusals, words
from gezhi.web.casework import whysform
from gezhi.web.casework.asks import ASKS, demanded
from gezhi.web.casework.choices import Choices
from gezhi.web.casework.picking import category_chips, category_options, place_options, typed_category
from gezhi.web.casework.starts import condition_options, usually
from gezhi.web.fields import IN_THE_CALENDAR
from gezhi.web.staff import uuid_or_none

if TYPE_CHECKING:
    from gezhi.cases.models import Case

LONGEST = 5000
NIL = UUID(int=0)  # no category's id
NOTE_LABELS = {
    "ask": gettext_lazy("请上报人补充什么"),
    "answer": gettext_lazy("补充的情况"),
    "done": gettext_lazy("情况说明"),
    "pass_check": gettext_lazy("核查所见"),
    "not_found": gettext_lazy("现场看到什么"),
    "made_safe": gettext_lazy("先做了什么"),
    "dispatch": gettext_lazy("交代"),
    "split": gettext_lazy("另一件是什么事"),
    "put_to_meeting": gettext_lazy("要议什么"),
    "supervise": gettext_lazy("督办什么"),
    "report_back": gettext_lazy("答复"),
}
WORDS_OR_PHOTO = {
    "pass_check": gettext_lazy("写一句看到了什么，或者附一张照片，两样至少要有一样。"),
    "answer": gettext_lazy("写下补充的情况，或者附照片，两样至少要有一样。"),
}
AFTER_WORK = frozenset({"photo_after", "photo_same_angle"})
CHOSEN = frozenset(
    {"place", "party", "into", "until"}
)  # by typing or by a chip: their clean_… says what lacks
UNTIL_LABELS = {
    "carry_forward": gettext_lazy("复核日期"),
    "put_to_meeting": gettext_lazy("会议时间"),
    "supervise": gettext_lazy("什么时候前答复"),
    "request_extension": gettext_lazy("或者另选一天"),
    "approve_extension": gettext_lazy("延到（不填即按申请）"),
}


class Either(forms.Select):
    """A chip, or what the list beside the chips says."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.get(f"other_{name}") or data.get(name)


class CategoryField(forms.ChoiceField):
    """A leaf that cases may have. Its hundred choices are made only where they are shown."""

    def valid_value(self, value: str) -> bool:
        try:
            leaf = catalogue.category(uuid_or_none(value) or NIL)
        except NotFound:
            return False
        return leaf.is_leaf and not leaf.refer_out


class MoveForm(forms.Form):
    """Fields are made for the event; templates/desk/case/_field.html draws each."""

    def __init__(self, event: str, case: "Case", choices: Choices, data: Any = None) -> None:
        self.event, self.case, self.choices, self.needs = event, case, choices, demanded(event)
        super().__init__(data, initial={"place": case.place_id, "category": self._known_category})
        for name in ASKS[event].fields:
            if made := getattr(self, f"_make_{name}")():
                made.required = name in self.needs and name not in CHOSEN
                made.error_messages["required"] = words.of(words.LACKS, name)
                self.fields[name] = made
        if "ready" in self.fields:
            self.fields["reason"].required = False
            self.fields["reason"].label = _("自己写，或补充几句")

    def _make_note(self) -> forms.Field:
        label, help_text = NOTE_LABELS.get(self.event, _("备注")), WORDS_OR_PHOTO.get(self.event, "")
        widget = forms.Textarea(attrs={"rows": 3})
        return forms.CharField(label=label, help_text=help_text, max_length=LONGEST, widget=widget)

    def _make_reason(self) -> forms.Field:
        return forms.CharField(label=_("理由"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))

    def _make_ready(self) -> forms.Field:
        return forms.ChoiceField(
            label=_("为什么退回"),
            choices=whysform.options(),
            widget=forms.RadioSelect,
            help_text=whysform.which_return(self.case.returns + 1),
        )

    def _make_person(self) -> forms.Field:
        return forms.ChoiceField(label=_("派给谁"), choices=self.choices.people, widget=forms.RadioSelect)

    def _make_until(self) -> forms.Field:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        label = UNTIL_LABELS.get(self.event, _("日期"))
        return forms.DateTimeField(
            label=label,
            widget=widget,
            input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"],
            validators=IN_THE_CALENDAR,
        )

    def _make_count(self) -> forms.Field | None:
        if "count" not in self.choices.proof:
            return None
        return forms.IntegerField(label=_("清点数量"), min_value=0, max_value=1_000_000)

    def _make_ending(self) -> forms.Field:
        options = [(code, words.of(words.ENDINGS, code)) for code in ("not_found", "no_longer_there")]
        return forms.ChoiceField(
            label=_("现场情况"), choices=options, widget=forms.RadioSelect, initial="not_found"
        )

    def _make_place_code(self) -> forms.Field:
        return forms.CharField(
            label=_("现场位置码"), max_length=40, help_text=_("楼门口海报上的编号，证明您在现场。")
        )

    def _make_category(self) -> forms.Field:
        return CategoryField(label=_("类别"), choices=category_options, widget=Either)

    def _make_condition(self) -> forms.Field | None:
        if self._category() is None:
            return None
        return forms.ChoiceField(
            label=_("立案条件"),
            choices=condition_options(self._category()),
            initial=str(self.case.condition_id or ""),
            help_text=usually(self._category()),
        )

    def _make_place(self) -> forms.Field:
        return forms.CharField(label=_("位置"), max_length=100)

    def _make_party(self) -> forms.Field:
        return forms.CharField(label=_("派给谁"), max_length=40)

    def _make_into(self) -> forms.Field:
        return forms.CharField(label=_("并入哪一件"), max_length=40)

    def _make_photos(self) -> None:
        return None

    _make_documents = _make_reports = _make_came_back_from = _make_photos  # drawn from what `choices` offers

    def _category(self) -> UUID | None:
        """The category chosen in this form, else the case's."""
        return (typed_category(self.data) if self.is_bound else None) or self._known_category

    @property
    def _known_category(self) -> UUID | None:
        """The case's own. A second matter is another one: whoever splits it off says which."""
        return None if self.event == "split" else self.case.category_id

    @property
    def category_chips(self) -> list[dict[str, Any]]:
        """The common ones; before them the one that is set, when it is another."""
        return category_chips(self._category(), self.choices.suggested.get("categories", ()))

    @property
    def category_groups(self) -> list[tuple[Any, Any]]:
        return category_options(with_empty=False)

    @property
    def place_words(self) -> str:
        return str(self.data.get("place_words", "")).strip()[:100] if self.is_bound else ""

    @property
    def place_options(self) -> list[dict[str, Any]]:
        """The place that is set, and what was found by the words typed."""
        return place_options(
            self.place_words,
            self._chosen("place") or self.case.place_id,
            first=self.choices.suggested.get("places", ()),
        )

    @property
    def not_ours(self) -> list[str]:
        """Whom it belongs to, where its words speak of something that is not ours."""
        found: list[str] = self.choices.suggested.get("not_ours", [])
        return found

    def _chosen(self, name: str) -> UUID | None:
        return uuid_or_none(self.data.get(name, "")) if self.is_bound else None

    @property
    def party_options(self) -> list[dict[str, Any]]:
        chosen = str(self._chosen("party") or "") if self.is_bound else ""
        return [
            {**one, "checked": one["value"] == chosen if self.is_bound else one["checked"]}
            for one in self.choices.near
        ]

    @property
    def other_party(self) -> str:
        return str(self.data.get("other_party", "")) if self.is_bound else ""

    @property
    def into_typed(self) -> str:
        return str(self.data.get("into_number", ""))[:40] if self.is_bound else ""

    @property
    def report_options(self) -> list[dict[str, Any]]:
        """Reports that a split may take along."""
        chosen = {str(one) for one in self._reports()}
        return [{**one, "checked": one["value"] in chosen} for one in self.choices.reports]

    def _reports(self) -> tuple[UUID, ...]:
        typed = self.data.getlist("reports") if hasattr(self.data, "getlist") else ()
        return tuple(id for one in typed if (id := uuid_or_none(one)))

    @property
    def again_options(self) -> list[dict[str, Any]]:
        """Which solved case has come back, if any."""
        chosen = self._chosen("came_back_from") if self.is_bound else None
        return [
            {**one, "checked": one["value"] == str(chosen) if chosen else one["checked"]}
            for one in self.choices.again
        ]

    def _came_back_from(self, place: UUID | None, category: UUID | None) -> UUID | None:
        """As chosen; None at another spot than the one that was asked about: there what was solved last decides."""
        return self._chosen("came_back_from") if place is None and category is None else None

    @property
    def note_is_optional(self) -> bool:
        """Neither the move nor the closing proof of the category asks for words. A split without a report has nothing else."""
        if self.event == "split":
            return bool(self.choices.reports)
        return "note" not in self.needs | self.choices.proof and self.event not in WORDS_OR_PHOTO

    @property
    def wants_same_angle(self) -> bool:
        return "photo_same_angle" in self.choices.proof

    @property
    def photo_mark(self) -> str:
        """Whether the work must be shown in a picture: by the closing proof of the category, on the spot always. "" where nobody asks."""
        return self._photo_mark(_("必拍"), _("可不拍"))

    @property
    def photo_mark_at_desk(self) -> str:
        """The same for whoever chooses from files: nobody takes a picture at a desk."""
        return self._photo_mark(_("必有"), _("可不放"))

    def _photo_mark(self, must: str, may: str) -> str:
        if self.event not in {"done", "solve_on_spot"}:
            return ""
        return must if self.event == "solve_on_spot" or self.choices.proof & AFTER_WORK else may

    @property
    def papers_first(self) -> bool:
        """What must be shown stands first."""
        return self.wants_documents and not self.choices.proof & AFTER_WORK

    @property
    def wants_documents(self) -> bool:
        return "document" in self.choices.proof

    def clean_place(self) -> UUID | None:
        """A place chosen; the only one found for the words typed counts as chosen."""
        chosen = self._chosen("place")
        if self.place_words:
            found = places.find(self.place_words, 8)
            if chosen not in {one.id for one in found}:
                if len(found) == 1:
                    return found[0].id
                raise forms.ValidationError(
                    _("请从找到的位置里选一个。")
                    if found
                    else _("没有找到这个位置，请换个说法，或输入位置编号。")
                )
        if chosen is None and "place" in self.needs:
            raise forms.ValidationError(words.of(words.LACKS, "place"))
        return chosen

    def clean_party(self) -> UUID | None:
        found = uuid_or_none(self.other_party) or self._chosen("party")
        if found is None and "party" in self.needs:
            raise forms.ValidationError(words.of(words.LACKS, "party"))
        return found

    @property
    def later_options(self) -> list[dict[str, Any]]:
        """Deadlines to ask for as chips."""
        chosen = self.data.get("later", "") if self.is_bound else ""
        return [{**one, "checked": one["value"] == chosen} for one in self.choices.later]

    def clean_until(self) -> datetime | None:
        """The day picked, else the one of the chip."""
        found = self.cleaned_data["until"] or self.fields["until"].clean(self.data.get("later", ""))
        if found is None and "until" in self.needs:
            raise forms.ValidationError(words.of(words.LACKS, "until"))
        return cast("datetime | None", found)

    def clean_category(self) -> UUID | None:
        return uuid_or_none(self.cleaned_data["category"])

    def clean_condition(self) -> UUID | None:
        """Kept only when it belongs to the category chosen; else the category's own default holds."""
        found, category = uuid_or_none(self.cleaned_data["condition"]), self._category()
        known = {one.id for one in catalogue.conditions(category)} if category else set()
        return found if found in known else None

    def clean_reason(self) -> str:
        """The reason chosen, then his own words; one of both."""
        own, ready = str(self.cleaned_data["reason"]).strip(), str(self.cleaned_data.get("ready") or "")
        if "ready" in self.fields and not (own or ready):
            raise forms.ValidationError(words.of(words.LACKS, "reason"))
        return whysform.reason(ready, own)

    def clean_note(self) -> str:
        return str(self.cleaned_data["note"])

    def refuse(self, refusal: Refusal) -> None:
        """Say beside the right field why the move was refused."""
        lacking = refusal.facts if isinstance(refusal, Missing) else ()
        for fact in lacking:
            name = FIELD_FOR_FACT.get(fact, fact)
            self.add_error(name if name in self.fields else None, words.of(words.LACKS, fact))
        if isinstance(refusal, Invalid):
            self.add_error(
                refusal.field if refusal.field in self.fields else None, refusals.sentence(refusal)
            )
        elif not lacking:
            self.add_error(None, refusals.sentence(refusal))

    def shown_presence(self) -> str:
        """How the code typed shows that he is there: "place_code" or ""."""
        if self.case.place_id is None:
            return ""
        place = places.by_ids([self.case.place_id])[self.case.place_id]
        return presence(place, typed=self.cleaned_data.get("place_code", ""))

    def move(
        self, *, version: int, into: UUID | None, photos: tuple[UUID, ...], documents: tuple[UUID, ...]
    ) -> Move:
        """The wish that this form expresses."""
        said = self.cleaned_data
        kinds = ASKS[self.event].pictures + (("photo_same_angle",) if self.wants_same_angle else ())
        shown = tuple(Shown(one, kind) for one in photos for kind in kinds)
        shown += tuple(Shown(one, "document") for one in documents)
        place, category = (
            changed(said.get(name), getattr(self.case, f"{name}_id")) for name in ("place", "category")
        )
        return Move(
            self.event,
            version=version,
            note=said.get("note") or "",
            reason=said.get("reason") or "",
            why=said.get("ready") or "",
            person=uuid_or_none(said.get("person") or ""),
            shown=shown,
            party=said.get("party"),
            into=into,
            until=cast("datetime | None", said.get("until")),
            ending=Ending(said["ending"]) if said.get("ending") else None,
            count=said.get("count"),
            presence=self.shown_presence() if "place_code" in self.fields else "",
            place=place,
            category=category,
            condition=changed(said.get("condition"), self.case.condition_id),
            reports=self._reports() if "reports" in ASKS[self.event].fields else (),
            came_back_from=self._came_back_from(place, category),
        )


FIELD_FOR_FACT = {"verdict": "note", "answer": "note", "proof": "note", "on_site": "place_code"}


def changed(new: UUID | None, old: UUID | None) -> UUID | None:
    """The new value when it differs, else None: what stays as it is need not be said."""
    return new if new != old else None
