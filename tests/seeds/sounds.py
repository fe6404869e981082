"""Recordings as people send them (bad input class 41): the first bytes of each kind, and what is none."""

import struct


def wav(seconds: float, rate: int = 8000) -> bytes:
    """Silence, 8 bits, one channel."""
    data = bytes([128]) * int(seconds * rate)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(data),
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        rate,
        rate,
        1,
        8,
        b"data",
        len(data),
    )
    return head + data


GOOD = {
    "audio/webm": b"\x1a\x45\xdf\xa3" + bytes(400),
    "audio/ogg": b"OggS" + bytes(400),
    "audio/mp4": b"\0\0\0\x1cftypM4A " + bytes(400),
    "audio/wav": wav(2),
    "audio/amr": b"#!AMR\n" + bytes(400),
    "audio/aac": b"\xff\xf1" + bytes(400),
    "audio/mpeg": b"ID3\x03" + bytes(400),
}
BAD = {
    "nothing": (b"", "empty"),
    "a head without a sound": (b"OggS", "empty"),
    "half an hour": (wav(1800, 1000), "too_long"),
    "a slow half hour": (b"#!AMR\n" + bytes(1_080_000), "too_long"),
    "too many bytes": (b"OggS" + bytes(2_000_000), "too_large"),
    "garbage": (b"\x07" * 500, "not_audio"),
    "a picture": (b"\xff\xd8\xff\xe0" + bytes(500), "not_audio"),
    "a HEIC": (b"\0\0\0\x18ftypheic" + bytes(500), "not_audio"),
    "a page": (b"<html><script>" + b"x" * 500, "not_audio"),
    "a program": (b"MZ" + bytes(500), "not_audio"),
    "midi": (b"MThd" + bytes(500), "not_audio"),
}
