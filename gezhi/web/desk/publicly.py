"""What strangers may read of a case: the desk writes one sentence, sees it as they will, publishes it, changes it, takes it back.

The list of what waits for somebody's eyes has the pictures beside the words: both are public only after they were looked at.
"""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from gezhi.cases import publicly
from gezhi.cases import queries as cases
from gezhi.catalogue import queries as catalogue
from gezhi.evidence import queries as evidence
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, Missing, NotFromHere, NotYours, Stale
from gezhi.kernel.text import one_line, visible
from gezhi.parties import queries as parties
from gezhi.web import refusals, times, words
from gezhi.web.casework import lists, photos
from gezhi.web.punctuation import series
from gezhi.web.staff import actor_of, at_of, duty_required, is_boosted, staff_required

if TYPE_CHECKING:
    from gezhi.cases.models import Case, PublicWords

PAGE = 20
ORIGINAL = 300  # signs of what was said, beside the proposal
SAID = {
    "say": gettext_noop("公开说明已经发布，马上看得到。"),
    "keep": gettext_noop("记下了：这一件不公开说明。"),
    "take_back": gettext_noop("公开说明已经撤回，马上生效。"),
}

# by whether nobody but a rule changed it
STALE = {
    False: gettext_noop("别人刚刚先定了，现在是下面这样。要改就再按一次“发布”，您写的还在。"),
    True: gettext_noop(
        "有上报人的话刚刚被删除，或者公开说明被系统撤回。请先去掉下面他的话，再按一次“发布”。"
    ),
}


@never_cache
@require_http_methods(["GET", "POST"])
@staff_required
def public_words(request: HttpRequest, number: str) -> HttpResponse:
    """One case: POST see = how it would look, say, keep, take_back. What cannot be said comes back as it was typed."""
    case = cases.by_number(number, actor=actor_of(request))
    if not publicly.may_say(cases.roles(case, actor=actor_of(request))):
        raise NotYours(deed=publicly.EVENT)
    act = request.POST.get("act", "") if request.method == "POST" else "open"
    if act not in SAID:
        return _looked(request, case) if act == "see" else _page(request, case)
    try:
        _act(request, case, act)
    except (Missing, Invalid, NotFromHere, Stale) as refused:
        return _page(request, case, refused)
    messages.success(request, _(SAID[act]))
    if request.POST.get("back") == "review":
        return redirect(f"{reverse('desk:review')}?next=1")
    return redirect("desk:case", case.number)


@never_cache
@require_GET
@duty_required(Duty.CLERK, Duty.OFFICER)
def review(request: HttpRequest) -> HttpResponse:
    """What waits for somebody's eyes before strangers may read it, twenty at a time, in as many queries as one would take."""
    actor, at = actor_of(request), at_of(request)
    typed = request.GET.get("page", "")
    page = (
        min(int(typed), 500) if typed.isascii() and typed.isdigit() and len(typed) < 6 and int(typed) else 1
    )
    found = list(publicly.waiting(actor, at=at)[(page - 1) * PAGE : page * PAGE + 1])
    shown = found[:PAGE]
    proposals, pictures = publicly.proposals(one.id for one in shown), _pictures(shown)
    lines = {row.number: row for row in lists.rows(shown, at=at)}
    first = (page - 1) * PAGE + 1
    context = {
        "heading": _("待公开审核"),
        "rows": [
            {
                "number": one.number,
                "place": lines[one.number].place,
                "what": _category(one),
                "state": lines[one.number].state_label,
                "text": proposals[one.id][0],
                "original": visible(one_line(proposals[one.id][1], ORIGINAL)),
                "photos": pictures[one.id],
            }
            for one in shown
        ],
        "previous_url": f"?page={page - 1}" if page > 1 else "",
        "next_url": f"?page={page + 1}" if len(found) > PAGE else "",
        "span": _("第 %(first)s–%(last)s 件") % {"first": first, "last": first + len(shown) - 1}
        if shown
        else "",
        "goes_on": "next" in request.GET,
    }
    return render(request, "desk/review.html", context)


def section(request: HttpRequest, case: "Case", first_said: str) -> dict[str, Any]:
    """The part of a case's page; {} for whoever has no say in it and while there is nothing to say. 1 query, 1 more where somebody decided.

    first_said: what `publicly.said_in` gives of the first report; "" for none.
    """
    if not publicly.may_say(cases.roles(case, actor=actor_of(request))):
        return {}
    row, why = publicly.standing(case.id), publicly.why_none(case)
    if why == "not_accepted" and (row is None or row.by_id is None):
        return {}
    return _decided(request, row) | ({"why": _why(why)} if why else _form(request, case, row, first_said))


