"""What a file is by its first bytes, never by its name. Pure: values in, value out; shared with the decoding child."""

from typing import NamedTuple

HEAD_BYTES = 1024  # enough to find the <svg of a drawing that begins with a long comment or prologue


class Kind(NamedTuple):
    """format: Pillow's name of the one decoder that may open it; media_type: what is stored."""

    format: str
    media_type: str


JPEG = Kind("JPEG", "image/jpeg")
PNG = Kind("PNG", "image/png")
WEBP = Kind("WEBP", "image/webp")
HEIC = Kind("HEIF", "image/heic")
KINDS = (JPEG, PNG, WEBP, HEIC)
_HEVC_STILLS = {
    b"heic",
    b"heix",
    b"heim",
    b"heis",
}  # brands; hevc and msf1 are films, avif is another decoder's
_FILMS = {b"hevc", b"hevx", b"msf1", b"avis"}

_OTHER_PICTURES = (
    b"GIF8",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"\0\0\1\0",
    b"\0\0\0\x0cjP  ",
    b"\xff\x0a",
    b"8BPS",
    b"SIMPLE  =",
)


def taken(head: bytes) -> Kind | None:
    """The kind of picture these first bytes begin, if it is one that we take."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    major, brands = _brands(head)
    return HEIC if brands & _HEVC_STILLS and major not in _FILMS else None


def format_of(media_type: str) -> str:
    """Pillow's name of what is stored as this media type."""
    return next(kind.format for kind in KINDS if kind.media_type == media_type)


def _brands(head: bytes) -> tuple[bytes, set[bytes]]:
    """(the first brand, all brands) of a file in boxes (ISO base media); b"", none of any other."""
    if head[4:8] != b"ftyp":
        return b"", set()
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return head[8:12], {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}


def refused(head: bytes) -> str:
    """Why a file that is not taken is not taken: "unsupported" (a picture of another kind) or "not_a_picture"."""
    is_iso_media = head[4:8] == b"ftyp"  # AVIF and the films of phones
    is_drawing = b"<svg" in head.lower()
    return (
        "unsupported" if is_iso_media or is_drawing or head.startswith(_OTHER_PICTURES) else "not_a_picture"
    )
