"""What WeCom's side knows of one application, and the envelopes it makes: written from the documents, not from our code."""

import base64
import hashlib
import os
import struct
from dataclasses import dataclass
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

CORP, AGENT, SECRET = "ww1234567890abcdef", 1000002, "s3cret-of-the-application-1000002-aaaaaaaaa"
TOKEN = "QDG6eKcallbackTOKEN"
ENCODING_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


@dataclass(frozen=True)
class Sealer:
    """Makes envelopes as WeCom does."""

    corp: str = CORP
    token: str = TOKEN
    encoding_key: str = ENCODING_KEY

    def seal(self, message: bytes, *, corp: str | None = None, pad: int = 32) -> str:
        key = base64.b64decode(self.encoding_key + "=")
        plain = os.urandom(16) + struct.pack(">I", len(message)) + message + (corp or self.corp).encode()
        fill = pad - len(plain) % pad
        plain += bytes([fill]) * fill
        one = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        return base64.b64encode(one.update(plain) + one.finalize()).decode()

    def sign(self, timestamp: str, nonce: str, encrypted: str) -> str:
        return hashlib.sha1("".join(sorted([self.token, timestamp, nonce, encrypted])).encode()).hexdigest()

    def query(self, encrypted: str, moment: int, nonce: str = "1597212914", **more: str) -> str:
        stamp = str(moment)
        said = {"msg_signature": self.sign(stamp, nonce, encrypted), "timestamp": stamp, "nonce": nonce}
        return urlencode(said | more)

    def post(
        self, message: bytes, moment: int, *, nonce: str = "1597212914", corp: str | None = None
    ) -> tuple[str, bytes]:
        """(query, body) of one callback."""
        encrypted = self.seal(message, corp=corp)
        return self.query(encrypted, moment, nonce), outer(encrypted, corp or self.corp)


def outer(encrypted: str, corp: str = CORP, agent: int = AGENT) -> bytes:
    """The body that carries an envelope."""
    return (
        f"<xml><ToUserName><![CDATA[{corp}]]></ToUserName><AgentID><![CDATA[{agent}]]></AgentID>"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    ).encode()


def inner(
    kind: str,
    inside: str,
    *,
    sender: str = "WeiGe",
    id: str = "7000000000000000001",
    created: int = 1772424000,
) -> bytes:
    """A message as it lies in an envelope. inside: what this kind has besides."""
    number = f"<MsgId>{id}</MsgId>" if id else ""
    return (
        f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><FromUserName><![CDATA[{sender}]]></FromUserName>"
        f"<CreateTime>{created}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inside}{number}<AgentID>{AGENT}</AgentID></xml>"
    ).encode()


def text(words: str, **more: object) -> bytes:
    return inner("text", f"<Content><![CDATA[{words}]]></Content>", **more)


def image(media: str, **more: object) -> bytes:
    said = f"<PicUrl><![CDATA[https://p.example/{media}]]></PicUrl><MediaId><![CDATA[{media}]]></MediaId>"
    return inner("image", said, **more)


def location(lat: float, lon: float, label: str = "海滨南路", **more: object) -> bytes:
    said = f"<Location_X>{lat}</Location_X><Location_Y>{lon}</Location_Y><Scale>15</Scale><Label><![CDATA[{label}]]></Label>"
    return inner("location", said, **more)


def event(what: str, **more: object) -> bytes:
    said = f"<Event><![CDATA[{what}]]></Event><EventKey><![CDATA[]]></EventKey>"
    return inner("event", said, id="", **more)
