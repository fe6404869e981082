"""A group robot posts news of a party's work into its own group chat, masked, 20 messages a minute: a news card that opens the case by one tap,
markdown where it presses (a card has no colour) and while the office has no address.

Document 91770 (群机器人配置说明). A robot knows no token: its key is the right to write. Others than the party's may sit in the group.
"""

import threading
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils.translation import override

from gezhi.channels.outward import Unreachable
from gezhi.channels.wecom import client
from gezhi.channels.wecom.newsline import Told, told
from gezhi.channels.wecom.saying import LANGUAGE, cut
from gezhi.journal.outbox import Leased
from gezhi.kernel.refusal import Refusal
from gezhi.notices import queries as notices
from gezhi.parties import robots
from gezhi.tenancy.current import current

MOST_BYTES: Final = 4096
MOST_TITLE, MOST_DESCRIPTION = 128, 512  # bytes of a news card
PER_MINUTE: Final = 20
MINUTE: Final = timedelta(minutes=1)
_MARKS: Final = str.maketrans({sign: "\\" + sign for sign in "\\`*_[]<>#"})


def deliver(errand: Leased, at: datetime) -> None:
    """One try. A robot that was taken out, and a case that the party must not know of any more, end it in silence.

    Raises NotTaken, Hopeless (WeCom no longer knows the robot), Unreachable (also for more than 20 a minute).
    """
    robot = UUID(errand.payload["robot"])
    found = notices.notice(UUID(errand.payload["notice"]))
    key = robots.key_for_sending(robot)
    if found is None or not key or notices.is_kept_from(found):
        return
    with override(LANGUAGE):
        said = told(found, among_others=True)
    post(robot, key, markdown(said) if said.is_pressing or not said.url else news(said), at)


def post(robot: UUID, key: str, body: dict[str, Any], at: datetime) -> None:
    """One message into the group, if the minute still has room. Raises NotTaken, Hopeless, Unreachable."""
    try:
        take_room(robot, at)
        client.refuse(client.post_json(client.robot_url(key), body))
    except Refusal as refused:
        robots.went_wrong(robot, why=f"{refused.code} {refused.details.get('problem', '')}".strip(), at=at)
        raise
    robots.went_well(robot, at=at)


def news(said: Told) -> dict[str, Any]:
    """A card of one article, without a picture: what is posted to a group stays, and a public picture may be covered later."""
    lines = "\n".join(line for line in (said.where, said.what, said.due) if line)
    article = {
        "title": cut(said.head, MOST_TITLE),
        "description": cut(lines, MOST_DESCRIPTION),
        "url": said.url,
    }
    return {"msgtype": "news", "news": {"articles": [article]}}


def markdown(said: Told) -> dict[str, Any]:
    """What presses stands in the colour of warnings. Signs of markdown in names of places are only signs."""
    head = said.head.translate(_MARKS)
    lines = [f'<font color="warning">{head}</font>' if said.is_pressing else f"**{head}**"]
    lines += [f"> {line.translate(_MARKS)}" for line in (said.where, said.what, said.due) if line]
    link = f"\n[{said.url}]({said.url})" if said.url else ""
    return {
        "msgtype": "markdown",
        "markdown": {"content": cut("\n".join(lines), MOST_BYTES - len(link)) + link},
    }


# When this process posted by which robot of which office, the last minute's; what another process posts, WeCom counts (45009).
_posted: defaultdict[tuple[UUID, UUID], deque[datetime]] = defaultdict(deque)
_counting: Final = threading.Lock()


def take_room(robot: UUID, at: datetime) -> None:
    """Room for one more message in this minute. Raises Unreachable("too_often")."""
    with _counting:
        posted = _posted[current(), robot]
        while posted and posted[0] <= at - MINUTE:
            posted.popleft()
        if len(posted) >= PER_MINUTE:
            raise Unreachable("too_often", problem="20/min")
        posted.append(at)
