"""What must not get in: XML that is more than text (bad input class 13), and envelopes that are not WeCom's (class 14)."""

from collections.abc import Iterator

from tests.wecom import envelopes
from tests.wecom.envelopes import Sealer, outer

_ENTITIES = (
    '<!ENTITY a "x">',
    '<!ENTITY a SYSTEM "file:///etc/passwd">',
    '<!ENTITY a SYSTEM "http://169.254.169.254/latest/meta-data/">',
    '<!ENTITY a PUBLIC "-//x//x" "http://127.0.0.1:9/x.dtd">',
    '<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;',
    '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">',
    '<!ENTITY a SYSTEM "php://filter/read=convert.base64-encode/resource=/etc/passwd">',
    '<!ENTITY a SYSTEM "expect://id">',
    '<!ENTITY a SYSTEM "jar:http://127.0.0.1:9/x.zip!/x">',
    '<!ENTITY a SYSTEM "gopher://127.0.0.1:9/_x">',
    '<!ENTITY a "&a;">',
    '<!NOTATION n SYSTEM "x"><!ENTITY a SYSTEM "x" NDATA n>',
    "<!ELEMENT xml ANY>",
    '<!ATTLIST xml a CDATA "b">',
)
_HEADS = (
    "<!DOCTYPE xml [{}]>",
    '<?xml version="1.0"?><!DOCTYPE xml [{}]>',
    '<?xml version="1.0" encoding="utf-8" standalone="no"?>\n<!DOCTYPE xml [{}]>',
    '<!-- x --><!DOCTYPE foo PUBLIC "-//x" "http://127.0.0.1:9/x.dtd" [{}]>',
)
_BARE = (
    "<!DOCTYPE xml>",
    '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE xml SYSTEM "file:///dev/zero">',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:9/x.dtd">',
    '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>',
    "<?php system('id') ?>",
)
_BODY = "<xml><MsgType>text</MsgType><FromUserName>WeiGe</FromUserName><MsgId>1</MsgId><Content>&a;</Content></xml>"


def documents() -> Iterator[bytes]:
    """More than 60 documents that ask a parser for more than reading."""
    for head in _HEADS:
        for entity in _ENTITIES:
            yield (head.format(entity) + _BODY).encode()
    for bare in _BARE:
        yield (bare + _BODY.replace("&a;", "x")).encode()
    yield ("\ufeff<!DOCTYPE xml>" + _BODY).encode()
    yield ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE xml>' + _BODY).encode("utf-16")
    yield ("<!DOCTYPE xml>" + _BODY).encode("utf-16-le")
    yield _BODY.replace("&a;", "&undefined;").encode()
    yield b'<xml xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd"/><MsgType>text</MsgType></xml>'
    yield b"<xml>" + b"<a>" * 5000
    yield b"<xml>" + b"<a/>" * 5000 + b"</xml>"
    yield b"<xml><MsgId>1</MsgId><MsgId>2</MsgId></xml>"
    yield b"<html></html>"
    yield b""
    yield b"\0"
    yield b"<xml><MsgType>\xff\xfe</MsgType></xml>"


def forgeries(now: int) -> Iterator[tuple[str, str, bytes]]:
    """(what, query, body): more than 60 callbacks that are not WeCom's, not for us, or not of now."""
    sealer, message = Sealer(), envelopes.text("楼道灯坏了")
    query, body = sealer.post(message, now)
    yield "nothing", "", body
    for name in ("msg_signature", "timestamp", "nonce"):
        parts = [part for part in query.split("&") if not part.startswith(name)]
        yield f"no {name}", "&".join(parts), body
        yield f"empty {name}", "&".join([*parts, f"{name}="]), body
    signature = query.partition("msg_signature=")[2][:40]
    for place in range(0, 40, 4):
        other = "0" if signature[place] != "0" else "1"
        yield (
            f"signature altered at {place}",
            query.replace(signature, signature[:place] + other + signature[place + 1 :]),
            body,
        )
    for count, wrong in enumerate(
        (
            signature.upper(),
            signature[:39],
            signature + "0",
            "é" * 20,
            "0" * 40,
            "null",
            "' or 1=1 --",
            "%00" * 8,
        )
    ):
        yield f"wrong signature {count}", query.replace(signature, wrong), body
    for seconds in (301, 600, 3600, 86400, 10**9, -301, -600, -3600, -86400):
        yield f"{seconds} s away", *sealer.post(message, now + seconds)
    for moment in ("-1", "1e9", "٣", "9" * 400, "NaN", "0x10", " 5", "12.5"):
        encrypted = sealer.seal(message)
        yield f"moment {moment[:8]}", _signed(sealer, encrypted, moment), outer(encrypted)
    for corp in ("ww0000000000000000", "ww1234567890abcde", "ww1234567890abcdef0", "WW1234567890ABCDEF", "x"):
        yield f"for {corp}", *sealer.post(message, now, corp=corp)
    yield "another token", *Sealer(token="another").post(message, now)
    yield "another key", *Sealer(encoding_key="x" * 42 + "A").post(message, now)
    for what, encrypted in _broken(sealer, message):
        yield what, sealer.query(encrypted, now), outer(encrypted)
    yield "the signature of another message", query, sealer.post(envelopes.text("另一件事"), now)[1]
    yield "twice the same question", query + "&" + query.replace(signature, "0" * 40), body


def _signed(sealer: Sealer, encrypted: str, moment: str) -> str:
    from urllib.parse import urlencode

    return urlencode(
        {"msg_signature": sealer.sign(moment, "1", encrypted), "timestamp": moment, "nonce": "1"}
    )


def _broken(sealer: Sealer, message: bytes) -> Iterator[tuple[str, str]]:
    """Envelopes with a right signature around something that is none: a leaked token alone opens nothing."""
    whole = sealer.seal(message)
    yield "empty envelope", ""
    yield "cut envelope", whole[:-4]
    yield "half an envelope", whole[: len(whole) // 2 // 4 * 4]
    yield "no base64", "!" + whole[1:]
    yield "last block altered", whole[:-8] + ("AAAA" if whole[-8:-4] != "AAAA" else "BBBB") + whole[-4:]
    yield "no length", sealer.seal(b"")[:24]
    for fill in (0, 33, 255):
        yield f"filled up with {fill}", _padded_with(sealer, fill)
    yield "a length beyond the end", _length(sealer, 2**31)
    yield "a length short of the end", _length(sealer, 1)


def _raw(sealer: Sealer, plain: bytes) -> str:
    import base64

    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = base64.b64decode(sealer.encoding_key + "=")
    one = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(one.update(plain) + one.finalize()).decode()


def _padded_with(sealer: Sealer, fill: int) -> str:
    return _raw(sealer, b"x" * 63 + bytes([fill]))


def _length(sealer: Sealer, length: int) -> str:
    plain = b"n" * 16 + length.to_bytes(4, "big") + b"hello" + sealer.corp.encode()
    fill = 32 - len(plain) % 32
    return _raw(sealer, plain + bytes([fill]) * fill)