def _act(request: HttpRequest, case: "Case", act: str) -> None:
    typed = request.POST.get("version", "")
    version = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None
    who = {"version": version, "actor": actor_of(request), "at": at_of(request)}
    if act == "say":
        confirmed = set(request.POST.get("confirmed", "").splitlines())
        publicly.say(case.id, request.POST.get("text", ""), confirmed=confirmed, **who)
    else:
        publicly.keep_quiet(case.id, **who)


def _looked(request: HttpRequest, case: "Case") -> HttpResponse:
    if is_boosted(request):
        seen = _seen(request, case, request.POST.get("text", ""))
        return render(request, "desk/case/_public_seen.html", {"seen": seen})
    return _page(request, case)


def _page(request: HttpRequest, case: "Case", refused: Any = None) -> HttpResponse:
    """The page of its own, with what was typed."""
    row, why = publicly.standing(case.id), publicly.why_none(case)
    page: dict[str, Any] = {
        "case": case,
        "row": lists.rows([case], at=at_of(request))[0],
        "back": "review" if request.POST.get("back") == "review" else "",
        "public": _decided(request, row) | {"why": _why(why) if why else ""},
    }
    if not why or request.method == "POST":
        page["public"] |= _form(request, case, row)
    if isinstance(refused, Stale):
        page["public"]["error"] = _(STALE[row is not None and row.by_id is None])
    elif refused is not None:
        page["public"]["error"] = refusals.sentence(refused)
    return render(
        request,
        "desk/case/public.html",
        page,
        status=refusals.status(refused) if refused is not None else 200,
    )


def _decided(request: HttpRequest, row: "PublicWords | None") -> dict[str, Any]:
    """What was decided last, by whom, when. At most 1 query."""
    if row is None:
        return {}
    names = parties.account_names({row.by_id}) if row.by_id else {}
    return {
        "is_decided": row.by_id is not None,
        "version": row.version,
        "said": row.text,
        "who": names.get(row.by_id, "") if row.by_id else _("系统"),
        "time": times.moment(row.at, at_of(request)),
    }


def _form(
    request: HttpRequest, case: "Case", row: "PublicWords | None", first_said: str | None = None
) -> dict[str, Any]:
    """What stands in the form: what was typed, else what is said now, else the first words of the report, masked.

    first_said: as `section`; None: they are looked up, which takes 2 queries.
    """
    typed = request.POST.get("text")
    if typed is None and row and row.text:
        typed = row.text
    elif typed is None:
        typed = (
            publicly.proposals([case.id])[case.id][0] if first_said is None else publicly.proposed(first_said)
        )
    return {
        "number": case.number,
        "text": typed,
        "version": row.version if row else 0,
        "limit": publicly.LIMIT,
        "seen": _seen(request, case, typed),
    }


def _seen(request: HttpRequest, case: "Case", text: str) -> dict[str, Any]:
    """The sentence as strangers see it, and what of it identifies somebody. No query."""
    said = " ".join(text.split())
    found = publicly.spans(said)
    pieces, end = [], 0
    for span in found:
        pieces += [
            (said[end : span.start], ""),
            (said[span.start : span.stop], words.of(words.IDENTIFIES, span.kind)),
        ]
        end = span.stop
    doubtful = [said[span.start : span.stop] for span in found if span.kind in publicly.DOUBTFUL]
    never = dict.fromkeys(
        words.of(words.IDENTIFIES, one.kind) for one in found if one.kind not in publicly.DOUBTFUL
    )
    return {
        "what": _category(case),
        "day": times.short_day(case.closed_at, at_of(request)) if case.closed_at else "",
        "words": visible(said),
        "pieces": [*pieces, (said[end:], "")] if found else [],
        "never": series(never),
        "doubtful": "\n".join(doubtful) if not never else "",
        "is_confirmed": set(doubtful) <= set(request.POST.get("confirmed", "").splitlines()),
    }


def _category(case: "Case") -> str:
    return catalogue.category(case.category_id).plain_label(words.language()) if case.category_id else ""


def _why(why: str) -> str:
    return refusals.sentence(NotFromHere(f"no_words_{why}"))


def _pictures(shown: list["Case"]) -> dict[UUID, list[photos.Picture]]:
    """Pictures of each case that nobody has decided about, of the reports and of the work. 3 queries, none for no case."""
    if not shown:
        return {}
    reports = cases.report_ids(one.id for one in shown)
    before = evidence.of_each("report", (id for ids in reports.values() for id in ids))
    after = evidence.of_each("case", (one.id for one in shown))
    found: dict[UUID, list[photos.Picture]] = {}
    for one in shown:
        rows = [("before", row) for id in reports.get(one.id, ()) for row in before[id]]
        rows += [("photo_after", row) for row in after[one.id]]
        waits = [(kind, row) for kind, row in rows if row.is_served and row.looked_at is None]
        found[one.id] = [photos.picture(row, kind) for kind, row in waits if row.public_at is None]
    return found
