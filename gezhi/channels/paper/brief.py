"""The figures of a week as a paper (本周情况): sentences as a clerk would write them, each figure with its n and the four weeks before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from gezhi.cases.orders.kinds import ISSUER_NAMES
from gezhi.catalogue import queries as catalogue
from gezhi.channels.paper.blocks import (
    Block,
    Chart,
    Heading,
    Items,
    Paper,
    Paragraph,
    Photo,
    PhotoPair,
    Series,
    Table,
)
from gezhi.insight.week import Above, Count, Part, Standstill, Stuck, Week
from gezhi.ledger.albums.pairs import Pair, Picture, seen_place
from gezhi.parties import queries as parties
from gezhi.places import queries as places

LEAST_FOR_A_RATE = 5  # below, a percentage says more than there is to say


def paper(
    week: Week, *, ground: str, office: str, lead: str, language: str, at: datetime, note: str = ""
) -> Paper:
    """lead: the first paragraph as somebody wrote it, "" = the template's. In the language in force; language: of names of categories."""
    names = _Names(week, language)
    blocks: list[Block] = [Heading(_("一、总体情况")), Paragraph(lead or first_paragraph(week))]
    blocks += _compared(week)
    blocks += _parts(week, names)
    blocks += _stuck(week, names, at)
    blocks += _from_above(week)
    blocks += _good(week, names)
    return Paper(
        title=_("本周情况"),
        under=_("%(ground)s · %(span)s") % {"ground": ground or office, "span": span(week)},
        blocks=tuple(blocks),
        made=_(
            "依据台账生成于 %(time)s。收到按收件时间，办结按结案时间，不含合并、不予受理和转出的；"
            "按期办好不算延期和暂停过的，和指标一样。同意不计入指标的案件都不算。"
        )
        % {"time": f"{localtime(at):%Y-%m-%d %H:%M}"},
        note=note,
    )


def span(week: Week) -> str:
    """2026年3月2日—3月8日."""
    last = week.monday + timedelta(days=6)
    first = date_format(week.monday, _("Y年n月j日"))
    return _("%(first)s—%(last)s") % {"first": first, "last": date_format(last, _("n月j日"))}


def first_paragraph(week: Week) -> str:
    """As long as nobody has written another one."""
    now, before = week.whole.now, week.whole.before
    said = [
        _("本周收到群众反映和上级交办 %(n)s 件，%(than)s。")
        % {"n": now.received, "than": _than(now.received, before, "received")},
        _("办结 %(n)s 件，%(than)s。") % {"n": now.closed, "than": _than(now.closed, before, "closed")},
    ]
    if now.timed:
        said.append(
            _("办结的事里有时限、没有延期也没有暂停过的 %(n)s 件，按期办好 %(m)s。")
            % {"n": now.timed, "m": _of(now)}
        )
    said.append(
        _("到周末有 %(n)s 件超过时限还没有办好，%(than)s。")
        % {"n": now.overdue, "than": _than(now.overdue, before, "overdue")}
        if now.overdue
        else _("到周末没有超过时限还没有办好的事。")
    )
    return "".join(said).strip()


def _than(now: int, before: Sequence[Count], name: str) -> str:
    """Beside the mean of the four weeks before, rounded to whole cases."""
    values = [getattr(one, name) for one in before]
    mean = round(sum(values) / len(values)) if values else 0
    if not any(values):
        return _("前四周没有记录")
    if now == mean:
        return _("和前四周平均持平")
    if now > mean:
        return _("比前四周平均（%(mean)s 件）多 %(n)s 件") % {"mean": mean, "n": now - mean}
    return _("比前四周平均（%(mean)s 件）少 %(n)s 件") % {"mean": mean, "n": mean - now}


def _of(count: Count) -> str:
    said = _("%(n)s 件") % {"n": count.on_time}
    if count.timed >= LEAST_FOR_A_RATE:
        said += _("（%(rate)s%%）") % {"rate": round(100 * count.on_time / count.timed)}
    return said


class _Names:
    """Of places, parties and categories, asked for once. 2 queries."""

    def __init__(self, week: Week, language: str) -> None:
        self.language = language
        stuck = [one for still in (week.overdue, week.returned, week.paused) for one in still.oldest]
        self.spots = {one.number: seen_place(one.place_path, one.category_id) for one in stuck}
        wanted = {id for id in self.spots.values() if id} | {part.id for part in week.communities if part.id}
        self.places = places.by_ids(wanted)
        ids = {one.party_id for one in stuck}
        ids |= {id for still in (week.overdue, week.returned, week.paused) for id, _n in still.by_party if id}
        self.parties = parties.parties_by_ids(ids)

    def category(self, id: UUID | None) -> str:
        return catalogue.category(id).label(self.language) if id else _("待分类")

    def family(self, id: UUID | None) -> UUID | None:
        found = catalogue.category(id) if id else None
        return (found.parent_id or found.id) if found else None

    def party(self, id: UUID | None) -> str:
        return self.parties[id].name if id in self.parties else _("其他单位")

    def rank(self, id: UUID | None) -> tuple[bool, str]:
        """For sorting: by code, those without a name last."""
        return (False, self.parties[id].code) if id in self.parties else (True, "")

    def spot(self, one: Stuck) -> str:
        id = self.spots[one.number]
        return self.places[id].full_name if id in self.places else _("位置待核实")


