"""A pasted chat group: paste, confirm line by line, carry the answer back. Between the steps everything stands in the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gezhi.catalogue import queries as catalogue
from gezhi.channels.chat.layouts import MOST_MESSAGES, MOST_SIGNS, TooLong, group_of
from gezhi.flows import paste_group
from gezhi.flows.demonstration import bank
from gezhi.flows.paste_group import Taken
from gezhi.flows.receive_report import Voice
from gezhi.flows.suggest import categories
from gezhi.kernel.actor import Duty
from gezhi.kernel.refusal import Invalid, Missing, Refusal
from gezhi.kernel.text import one_line
from gezhi.places import queries as places
from gezhi.places.queries import PlaceRow
from gezhi.reports import vocabulary
from gezhi.reports.intake import words
from gezhi.web import kept, refusals
from gezhi.web.asked import Asked
from gezhi.web.casework.lists import short_name
from gezhi.web.casework.picking import leaves, place_options
from gezhi.web.desk import paste_cards, paste_state
from gezhi.web.desk.paste_cards import MOST, MOST_PICTURES, Card, Picture
from gezhi.web.desk.paste_state import Paste
from gezhi.web.kept import Bag, fresh_key, key_of
from gezhi.web.punctuation import series
from gezhi.web.staff import actor_of, at_of, duty_required, uuid_or_none

if TYPE_CHECKING:
    from gezhi.cases.models import Case

GROUP_SIGNS = 60
SHORT = 24  # signs of a matter in the answer to the group
FOUND = 6


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paste on its way through the form."""

    request: Asked
    paste: Paste
    key: str
    group: str
    around: PlaceRow | None
    bag: Bag
    pictures: Sequence[Picture]


@never_cache
@require_http_methods(["GET", "POST"])
@duty_required(Duty.CLERK, Duty.OFFICER)
def paste(request: Asked) -> HttpResponse:
    """The empty box, in the demonstration with its example; POST reads what was pasted and shows its voices as cards."""
    if request.method == "GET":
        return _box(request)
    text = request.POST.get("text", "")
    if not text.strip():
        return _box(request, _("还没有粘贴内容。请在微信里多选消息、复制，再粘贴到这里。"))
    try:
        found = paste_state.read(text.replace("\0", ""), key_of(request.POST), at=at_of(request))
    except TooLong as much:
        return _box(request, _too_long(much))
    sheet = _sheet(request, found, key_of(request.POST))
    return _cards(sheet, paste_cards.first_cards(found, paste_cards.opened(found, ())))


def _too_long(much: TooLong) -> str:
    if much.of == "signs":
        return _("太长了，一次最多 %(most)s 字。请分几次粘贴，重复的会认出来。") % {"most": MOST_SIGNS}
    return _("消息太多，一次最多 %(most)s 条。请分几次粘贴，重复的会认出来。") % {"most": MOST_MESSAGES}


@never_cache
@require_POST
@duty_required(Duty.CLERK, Duty.OFFICER)
def take(request: Asked) -> HttpResponse:
    """What was confirmed becomes reports; what failed keeps its card. The same form sent twice makes nothing twice."""
    key = key_of(request.POST)
    found = paste_state.unpacked(request.POST.get("state", ""), key)
    if found is None:
        return _box(request, _("这一页放得太久，或者不完整。请把群里的话再粘贴一次，登记过的会认出来。"))
    sheet = _sheet(request, found, key)
    came = [int(one) for one in _places_of(request, "words_", len(found.lines))]
    asked = (paste_cards.line_of(one, found) for one in request.POST.getlist("more"))
    more = [place for place in asked if place is not None]
    cards = paste_cards.first_cards(
        found, paste_cards.opened(found, [*came, *more])[:MOST] if more else sorted(came)[:MOST], request.POST
    )
    if more or sheet.bag.refused or "again" in request.POST:
        return _cards(sheet, cards)
    try:
        words(request.POST.get("group", ""), "group", GROUP_SIGNS)
    except Invalid as refused:
        return _cards(sheet, cards, refusals.sentence(refused))
    wanted = [card for card in cards if card.is_taken]
    if not wanted:
        return _cards(sheet, cards, _("一条也没有勾选。请勾上要登记的，再按“登记”。"))
    made = _made(sheet, wanted)
    if any(card.error for card in wanted):
        return _cards(
            sheet, cards, _("有几条没有登记成，别的都已登记。请看标红的地方，改好再按一次，不会重复。"), made
        )
    return render(request, "desk/pasted.html", _result(sheet, wanted, made))


