"""Bodies that are no forms: classes 1 and 2 of docs/bad-input.md. Each is (what is wrong, content type, bytes)."""

from collections.abc import Iterator
from itertools import product

Body = tuple[str, str, bytes]

HEAD = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
FILE = (
    b'--b\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n'
)
MULTIPART = "multipart/form-data; boundary=b"
FORM = "application/x-www-form-urlencoded"
NAMES = (
    "",
    "text\x00",
    "../../etc/passwd",
    "a" * 5000,
    "\r\nX: y",
    '";',
    "text; name=key",
    "=?utf-8?B?dGV4dA==?=",
)
KINDS = (
    "application/json",
    "text/plain",
    "text/xml",
    "application/octet-stream",
    "",
    "/",
    "multipart/mixed; boundary=b",
    "\xff",
)
RAW = (
    b"\xff\xfe\x00",
    b"%",
    b"%zz=%",
    b"text=%ED%A0%80",
    b"text=%C0%80",
    b"=&=&=",
    b"&" * 50,
    b"text=%F4%90%80%80",
    b";;",
)


def broken() -> Iterator[Body]:
    """1: no form can be read out of these; every one is refused and nothing is taken in."""
    whole = HEAD + b"glass\r\n" + FILE + b"\r\n\xff\xd8\xff\xe0 picture\r\n--b--\r\n"
    for at in range(1, len(whole) - 6):
        yield f"cut after {at}", MULTIPART, whole[:at]
    yield "no boundary", "multipart/form-data", whole
    yield "a boundary of 70 kB", "multipart/form-data; boundary=" + "b" * 70_000, whole
    for sign in ("", " ", '"', "b\\", "ä", "b\x7f"):
        yield f"boundary {sign!r}", f"multipart/form-data; boundary={sign}", whole
    for encoding, data in product(("base64", "BASE64", "base64 "), (b"!", b"A", b"QUJ", b"\xff" * 9)):
        said = b"Content-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n"
        yield f"{encoding} of {data!r}", MULTIPART, FILE + said + data + b"\r\n--b--"


def odd() -> Iterator[Body]:
    """1: readable somehow; what comes back is a page, whatever it says."""
    blank = b"\r\n" * 20_000
    coded = FILE + b"Content-Transfer-Encoding: base64\r\n\r\n"
    yield "base64 that is nearly all white space", MULTIPART, coded + b"QQ==" + blank + b"\r\n--b--"
    yield "base64 of spaces before every sign", MULTIPART, coded + b" \n".join([b"Q"] * 40_000) + b"\r\n--b--"
    inner = b"--c\r\nContent-Disposition: file; filename=a\r\n\r\nx\r\n--c--"
    yield (
        "nested",
        MULTIPART,
        FILE[:-2] + b"Content-Type: multipart/mixed; boundary=c\r\n\r\n" + inner + b"\r\n--b--",
    )
    for name in NAMES:
        part = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\nx\r\n--b--'
        yield f"named {name[:20]!r}", MULTIPART, part % (name.encode(), name.encode())
    yield "nothing but an end", MULTIPART, b"--b--\r\n"
    yield "words before and behind", MULTIPART, b"hello\r\n" + HEAD + b"x\r\n--b--\r\nhello--"
    yield "a head of 100 kB", MULTIPART, HEAD.replace(b'"text"', b'"' + b"t" * 100_000 + b'"') + b"x\r\n--b--"
    yield "a thousand heads", MULTIPART, HEAD[:-2] + b"X-A: b\r\n" * 1000 + b"\r\nx\r\n--b--"
    for kind in KINDS:
        yield f"as {kind!r}", kind, b'{"text": "glass", "text": "door"}'
    for raw in RAW:
        yield f"form {raw[:12]!r}", FORM, raw


def many() -> Iterator[Body]:
    """2: too many fields, files or bytes of words. 413, read no further than the caps."""
    for count in (601, 1001, 20_000):
        yield f"{count} fields", FORM, b"&".join(b"a%d=1" % n for n in range(count))
    for count in (601, 1001):
        parts = b"".join(
            b'--b\r\nContent-Disposition: form-data; name="a%d"\r\n\r\n1\r\n' % n for n in range(count)
        )
        yield f"{count} parts", MULTIPART, parts + b"--b--"
    for count in (13, 101, 1000):
        yield f"{count} files", MULTIPART, (FILE + b"\r\nx\r\n") * count + b"--b--"
    yield "a megabyte of words", FORM, b"text=" + b"x" * 1_100_000
    yield "a megabyte of words in a part", MULTIPART, HEAD + b"x" * 1_100_000 + b"\r\n--b--"
