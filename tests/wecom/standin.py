"""A server that answers as WeCom's documents say it does, on loopback; it also calls our callback, as WeCom would.

Documents 91039, 90236, 90254, 98176, 91770, 90313 (error codes) of developer.work.weixin.qq.com. It is as strict as they are: tokens end,
agents must fit, texts have lengths, robots take 20 messages a minute.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.wecom.envelopes import AGENT, CORP, SECRET, Sealer

HOST = "127.0.0.1"
PER_MINUTE = 20
MOST_MARKDOWN, MOST_TEXT, MOST_TITLE, MOST_CARD = 4096, 2048, 128, 512
Said = dict[str, Any]
JPEG = "image/jpeg"


@dataclass
class Standin:
    """WeCom with one corporation. users, robots: whom it knows; media: files by number; codes: who comes back with which from logging in.

    clock: its own time in seconds. trouble: an errcode it answers to everything but gettoken; down: it answers nothing sensible.
    """

    port: int
    clock: Callable[[], float]
    users: set[str] = field(default_factory=lambda: {"WeiGe", "chen", "he"})
    robots: set[str] = field(default_factory=set)
    media: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)
    sent: list[Said] = field(default_factory=list)
    posted: list[tuple[str, Said]] = field(default_factory=list)
    posts_at: dict[str, list[float]] = field(default_factory=dict)
    trouble: int = 0
    down: bool = False
    number: Iterator[int] = field(default_factory=count)
    sealer: Sealer = field(default_factory=Sealer)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def tokens_given(self) -> int:
        """How often somebody asked for a token."""
        return sum(path == "gettoken" for path, _, _ in self.asked)

    def texts(self, user: str) -> list[str]:
        """What a user was sent as plain text."""
        return [
            one["text"]["content"]
            for one in self.sent
            if user in one["touser"].lower().split("|") and "text" in one
        ]

    # ---- as a server ----

    def answer(self, path: str, query: dict[str, str], body: Any) -> Said | tuple[str, bytes]:
        self.asked.append((path, query, body))
        if path == "gettoken":
            return self._gettoken(query)
        if self.trouble:
            return {"errcode": self.trouble, "errmsg": "as told"}
        if path == "webhook/send":
            return self._robot(query.get("key", ""), body)
        token = query.get("access_token")
        if not token:
            return {"errcode": 41001, "errmsg": "access_token missing"}
        if token not in self.tokens:
            return {"errcode": 40014, "errmsg": "invalid access_token"}
        if self.tokens[token] <= self.clock():
            return {"errcode": 42001, "errmsg": "access_token expired"}
        asked = {"message/send": self._send, "media/get": self._media, "auth/getuserinfo": self._who}
        return asked[path](query, body) if path in asked else {"errcode": 404, "errmsg": path}

    def _gettoken(self, query: dict[str, str]) -> Said:
        if query.get("corpid") != CORP:
            return {"errcode": 40013, "errmsg": "invalid corpid"}
        if query.get("corpsecret") != SECRET:
            return {"errcode": 40001, "errmsg": "invalid credential"}
        token = f"token-{next(self.number)}-" + "x" * 60
        self.tokens[token] = self.clock() + 7200
        return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": 7200}

    def _send(self, _query: dict[str, str], body: Any) -> Said:
        if not isinstance(body, dict) or body.get("agentid") != AGENT:
            return {"errcode": 301002, "errmsg": "not allow operate another agent"}
        kind = body.get("msgtype")
        inside = body.get(kind)
        if not isinstance(inside, dict) or not _fits(kind, inside):
            return {"errcode": 40058, "errmsg": "invalid parameter"}
        named = [one for one in str(body.get("touser", "")).split("|") if one]
        known = {user.lower() for user in self.users}
        strange = [one for one in named if one.lower() not in known]
        if not named or len(strange) == len(named):
            return {"errcode": 81013, "errmsg": "user & party & tag all invalid"}
        self.sent.append(body)
        return {
            "errcode": 0,
            "errmsg": "ok",
            "invaliduser": "|".join(strange),
            "msgid": f"m{next(self.number)}",
        }

    def _media(self, query: dict[str, str], _body: Any) -> Said | tuple[str, bytes]:
        found = self.media.get(query.get("media_id", ""))
        return found or {"errcode": 40007, "errmsg": "invalid media_id"}

    def _who(self, query: dict[str, str], _body: Any) -> Said:
        user = self.codes.pop(query.get("code", ""), None)  # good for one look
        if user is None:
            return {"errcode": 40029, "errmsg": "invalid code"}
        found = {"openid": user} if user.startswith("open:") else {"userid": user, "user_ticket": "t"}
        return {"errcode": 0, "errmsg": "ok"} | found

    def _robot(self, key: str, body: Any) -> Said:
        if key not in self.robots:
            return {"errcode": 93000, "errmsg": "invalid webhook url, hint: [1772424000]"}
        now = self.clock()
        recent = [at for at in self.posts_at.get(key, []) if at > now - 60]
        if len(recent) >= PER_MINUTE:
            return {"errcode": 45009, "errmsg": "api freq out of limit"}
        kind = body.get("msgtype") if isinstance(body, dict) else None
        inside = body.get(kind) if kind else None
        if not isinstance(inside, dict) or not _fits(kind, inside):
            return {"errcode": 40058, "errmsg": "invalid parameter"}
        self.posts_at[key] = [*recent, now]
        self.posted.append((key, body))
        return {"errcode": 0, "errmsg": "ok"}

    # ---- as WeCom that calls us ----

    def calls(self, client: Any, message: bytes, at: datetime, **how: Any) -> list[int]:
        """Send one message to our callback: once more after each answer that is not an empty 200, three times at most. The statuses."""
        found = []
        for _try in range(3):
            query, body = self.sealer.post(message, int(at.timestamp()), nonce=str(next(self.number)), **how)
            answer = client.post(f"/wecom/callback?{query}", body, content_type="text/xml")
            found.append(answer.status_code)
            if answer.status_code == 200 and answer.content == b"":
                break
        return found


def _fits(kind: Any, inside: Said) -> bool:
    def short(name: str, most: int) -> bool:
        return isinstance(inside.get(name), str) and 0 < len(inside[name].encode()) <= most

    if kind == "text":
        return short("content", MOST_TEXT)
    if kind == "markdown":
        return short("content", MOST_MARKDOWN)
    if kind == "textcard":
        return short("title", MOST_TITLE) and short("description", MOST_CARD) and short("url", 2048)
    articles = inside.get("articles")
    if kind != "news" or not isinstance(articles, list) or not 1 <= len(articles) <= 8:
        return False
    return all(
        isinstance(one, dict)
        and 0 < len(str(one.get("title", "")).encode()) <= MOST_TITLE
        and len(str(one.get("description", "")).encode()) <= MOST_CARD
        and str(one.get("url", "")).startswith("http")
        for one in articles
    )


@contextmanager
def standing_in(clock: Callable[[], float]) -> Iterator[Standin]:
    """WeCom of one's own, gone at the end."""
    server = ThreadingHTTPServer((HOST, 0), BaseHTTPRequestHandler)
    server.daemon_threads = True
    found = Standin(server.server_address[1], clock)
    server.RequestHandlerClass = _handler(found)
    running = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    running.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        running.join()


def _handler(standin: Standin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(None)

        def do_POST(self) -> None:
            self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _reply(self, body: Any) -> None:
            to = urlsplit(self.path)
            said = standin.answer(to.path.removeprefix("/cgi-bin/"), dict(parse_qsl(to.query)), body)
            kind, content = (
                said if isinstance(said, tuple) else ("application/json", json.dumps(said).encode())
            )
            self.send_response(502 if standin.down else 200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            with suppress(OSError):
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            return

    return Handler
