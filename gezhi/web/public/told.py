"""What happened so far, told to the reporter: plain words, no internal note, no name of a colleague."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.evidence.queries import EvidenceRow
from gezhi.journal.queries import Step
from gezhi.kernel.actor import ActorKind
from gezhi.parties.queries import PartyRow
from gezhi.reports.queries import Added, Reveal
from gezhi.web import networkwords, times, words
from gezhi.web.links import link, open_address
from gezhi.web.punctuation import series


class Line(NamedTuple):
    """One line, as `storyline` shows it."""

    at: datetime
    icon: str
    title: str
    text: str = ""
    kind: str = ""
    photos: tuple[dict[str, str], ...] = ()


# event → icon, sentence, kind, which kept words everybody concerned may read
SENTENCES: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "accept": ("check", gettext_noop("已受理"), "", ""),
    "ask": ("message", gettext_noop("有一个问题请您补充"), "now", "note"),
    "ask_lapses": ("clock", gettext_noop("没有等到补充，按已有的情况继续办"), "", ""),
    "decline": ("x-circle", gettext_noop("没有受理，理由如下"), "", "reason"),
    "dispatch": ("send", gettext_noop("交给%(party)s办理"), "", ""),
    "raise": ("send", gettext_noop("交给%(party)s办理"), "", ""),
    "hand_over": ("send", gettext_noop("服务单位变了，改由%(party)s办理"), "", ""),
    "take": ("wrench", gettext_noop("%(party)s接手，开始处理"), "", ""),
    "return": ("undo", gettext_noop("办不了被退回，正在重新安排"), "", ""),
    "made_safe": ("shield", gettext_noop("危险已经先排除"), "good", ""),
    "put_to_meeting": ("calendar", gettext_noop("几家一起商量怎么办"), "", ""),
    "approve_extension": ("calendar", gettext_noop("时限延长"), "", ""),
    "carry_forward": ("pause", gettext_noop("暂时不能办，这段不算时间，理由如下"), "pause", "reason"),
    "resume": ("play", gettext_noop("接着办，时间接着算"), "", ""),
    "solve_on_spot": ("check", gettext_noop("当场办好了"), "good", ""),
    "done": ("check", gettext_noop("%(party)s说办好了，等核查人员去看"), "", ""),
    "not_found": ("search", gettext_noop("到现场没有看到问题，等核查人员再去看"), "", ""),
    "pass_check": ("check-circle", gettext_noop("核查人员到现场看过，办好了"), "good", ""),
    "fail_check": ("rotate-ccw", gettext_noop("去看过，还没有办好，继续办"), "", ""),
    "satisfied": ("check-circle", gettext_noop("您说办好了"), "good", ""),
    "unsatisfied": ("rotate-ccw", gettext_noop("您说没有办好"), "", ""),
    "uphold": ("check", gettext_noop("复核后维持结果，理由如下"), "", "reason"),
    "confirm_lapses": ("clock", gettext_noop("没有等到您的答复，先办结"), "", ""),
    "not_ours": ("x-circle", gettext_noop("不归这里管，理由如下"), "", "reason"),
    "wont_do": ("x-circle", gettext_noop("暂时不办，理由如下"), "", "reason"),
    "join": ("layers", gettext_noop("和同一件事合在一起办"), "", ""),
    "joined": ("layers", gettext_noop("别人反映的同一件事也合到这里"), "", ""),
    "undo_join": ("undo", gettext_noop("又单独办理"), "", ""),
    "released": ("undo", gettext_noop("合过来的一件又分开单独办理"), "", ""),
    "split": ("split", gettext_noop("里面的另一件事分出去单独办"), "", ""),
    "split_from": ("split", gettext_noop("从另一件事里分出来，单独办理"), "", ""),
    "rejoined": ("layers", gettext_noop("分出去的一件又合到这里"), "", ""),
    "reopen": ("rotate-ccw", gettext_noop("开始重新办理"), "", ""),
    "escalate": ("trending-up", gettext_noop("超过期限，已报上一级督办"), "", ""),
    "escalate.own": ("bell", gettext_noop("超过时限，已提醒办理单位的负责人"), "", ""),
    "urge": ("bell", gettext_noop("您催了一次"), "", ""),
    "urge.desk": ("bell", gettext_noop("受理的单位催了一次"), "", ""),
    **networkwords.TOLD,
}
BROUGHT: Final = gettext_noop("您反映的和这件是同一件事，合在一起办")  # joined, to whoever came with it
NOT_SEEN: Final = gettext_noop("核查人员到现场看过，也没有看到问题")  # a passed check of "nothing to be seen"
CLAIMS: Final = frozenset({"solve_on_spot", "done", "not_found"})
OTHERS: Final[Mapping[str, str]] = {  # the same deed by somebody else
    "satisfied": gettext_noop("反映的人说办好了"),
    "unsatisfied": gettext_noop("复核后认为没有办好，继续办"),
    "urge": gettext_noop("另一位反映的人催了一次"),
}


def lines(
    report_id: UUID,
    story: Iterable[Step],
    added: Iterable[Added],
    reveals: Iterable[Reveal],
    *,
    parties: Mapping[UUID, PartyRow],
    pictures: Mapping[UUID, EvidenceRow],
    erased_at: datetime | None,
    at: datetime,
) -> list[Line]:
    """Everything the reporter may know, newest first. No query."""
    found = [
        line
        for step, lead, claim in _with_leads(story)
        if (line := _deed(report_id, step, parties.get(lead) if lead else None, claim, at))
    ]
    found += [_own_words(report_id, one, pictures, at) for one in added]
    found += [_reveal(one, parties) for one in reveals]
    found += [Line(erased_at, "eye-off", _("社区按您的要求清除了您的话和电话"))] if erased_at else []
    return sorted(found, key=lambda line: line.at)[::-1]


def _with_leads(story: Iterable[Step]) -> Iterator[tuple[Step, UUID | None, str]]:
    """Each deed with the party that was accountable after it, which a row names only when it changed, and the last claim."""
    lead, claim = None, ""
    for step in story:
        named = step.entry.after.get("lead_id")
        lead = UUID(named) if named else lead
        claim = step.entry.event if step.entry.event in CLAIMS else claim
        yield step, lead, claim


def parties_named(story: Iterable[Step], reveals: Iterable[Reveal]) -> set[UUID]:
    """Ids of all parties that the lines will name."""
    named = {UUID(step.entry.after["lead_id"]) for step in story if step.entry.after.get("lead_id")}
    return named.union(*(one.parties for one in reveals))


def _deed(report_id: UUID, step: Step, party: PartyRow | None, claim: str, at: datetime) -> Line | None:
    """A deed that concerns the reporter, or one that does only because the day he was promised moved with it."""
    entry = step.entry
    code = words.deed(entry.event, entry.after)
    told = SENTENCES.get(code) or SENTENCES.get(entry.event)
    promise = _promise(step, party, at)
    if told is None:
        return Line(entry.at, "calendar", _("办好的时限有变化"), promise) if promise else None
    icon, sentence, kind, shows = told
    is_own = entry.actor_kind == ActorKind.REPORTER and entry.actor_id == report_id
    if not is_own and code in OTHERS:
        sentence = OTHERS[code]
    elif (entry.event, claim) == ("pass_check", "not_found"):
        sentence = NOT_SEEN
    elif entry.event == "joined" and str(report_id) in entry.after.get("reports", ()):
        sentence = BROUGHT
    title = _(sentence) % {"party": party.name if party else _("责任单位")}
    text = "\n".join(part for part in (_text(step, shows, is_own), promise) if part)
    return Line(entry.at, icon, title, text, kind)


def _promise(step: Step, party: PartyRow | None, at: datetime) -> str:
    """From when to when the day moved by which it is to be mended; "" when it did not. An extension says it itself."""
    before, after = (side.get("fix_due") for side in (step.entry.before, step.entry.after))
    if not before or not after or before == after or step.entry.event == "approve_extension":
        return ""
    said = {
        "before": times.moment(datetime.fromisoformat(before), at),
        "after": times.moment(datetime.fromisoformat(after), at),
    }
    if party and step.entry.after.get("lead_id"):
        return _("时限按%(party)s的工作时间计算，从 %(before)s 改为 %(after)s") % {
            **said,
            "party": party.name,
        }
    return _("时限从 %(before)s 改为 %(after)s") % said


def _text(step: Step, shows: str, is_own: bool) -> str:
    """The question, the public reason; of one's own reason the words chosen; of an extension the new day."""
    if is_own and step.words.get("reason"):
        return _(step.words["reason"])
    if step.entry.event == "approve_extension" and step.entry.after.get("extended_to"):
        until = datetime.fromisoformat(step.entry.after["extended_to"])
        return _("新的时限：%(day)s") % {"day": times.day(until)}
    if step.entry.event == "split":
        return _("另一件的编号：%(number)s") % {"number": step.entry.after["elsewhere"]}
    return step.words.get(shows, "") if shows else ""