def _compared(week: Week) -> list[Block]:
    weeks = [*week.whole.before, week.whole.now]
    days = [week.monday + timedelta(weeks=n) for n in range(-len(week.whole.before), 1)]
    earlier = (_("%(day)s起") % {"day": date_format(day, _("n月j日"))} for day in days[:-1])
    labels = (*earlier, _("本周"))
    rows = (
        (_("收到"), *(str(one.received) for one in weeks)),
        (pgettext("figure", "办结"), *(str(one.closed) for one in weeks)),
        (_("按期办好／有时限"), *(f"{one.on_time}／{one.timed}" for one in weeks)),
        (_("周末仍超期"), *(str(one.overdue) for one in weeks)),
    )
    series = (
        Series(_("收到"), tuple(one.received for one in weeks)),
        Series(pgettext("figure", "办结"), tuple(one.closed for one in weeks)),
        Series(_("周末仍超期"), tuple(one.overdue for one in weeks)),
    )
    return [
        Chart(_("近五周收到、办结和超期（件）"), labels, series),
        Table(_("近五周对照（件）"), (_("项目"), *labels), rows),
    ]


def _parts(week: Week, names: _Names) -> list[Block]:
    """By community in the order of their codes, by family in that of theirs: no order of merit."""
    named = [
        (names.places[part.id], part) for part in week.communities if part.id and part.id in names.places
    ]
    communities = [(row.name, part) for row, part in sorted(named, key=lambda one: one[0].code)]
    rest = [part for part in week.communities if part.id not in names.places]
    if rest:
        communities.append((_("未定社区"), _sum(rest)))
    families: dict[UUID | None, list[Part]] = {}
    for part in week.categories:
        families.setdefault(names.family(part.id), []).append(part)
    tops = [
        (one.label(names.language), _sum(families[one.id])) for one in catalogue.tops() if one.id in families
    ]
    if None in families:
        tops.append((_("待分类"), _sum(families[None])))
    blocks: list[Block] = [Heading(_("二、分社区和分类别"))]
    for caption, head, rows in (
        (_("各社区（件）"), _("社区"), communities),
        (_("各类别（件）"), _("类别"), tops),
    ):
        if shown := [row for row in rows if any(row[1].now) or any(one.received for one in row[1].before)]:
            blocks.append(_table(caption, head, shown))
    blocks.append(
        Paragraph(
            _("“前四周”是前四周每周平均收到的件数，“有时限”不含延期和暂停过的。按编号排列，不是排名。"),
            is_note=True,
        )
    )
    return blocks


def _sum(parts_: Sequence[Part]) -> Part:
    now = Count()
    before = tuple(Count() for _one in parts_[0].before)
    for part in parts_:
        now = now.plus(part.now)
        before = tuple(one.plus(other) for one, other in zip(before, part.before, strict=True))
    return Part(None, now, before)


def _table(caption: str, head: str, rows: Sequence[tuple[str, Part]]) -> Table:
    heads = (head, _("收到"), _("前四周"), pgettext("figure", "办结"), _("按期办好／有时限"), _("周末仍超期"))
    return Table(caption, heads, tuple(_row(name, part) for name, part in rows))


def _row(name: str, part: Part) -> tuple[str, ...]:
    mean = sum(one.received for one in part.before) / max(1, len(part.before))
    now = part.now
    return (
        name,
        str(now.received),
        f"{mean:.1f}",
        str(now.closed),
        f"{now.on_time}／{now.timed}",
        str(now.overdue),
    )


