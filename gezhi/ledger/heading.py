"""What stands above and below the ledger: whose it is, of which period, chosen how, and which journal position it covers."""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from gezhi.catalogue import queries as catalogue
from gezhi.ledger.queries import LineFilter, position
from gezhi.ledger.wording import StateName, label
from gezhi.parties import queries as parties
from gezhi.places import paths
from gezhi.places import queries as places
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction


@dataclass(frozen=True, slots=True)
class Heading:
    """Texts in the reader's language. tz: the office's zone, in which every moment of the sheet is written."""

    title: str
    office: str
    period: str
    chosen: str
    covers: str
    tz: tzinfo


def heading(wanted: LineFilter, *, language: str, at: datetime) -> Heading:
    """The heading of a ledger made at this moment, in the language in force. language: of category names."""
    office = jurisdiction(current())
    tz = ZoneInfo(office.time_zone)
    covers = _("依据流水第 %(number)s 条及以前的记录，生成于 %(time)s")
    return Heading(
        title=_("问题处理台账"),
        office=office.name,
        period=_period(wanted, tz),
        chosen=_chosen(wanted, language),
        covers=covers % {"number": position().number, "time": minute(at, tz)},
        tz=tz,
    )


def minute(at: datetime, tz: tzinfo) -> str:
    """2026-03-02 12:00, in the office's zone."""
    return f"{at.astimezone(tz):%Y-%m-%d %H:%M}"


def _period(wanted: LineFilter, tz: tzinfo) -> str:
    if not wanted.since and not wanted.until:
        return _("全部时段")
    since = minute(wanted.since, tz) if wanted.since else ""
    until = minute(wanted.until, tz) if wanted.until else ""
    return _("收到时间 %(since)s 至 %(until)s") % {"since": since or "…", "until": until or "…"}


def _chosen(wanted: LineFilter, language: str) -> str:
    """The filters in words, each with its name; "" when all is shown."""
    said = []
    if wanted.state:
        said.append((_("状态"), label(StateName, wanted.state)))
    if wanted.place_path not in {"", paths.ROOT}:
        said.append((_("地点"), places.ancestors(wanted.place_path)[-1].full_name))
    if wanted.category:
        said.append((_("类别"), catalogue.category(wanted.category).label(language)))
    if wanted.party:
        said.append((_("责任单位"), parties.party(wanted.party).name))
    if wanted.words.strip():
        said.append((_("词语"), wanted.words.strip()))
    return _("；").join(_("%(name)s：%(value)s") % {"name": name, "value": value} for name, value in said)
