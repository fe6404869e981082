"""还要谁一起办: rows of tasks of one case, each a party, words, a day and a proof; sent with one press. What was typed stays."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import Invalid, Missing, Refusal
from gezhi.web import refusals, words
from gezhi.web.casework.network.partychoice import groups
from gezhi.web.fields import IN_THE_CALENDAR
from gezhi.work.move import NewTask
from gezhi.work.proof import KINDS

if TYPE_CHECKING:
    from gezhi.cases.models import Case

MOST_ROWS: Final = 8
LONGEST = 200
EVENING = time(18)
DEFAULT = ("photo_after",)  # where the category asks for nothing


class RowForm(forms.Form):
    """One share. Left empty in party and words, it is none. What was typed stands in it, judged only where it is to be sent."""

    def __init__(self, place: int, of: "ShareForm", said: Any) -> None:
        prefix = f"r{place}"
        self.place, self.of = place, of
        self.said = said if said is not None and f"{prefix}-sent" in said else {}
        typed = {name: self.said.get(f"{prefix}-{name}", "") for name in ("party", "what", "day", "after")}
        self.is_empty = not (typed["party"] or typed["what"].strip())
        is_judged = not (self.is_empty or "add" in self.said)
        super().__init__(
            self.said if is_judged else None,
            prefix=prefix,
            initial={name: value for name, value in typed.items() if value},
        )
        self.fields["party"] = forms.ChoiceField(label=_("请哪家"), choices=of.parties, required=False)
        self.fields["what"] = forms.CharField(label=_("办什么"), max_length=LONGEST, required=False)
        self.fields["day"] = forms.DateField(
            label=_("哪天前办完"),
            required=False,
            initial=of.day,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            validators=IN_THE_CALENDAR,
        )
        if place:
            before = [("", _("不用等"))] + [
                (str(n), _("等第 %(n)s 家办完") % {"n": n + 1}) for n in range(place)
            ]
            self.fields["after"] = forms.ChoiceField(label=_("先等谁"), choices=before, required=False)

    @property
    def number(self) -> int:
        return self.place + 1

    @property
    def proofs(self) -> list[dict[str, Any]]:
        """Kinds of proof as chips, each a box of its own."""
        return [
            {
                "name": f"{self.prefix}-{kind}",
                "label": words.of(words.PROOFS, kind),
                "checked": self._is_asked(kind),
            }
            for kind in KINDS
        ]

    def _is_asked(self, kind: str) -> bool:
        return bool(self.said.get(f"{self.prefix}-{kind}")) if self.said else kind in self.of.proof

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        for name in ("party", "what", "day"):
            if not said.get(name) and name not in self.errors:
                self.add_error(name, words.of(words.LACKS, "until" if name == "day" else name))
        if not self.kinds:
            self.add_error(None, words.of(words.LACKS, "task_proof"))
        return said

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(kind for kind in KINDS if self._is_asked(kind))


class ShareForm:
    """All rows of one sending. data: what was posted, None for a fresh one."""

    def __init__(self, case: "Case", at: datetime, data: Any = None) -> None:
        self.case, self.at = case, at
        self.parties = groups(case.place_path, case.grid_id, at, but={case.complained_of_id})
        self.proof = _proof(case)
        self.day = _day(case, at)
        self.errors: list[str] = []
        many = _rows_asked(data)
        self.rows = [RowForm(place, self, data) for place in range(many)]

    @property
    def may_add(self) -> bool:
        return len(self.rows) < MOST_ROWS

    def is_valid(self) -> bool:
        """Rows that say something are judged, one at least must."""
        said = [row for row in self.rows if not row.is_empty]
        if not said:
            self.errors.append(words.of(words.LACKS, "what"))
        judged = [row.is_valid() for row in said]  # each of them: a form that comes back says all that lacks
        return all(judged) and bool(said)

    def tasks(self) -> list[NewTask]:
        """The shares that are wished for, in order."""
        said = [row for row in self.rows if not row.is_empty]
        places = {row.place: n for n, row in enumerate(said)}
        return [
            NewTask(
                party=UUID(row.cleaned_data["party"]),
                what=row.cleaned_data["what"],
                due_at=self._due(row.cleaned_data["day"]),
                proof=row.kinds,
                case=self.case.id,
                needs=_needs(row.cleaned_data.get("after", ""), places),
            )
            for row in said
        ]

    def _due(self, day: Any) -> datetime:
        """The evening of that day; on the case's own last day its own moment, today at the latest midnight."""
        fix = self.case.fix_due
        if fix is not None and timezone.localtime(fix).date() == day and fix > self.at:
            return fix
        evening = timezone.make_aware(datetime.combine(day, EVENING))
        return evening if evening > self.at else evening.replace(hour=23, minute=59)

    def refuse(self, refusal: Refusal) -> None:
        """Why nothing was sent, above the rows."""
        facts = refusal.facts if isinstance(refusal, Missing) else ()
        self.errors += [words.of(words.LACKS, fact) for fact in facts]
        if isinstance(refusal, Invalid) or not facts:
            self.errors.append(refusals.sentence(refusal))


def _rows_asked(data: Any) -> int:
    """One more than before where one more was asked for."""
    if data is None:
        return 1
    said = str(data.get("rows", "1"))
    many = int(said) if said.isascii() and said.isdigit() and len(said) < 3 else 1
    return min(max(many, 1) + ("add" in data), MOST_ROWS)


def _needs(after: str, places: dict[int, int]) -> tuple[int, ...]:
    """The place among those sent of the row that is waited for."""
    return (places[int(after)],) if after and int(after) in places else ()


def _proof(case: "Case") -> tuple[str, ...]:
    return tuple(catalogue.proof(case.category_id).kinds) or DEFAULT if case.category_id else DEFAULT


def _day(case: "Case", at: datetime) -> Any:
    """The case's own day while that lies ahead, else the day after tomorrow."""
    fix = case.fix_due
    return timezone.localtime(fix if fix is not None and fix > at else at + timedelta(days=2)).date()
