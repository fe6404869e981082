"""What leaves by the office's application: answers to whoever wrote, news of work to whoever is linked, the administrator's test.

No words of reporters, no names, no phone numbers: WeCom's servers are not the office's (docs/adr/0027-wecom.md).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from gezhi.channels.addresses import outside
from gezhi.channels.wecom import client, hearing, office
from gezhi.channels.wecom.newsline import Told, told
from gezhi.journal.outbox import Leased
from gezhi.kernel.refusal import Refusal
from gezhi.notices import queries as notices
from gezhi.parties import wecom

LANGUAGE: Final = "zh-hans"
CARD_TITLE_BYTES, CARD_BYTES = 128, 512  # document 90236


def answer(errand: Leased, at: datetime) -> None:
    """One try of one answer to somebody who wrote. Raises NotTaken, Hopeless, Unreachable."""
    said = errand.payload
    heard = UUID(said["heard"]) if "heard" in said else None
    if heard:
        user = hearing.sender_of(heard)
    else:
        user = wecom.userid_of(UUID(said["account"])) if said["account"] else ""
    with override(LANGUAGE):
        text = _SAID[said["say"]](said)
    _send([user] if user else [], "text", {"content": text}, at)
    if heard:
        hearing.is_answered(heard)


def notice(errand: Leased, at: datetime) -> None:
    """News of work to those of the party who are linked; a case that the party must not know of any more ends it in silence."""
    found = notices.notice(UUID(errand.payload["notice"]))
    if found is None or notices.is_kept_from(found):
        return
    users = wecom.userids_of(found.party_id, at=at, only=found.person_id)
    with override(LANGUAGE):
        said = told(found)
    kind, body = card(said)
    _send(users, kind, body, at)


def test(errand: Leased, at: datetime) -> None:
    """A message that is about nothing, to the administrator who asked for it."""
    user = wecom.userid_of(UUID(errand.payload["account"]))
    with override(LANGUAGE):
        _send(
            [user] if user else [], "text", {"content": _("格治与企业微信已经连通。这是一条测试消息。")}, at
        )


def card(said: Told) -> tuple[str, dict[str, Any]]:
    """A card that opens the case; plain text while the office has no address of its own."""
    lines = [line for line in (said.where, said.what, said.due) if line]
    if not said.url:
        return "text", {"content": "\n".join([said.head, *lines])}
    title, words = cut(said.head, CARD_TITLE_BYTES), cut("\n".join(lines), CARD_BYTES)
    return "textcard", {"title": title, "description": words, "url": said.url, "btntxt": _("打开")}


def cut(text: str, most: int) -> str:
    """At most so many bytes of UTF-8, no sign cut in two, an ellipsis where something lacks."""
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore") + "…"


def _send(users: Sequence[str], kind: str, body: dict[str, Any], at: datetime) -> None:
    app = office.living()
    if app is None or not users:
        return
    try:
        client.send(app, users, kind, body, at=at)
    except Refusal as refused:
        office.went_wrong(app.id, why=f"{refused.code} {refused.details.get('problem', '')}".strip(), at=at)
        raise
    office.went_well(app.id, at=at)


def _filed(said: Any) -> str:
    lines = [_("已收到，编号 %(number)s。") % {"number": said["number"]}]
    if said.get("missing"):
        lines.append(_("有 %(n)s 张照片没有取到，请打开这件事补上。") % {"n": said["missing"]})
    if said.get("later"):
        lines.append(_("有 %(n)s 张照片还没有取到，取到后会自动补上。") % {"n": said["later"]})
    link = outside(reverse("desk:case", args=[said["number"]]))
    return "\n".join([*lines, link] if link else lines)


def _nothing(_said: Any) -> str:
    return _("还没有内容。请发一句话或一张照片，再发“提交”；位置可以一起发。")


def _stranger(_said: Any) -> str:
    link = outside(reverse("report_anywhere"))
    text = _(
        "您的企业微信还没有与格治的账号关联，刚才的内容没有留下。工作人员请联系本单位的管理员；要反映问题，请打开："
    )
    return f"{text}{link}" if link else text.rstrip("：") + "。"


_SAID: Final = {"filed": _filed, "nothing": _nothing, "stranger": _stranger}
