"""A form with files that was cut on its way is refused: Django would take the half that arrived for the whole. One that is not UTF-8, too.

In a form with files a strange byte becomes �, as in every browser: the words around it are kept, the sign itself says that one was lost.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse

from gezhi.web import refusals

PLAIN_FORM = "application/x-www-form-urlencoded"
TAIL_BYTES = 128  # the longest boundary has 70 signs; a form with a longer one is refused


class Remembering:
    """A body that remembers how it ended."""

    def __init__(self, body: Any) -> None:
        self.body, self.tail = body, b""

    def read(self, *size: int) -> bytes:
        """As the body's."""
        return self._kept(self.body.read(*size))

    def readline(self, *size: int) -> bytes:
        """As the body's."""
        return self._kept(self.body.readline(*size))

    def _kept(self, piece: bytes) -> bytes:
        self.tail = (self.tail + piece)[-TAIL_BYTES:]
        return piece


def whole(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stands after the CSRF check, which reads the form. 400 when a multipart body lacks its last line, a plain one is not UTF-8."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.content_type == "multipart/form-data":
            request._stream = Remembering(request._stream)  # type: ignore[assignment]
        return get_response(request)

    middleware.process_view = _judged  # type: ignore[attr-defined]
    return middleware


def _judged(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
    if request.method == "POST" and request.content_type == PLAIN_FORM:
        return None if is_utf_8(unquote_to_bytes(request.body)) else refusals.plain_page(request, 400)
    body = getattr(request, "_stream", None)
    if not isinstance(body, Remembering) or request.method != "POST":
        return None
    len(request.POST)  # reads it, if nobody has
    boundary = (request.content_params or {}).get("boundary", "")
    last_line = f"--{boundary}--".encode()  # two dashes alone end every line of the kind that divides
    return None if body.tail.rstrip().endswith(last_line) else refusals.plain_page(request, 400)


def is_utf_8(said: bytes) -> bool:
    """Whether these bytes are text: no lone halves of signs, none written longer than it is."""
    try:
        said.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