def _stuck(week: Week, names: _Names, at: datetime) -> list[Block]:
    kinds = (
        (week.overdue, _("超期未办好"), _("没有超期未办好的事。")),
        (week.returned, _("退回两次及以上"), _("没有退回两次的事。")),
        (week.paused, pgettext("figure", "挂账"), _("没有挂账的事。")),
    )
    blocks: list[Block] = [Heading(_("三、卡在哪里，在谁手里"))]
    for still, name, none in kinds:
        said = _whose(still, name, names) if still.cases else none
        if still is week.overdue and (desk := _at_desk(week)):
            said = _("%(desk)s。%(ours)s") % {"desk": desk, "ours": said}
        blocks.append(Paragraph(said))
        if not still.cases:
            continue
        lines = tuple(_stuck_line(one, names, at) for one in still.oldest)
        blocks.append(Items(lines, tuple(one.number for one in still.oldest)))
        if more := still.cases - len(still.oldest):
            blocks.append(Paragraph(_("另有 %(n)s 件，没有一一列出。") % {"n": more}, is_note=True))
    blocks.append(
        Paragraph(
            _("这一节截至 %(time)s。“超期未办好”说的是处置时限。") % {"time": f"{localtime(at):%m-%d %H:%M}"},
            is_note=True,
        )
    )
    return blocks


def _at_desk(week: Week) -> str:
    """How the desk's 已超时 and this line's count fit together, by number; "" where both count the same cases."""
    desk, mend = week.at_desk
    other, waiting = desk - mend, max(0, week.overdue.cases - mend)
    if not other and not waiting:
        return ""
    said = _("台面“已超时”%(desk)s 件") % {"desk": desk}
    if other:
        said += _("，其中 %(n)s 件过的是签收、先做、补充、核查或答复的时限") % {"n": other}
    if waiting:
        said += _("，不算在等上报人补充的 %(n)s 件") % {"n": waiting}
    return said


def _whose(still: Standstill, name: str, names: _Names) -> str:
    """Parties are named with how many they have, in the order of their codes, never with a rate; those of few people together, last."""
    if not any(id for id, _n in still.by_party):
        return _("%(name)s %(n)s 件：") % {"name": name, "n": still.cases}
    named = sorted(still.by_party, key=lambda one: names.rank(one[0]))
    held = _("、").join(_("%(party)s %(n)s 件") % {"party": names.party(id), "n": n} for id, n in named)
    return _("%(name)s %(n)s 件（%(held)s）：") % {"name": name, "n": still.cases, "held": held}


def _stuck_line(one: Stuck, names: _Names, at: datetime) -> str:
    said = _("%(spot)s，%(what)s，在%(party)s") % {
        "spot": names.spot(one),
        "what": names.category(one.category_id),
        "party": names.party(one.party_id),
    }
    if one.returns >= 2:
        said += _("，退回 %(n)s 次") % {"n": one.returns}
    if one.since is not None and one.since <= at:
        days = (at - one.since).days
        said += _("，已 %(n)s 天") % {"n": days} if days else _("，不到一天")
    return said


def _from_above(week: Week) -> list[Block]:
    blocks: list[Block] = [Heading(_("四、上级交办"))]
    if not week.above:
        return [*blocks, Paragraph(_("本周没有来件，也没有等着答复的。"))]
    return [*blocks, *(Paragraph(_above_line(one)) for one in week.above)]


def _above_line(one: Above) -> str:
    said = _("%(issuer)s：本周来件 %(came)s 件，答复 %(answered)s 件；现有 %(waits)s 件待答复") % {
        "issuer": ISSUER_NAMES.get(one.issuer, one.issuer),
        "came": one.came,
        "answered": one.answered,
        "waits": one.waits,
    }
    return said + (_("，其中 %(n)s 件已过对方时限。") % {"n": one.late} if one.late else _("。"))


def _good(week: Week, names: _Names) -> list[Block]:
    blocks: list[Block] = [Heading(_("五、办得好的"))]
    if not week.good:
        return [*blocks, Paragraph(_("本周没有按期办结、可以介绍的事。"))]
    for pair in week.good:
        title = _("%(place)s：%(what)s") % {
            "place": pair.place or _("位置待核实"),
            "what": names.category(pair.category_id),
        }
        text = pair.words or _took(pair)
        if pair.is_clear:
            blocks.append(
                PhotoPair(
                    title, text, photo(pair.before[0], pair.received_at), photo(pair.after[0], pair.closed_at)
                )
            )
        else:
            blocks.append(Paragraph(_("%(title)s。%(text)s") % {"title": title, "text": text}))
    return blocks


def _took(pair: Pair) -> str:
    """How long it took, from receipt to closing."""
    hours = max(1, int((pair.closed_at - pair.received_at).total_seconds() // 3600))
    if hours < 48:
        return ngettext("收到后 %(n)s 小时办结。", "收到后 %(n)s 小时办结。", hours) % {"n": hours}
    return ngettext("收到后 %(n)s 天办结。", "收到后 %(n)s 天办结。", hours // 24) % {"n": hours // 24}


def photo(one: Picture, day: datetime) -> Photo:
    """label: before or after. The day is that of the case, the camera's may be wrong."""
    label = _("整改前") if one.kind == "before" else _("整改后")
    return Photo(one.id, one.sha256, one.mark, label, date_format(localtime(day).date(), _("Y年n月j日")))