def _places_of(request: Asked, name: str, most: int) -> list[str]:
    """The numbers behind a name of a field, of lines that there are."""
    ends = (one.removeprefix(name) for one in request.POST if one.startswith(name))
    return sorted({one for one in ends if one.isdecimal() and len(one) < 6 and int(one) < most}, key=int)


def _made(sheet: Sheet, cards: Sequence[Card]) -> dict[int, Taken]:
    """Each in its own transaction, in the order of the conversation. A card that is refused says why."""
    made: dict[int, Taken] = {}
    for card in cards:
        try:
            made[card.place] = _one(sheet, card, made)
        except (Missing, Invalid) as refused:
            card.error = refusals.sentence(refused)
    return made


def _one(sheet: Sheet, card: Card, made: dict[int, Taken]) -> Taken:
    into = card.answer("join")
    if into.startswith("#"):
        into = _case_of_line(sheet, into[1:], made)
    place = _place_of(card)
    intake = paste_cards.intake_of(card, sheet.pictures, sheet.bag, place)
    return paste_group.take(
        Voice(intake, place), into=into, actor=actor_of(sheet.request), at=at_of(sheet.request)
    )


def _case_of_line(sheet: Sheet, typed: str, made: dict[int, Taken]) -> str:
    """The number of the case of another line: made just now, or known before. Raises Invalid."""
    place = paste_cards.line_of(typed, sheet.paste)
    if place in made:
        return made[place].case.number
    report = uuid_or_none(sheet.paste.lines[place].report) if place is not None else None
    case = paste_group.case_of(report, actor=actor_of(sheet.request)) if report else None
    if case is None:
        raise Invalid("into", "not_taken")
    return case.number


def _place_of(card: Card) -> PlaceRow | None:
    """As chosen, or typed words that fit one place alone. Raises Invalid."""
    chosen = card.chosen_place
    if chosen is None and card.answer("place_words"):
        found = places.find(card.answer("place_words")[:100], 2)
        if len(found) != 1:
            raise Invalid("place", "choose_one" if found else "not_found")
        return found[0]
    row = places.by_ids([chosen]).get(chosen) if chosen else None
    if chosen and row is None:
        raise Invalid("place", "unknown")
    return row


def _sheet(request: Asked, found: Paste, key: str) -> Sheet:
    at, group = at_of(request), request.POST.get("group", "").strip()[:GROUP_SIGNS]
    around = paste_state.home(group)
    if not group:
        named = group_of(request.POST.get("text", ""))
        around = paste_state.home(named)
        group = named if around else ""
    bag = kept.gather(request, key, at=at, most=MOST_PICTURES)
    pictures = paste_cards.pictures(bag, found, request.POST, key, actor=actor_of(request), at=at)
    return Sheet(request, found, key, group, around, bag, pictures)


def _box(request: Asked, problem: str = "") -> HttpResponse:
    has_example = request.jurisdiction.demonstration
    told = bank.channels()["group"] if has_example and "example" in request.GET else {"name": "", "text": ()}
    page = {
        "heading": _("粘贴群聊"),
        "key": key_of(request.POST) if request.method == "POST" else fresh_key(),
        "text": request.POST.get("text", "") or "\n".join([*told["text"], *_typed(request)]),
        "group": request.POST.get("group", told["name"])[:GROUP_SIGNS],
        "has_example": has_example and request.method == "GET",
        "problem": problem,
        "most": MOST,
    }
    return render(request, "desk/paste.html", page, status=422 if problem else 200)


def _typed(request: Asked) -> list[str]:
    """The words of cards whose paste is gone."""
    return [str(request.POST[f"words_{place}"]) for place in _places_of(request, "words_", 100_000)]


