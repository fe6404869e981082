"""The ledger 问题处理台账: filter, look, take it away as .xlsx or .csv."""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gezhi.catalogue import queries as catalogue
from gezhi.insight.search.finding import look_for
from gezhi.kernel import counting
from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.ledger import export
from gezhi.ledger import queries as book
from gezhi.ledger.files import STRAIGHT
from gezhi.places import queries as places
from gezhi.web import times, words
from gezhi.web.answers import to_take_away
from gezhi.web.desk import filters
from gezhi.web.desk.keeper import offer
from gezhi.web.fields import day_field
from gezhi.web.staff import actor_of, at_of, staff_required, uuid_or_none

PAGE = 50
NOWHERE = "/none/"  # below it lies no place


class LedgerForm(forms.Form):
    """What the ledger is to hold."""

    since = day_field(gettext_lazy("收到日期，从"), required=False)
    until = day_field(gettext_lazy("到（含当天）"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)
    category = forms.CharField(max_length=12, required=False)
    party = forms.CharField(max_length=40, required=False)
    channel = forms.ChoiceField(label=gettext_lazy("来源"), required=False)
    level = forms.ChoiceField(label=gettext_lazy("层级"), required=False)
    round = forms.ChoiceField(label=gettext_lazy("轮次"), required=False)
    place = forms.CharField(label=gettext_lazy("位置"), max_length=100, required=False)
    words = forms.CharField(label=gettext_lazy("内容或编号"), max_length=100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [("", _("全部状态")), *((code, str(name)) for code, name in words.STATES.items())]
        self.fields["state"] = forms.ChoiceField(choices=states, required=False)
        for name, table in filters.TABLES.items():
            offer(self, name, [("", ""), *((code, code) for code in table)])

    def wanted(self) -> book.LineFilter:
        """The filter; a place that nobody knows gives an empty ledger."""
        said = self.cleaned_data if self.is_valid() else {}
        found = places.find(said["place"], 1) if said.get("place") else []
        path = found[0].path if found else NOWHERE if said.get("place") else ""
        categories = catalogue.covered_by(said.get("category", ""))
        return book.LineFilter(
            state=said.get("state", ""),
            place_path=path,
            category=categories[0] if categories else None,
            party=uuid_or_none(said.get("party", "")),
            channel=said.get("channel", ""),
            level=said.get("level", ""),
            rounds=filters.ROUNDS[said["round"]][1] if said.get("round") else None,
            since=_midnight(said.get("since")),
            until=_midnight(said.get("until"), days=1),
            words=said.get("words", ""),
            holds=found_words.holds if (found_words := look_for(said.get("words", ""))) else None,
        )


def _midnight(day: Any, days: int = 0) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) + timedelta(days=days) if day else None


@require_GET
@staff_required
def ledger(request: HttpRequest) -> HttpResponse:
    """The first lines, how many there are, and up to which moment of the journal they are complete."""
    form, at = LedgerForm(request.GET), at_of(request)
    actor = actor_of(request)
    found, count = book.few_or_many(form.wanted(), actor=actor)
    shown = book.rows(found[:PAGE], actor=actor, language=get_language() or "", at=at)
    position = book.position()
    page = {
        "heading": _("问题处理台账"),
        "form": form,
        "options": filters.options(form.data),
        "rows": [shown_row(one, at) for one in shown],
        "count": counting.said(count),
        "has_more": count > PAGE,
        "page_size": PAGE,
        "reached": times.moment(position.reached_at, at),
        "query": request.GET.urlencode(),
        "may_bring": actor.has(Duty.CLERK, Duty.OFFICER),
    }
    return render(request, "desk/ledger.html", page)


def shown_row(row: book.Row, at: datetime) -> dict[str, Any]:
    """A line of the ledger as it stands on a page."""
    line = row.line
    return {
        "number": line.number,
        "place": row.place,
        "category": row.category,
        "matter": row.matter,
        "party": row.party,
        "state": words.of(words.ENDINGS, line.ending) if line.ending else words.of(words.STATES, line.state),
        "received": times.moment(line.received_at, at),
        "closed": times.moment(line.closed_at, at),
        "late": row.fixed_on_time is False,
    }


@require_GET
@staff_required
def download(request: HttpRequest, suffix: str) -> Any:
    """The whole ledger as a file. 404 for a place that nobody knows, 422 for a filter that cannot be read."""
    ending = f".{suffix}"
    if ending not in export.WRITERS:
        raise NotFound("suffix")
    wanted = sound(LedgerForm(request.GET))
    if is_large(wanted, actor_of(request)):
        return redirect(f"{reverse('desk:ledger_files')}?{request.GET.urlencode()}")
    at = at_of(request)
    write = partial(
        export.export_ledger,
        wanted,
        suffix=ending,
        actor=actor_of(request),
        language=get_language() or "",
        at=at,
    )
    return to_take_away(write, name=file_name(at, ending), media_type=export.MEDIA_TYPES[ending])


def file_name(at: datetime, suffix: str) -> str:
    """What a ledger made at this moment is called on somebody's disk."""
    return _("问题处理台账") + f"-{timezone.localtime(at):%Y%m%d-%H%M}{suffix}"


def is_large(wanted: book.LineFilter, actor: Actor) -> bool:
    """Whether it is written beside, for nobody waits so long. 1 query, which counts no farther."""
    return book.lines(wanted, actor=actor)[: STRAIGHT + 1].count() > STRAIGHT


def sound(form: LedgerForm) -> book.LineFilter:
    """The filter of a file: what a page may leave out would make a file that holds something else than it says."""
    if form.errors:
        raise Invalid(next(iter(form.errors)), "unreadable")
    wanted = form.wanted()
    if wanted.place_path == NOWHERE:
        raise NotFound("place")
    return wanted
