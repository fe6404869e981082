"""What stands above and below the ledger: whose it is, of which period, chosen how, and which journal position it covers."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from gezhi.cases.wording import LEVELS, STATES, of
from gezhi.catalogue import queries as catalogue
from gezhi.kernel.actor import Actor, ActorKind, Duty, Post
from gezhi.ledger.queries import LineFilter, position
from gezhi.parties import queries as parties
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.reports.kinds import CHANNEL_NAMES
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

MINUTE_SIGNS = 16  # what stands behind them is the zone


@dataclass(frozen=True, slots=True)
class Heading:
    """Texts in the reader's language. tz: the office's zone, in which every moment of the sheet is written."""

    title: str
    office: str
    period: str
    chosen: str
    covers: str
    tz: tzinfo


def heading(wanted: LineFilter, *, actor: Actor, language: str, at: datetime) -> Heading:
    """The heading of a ledger made at this moment, in the language in force. language: of category names.

    actor: whoever takes it away. Two people's ledgers of one filter hold different lines, and each says whose.
    """
    office = jurisdiction(current())
    tz = ZoneInfo(office.time_zone)
    covers = _("依据流水第 %(number)s 条及以前的记录，生成于 %(time)s")
    return Heading(
        title=_("问题处理台账"),
        office=office.name,
        period=_period(wanted, tz),
        chosen=_chosen(wanted, actor, language),
        covers=covers % {"number": position().number, "time": minute(at, tz)},
        tz=tz,
    )


def minute(at: datetime, tz: tzinfo) -> str:
    """2026-03-02 12:00, in the office's zone."""
    return at.astimezone(tz).isoformat(" ", "minutes")[:MINUTE_SIGNS]


def _period(wanted: LineFilter, tz: tzinfo) -> str:
    if not wanted.since and not wanted.until:
        return _("全部时段")
    since = minute(wanted.since, tz) if wanted.since else ""
    until = minute(wanted.until, tz) if wanted.until else ""
    return _("收到时间 %(since)s 至 %(until)s") % {"since": since or "…", "until": until or "…"}


def _chosen(wanted: LineFilter, actor: Actor, language: str) -> str:
    """What the maker may see, then the filters in words, each with its name."""
    said = [(_("范围"), _scope(actor))]
    if wanted.state:
        said.append((_("状态"), of(STATES, wanted.state)))
    if wanted.place_path not in {"", paths.ROOT}:
        said.append((_("地点"), places.ancestors(wanted.place_path)[-1].full_name))
    if wanted.category:
        said.append((_("类别"), catalogue.category(wanted.category).label(language)))
    if wanted.party:
        said.append((_("责任单位"), parties.party(wanted.party).name))
    if wanted.channel:
        said.append((_("来源"), of(CHANNEL_NAMES, wanted.channel)))
    if wanted.level:
        said.append((_("层级"), of(LEVELS, wanted.level)))
    if wanted.rounds:
        said.append((_("轮次"), _rounds(*wanted.rounds)))
    if wanted.cases is not None:
        said.append((_("案件"), _("逐件选出")))
    if wanted.words.strip():
        said.append((_("词语"), wanted.words.strip()))
    return _("；").join(_("%(name)s：%(value)s") % {"name": name, "value": value} for name, value in said)


def _rounds(first: int, last: int | None) -> str:
    """Of handling, counted from 1."""
    if last is None:
        return _("第 %(first)s 轮及以后") % {"first": first}
    return (
        _("第 %(first)s 轮至第 %(last)s 轮") % {"first": first, "last": last}
        if first != last
        else _("第 %(first)s 轮") % {"first": first}
    )


def _scope(actor: Actor) -> str:
    """The areas of his posts, as `visible_to` reads them; without an area, what passes through his party's hands."""
    posts = [post for post in actor.posts if post.duty is not Duty.ADMIN]
    if actor.kind is ActorKind.SYSTEM or any(post.path == paths.ROOT for post in posts):
        return _("全辖区")
    areas = dict.fromkeys(area for post in posts for area in _areas(post))
    return _("、").join(areas) or _("无")


def _areas(post: Post) -> list[str]:
    named = [places.ancestors(post.path)[-1].full_name] if post.path else []
    named += [places.grid(post.grid).name] if post.grid else []
    if not named and post.party:
        named = [_("经%(party)s办的") % {"party": parties.party(post.party).name}]
    return named