def _cards(
    sheet: Sheet, cards: Sequence[Card], problem: str = "", made: dict[int, Taken] | None = None
) -> HttpResponse:
    request, found, made = sheet.request, sheet.paste, made or {}
    for card in cards:
        paste_cards.fill(card, found, around=sheet.around, actor=actor_of(request), at=at_of(request))
        card.shows["pictures"] = [one for one in sheet.pictures if one.of == str(card.place)]
        card.shows["done"] = made[card.place].case.number if card.place in made else ""
    shown = {card.place for card in cards}
    rest: list[dict[str, Any]] = [
        {"place": place, "number": place + 1, "line": line}
        for place, line in enumerate(found.lines)
        if place not in shown
    ]
    page = {
        "heading": _("群里的问题"),
        "cards": paste_cards.urgent_first(cards),
        "ticked": sum(card.is_taken for card in cards),
        "urgent": sum(card.line.is_urgent for card in cards),
        "rest": [one for one in rest if not one["line"].report],
        "known": [one for one in rest if one["line"].report],
        "beyond": sum(1 for one in rest if paste_cards.is_open(one["line"]) and not one["line"].report),
        "loose": [one for one in sheet.pictures if not one.of or int(one.of) not in shown],
        "count": len(sheet.pictures),
        "paste": found,
        "lines": [(str(place), place + 1) for place in range(len(found.lines))][: MOST * 4],
        "state": paste_state.packed(found, sheet.key),
        "key": sheet.key,
        "group": sheet.group,
        "around": sheet.around,
        "leaves": leaves(),
        "problems": [*sheet.bag.refused, *([problem] if problem else [])],
        "most": MOST,
    }
    bad = bool(problem) or bool(sheet.bag.refused)
    return render(request, "desk/paste_cards.html", page, status=422 if bad else 200)


def _result(sheet: Sheet, cards: Sequence[Card], made: dict[int, Taken]) -> dict[str, Any]:
    request, lines = sheet.request, []
    rows = places.by_ids({one.case.place_id for one in made.values() if one.case.place_id})
    for card in cards:
        one = made[card.place]
        where = rows.get(one.case.place_id) if one.case.place_id else None
        danger = vocabulary.lexicon().danger(card.words)
        lines.append(
            {
                "number": one.case.number,
                "short": one.case.number.split("-", 1)[1],
                "url": reverse("desk:case", args=[one.case.number]),
                "code": request.build_absolute_uri(reverse("status", args=[one.code])),
                "where": short_name(where) if where else "",
                "told_where": _told_where(card, short_name(where)) if where else "",
                "what": _what(one.case, card.words),
                "matter": one_line(card.words, SHORT) or _("照片"),
                "is_known": one.is_known,
                "not_joined": refusals.sentence(one.not_joined)
                if isinstance(one.not_joined, Refusal)
                else "",
                "danger": danger,
            }
        )
    return {"heading": _("已登记"), "lines": lines, "answer": _answer(lines)}


def _what(case: "Case", words: str) -> str:
    """The category as residents call it; while there is none, what of the lexicon was spoken of. No query as a rule."""
    if case.category_id:
        return catalogue.category(case.category_id).plain_label(get_language() or "")
    leaves = categories(words)
    things = leaves[0].found.words[:2] if leaves else ()
    return _("关于%(things)s") % {"things": series(things)} if things else _("反映的一件事")


def _answer(lines: Sequence[dict[str, Any]]) -> str:
    """What goes back to the group: one line for each case, nobody's name or words, a number and an address that shows no more."""
    said = []
    first = {one["number"]: one for one in reversed(lines)}
    for place, one in enumerate((one for one in lines if first[one["number"]] is one), 1):
        what = {
            "place": place,
            "matter": " ".join(filter(None, (one["told_where"], one["what"]))),
            "number": one["short"],
            "code": one["code"],
        }
        said.append(_("%(place)s. %(matter)s — 已登记，编号 %(number)s，进度 %(code)s") % what)
    return "\n".join(said)


def _told_where(card: Card, where: str) -> str:
    """The place as the group may read it: none that only stands beside somebody's name."""
    plain, hint = "".join(where.split()), card.line.hint
    return "" if hint and hint in plain and hint not in "".join(card.words.split()) else where


@never_cache
@require_GET
@duty_required(Duty.CLERK, Duty.OFFICER)
def find_places(request: Asked) -> HttpResponse:
    """Fragment: places for one card, found while typing."""
    line = request.GET.get("line", "")
    line = line if line.isdecimal() and len(line) < 6 else "0"
    typed = request.GET.get(f"place_words_{line}", "").strip()[:100]
    options = place_options(typed, uuid_or_none(request.GET.get(f"place_{line}", "")), FOUND)
    return render(request, "desk/_paste_places.html", {"options": options, "line": line, "typed": typed})