def _own_words(report_id: UUID, one: Added, pictures: Mapping[UUID, EvidenceRow], at: datetime) -> Line:
    is_own = one.actor_id == report_id
    title = _("您补充了") if is_own else _("受理席替您补充了")
    return Line(
        one.at,
        "plus",
        title,
        one.text,
        "",
        thumbs((pictures[id] for id in one.evidence if id in pictures), at),
    )


def _reveal(one: Reveal, parties: Mapping[UUID, PartyRow]) -> Line:
    offices = series(parties[id].name for id in one.parties if id in parties) or _("办事处")
    duties = series(words.of(words.DUTIES, duty) for duty in one.duties)
    who = _("%(offices)s（%(duties)s）") % {"offices": offices, "duties": duties} if duties else offices
    title = _("%(who)s看了您的电话号码") % {"who": who}
    why = _("理由：%(reason)s") % {"reason": one.reason} if one.reason else _("理由已一并清除")
    return Line(one.at, "eye", title, why)


def thumbs(rows: Iterable[EvidenceRow], at: datetime, alt: str = "") -> tuple[dict[str, str], ...]:
    """Pictures as small ones that open large."""
    return tuple(
        {
            "url": link(row.id, 1600, at=at, mark=row.mark),
            "thumb": link(row.id, 400, at=at, mark=row.mark),
            "alt": alt or _("照片"),
        }
        for row in rows
    )


def public_thumbs(rows: Iterable[EvidenceRow]) -> tuple[dict[str, str], ...]:
    """Pictures that everybody may see, at addresses that show nothing any more once the desk takes them back."""
    return tuple(
        {
            "url": open_address(row.id, 1600, mark=row.mark),
            "thumb": open_address(row.id, 400, mark=row.mark),
            "alt": _("这件事的照片"),
        }
        for row in rows
    )


def shown(line: Line, now: datetime) -> dict[str, Any]:
    """A line with its time in words."""
    return {**line._asdict(), "time": times.moment(line.at, now), "exact": times.exact(line.at)}
