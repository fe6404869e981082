"""What several pages answer with: a redirect that is always fetched anew, pages that nobody may keep or pass on, files made on the spot."""

from collections.abc import Callable
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from django.http import FileResponse, HttpResponse, HttpResponseRedirect

IN_MEMORY = 5_000_000  # bytes of a file before it goes to the disk


class SeeOther(HttpResponseRedirect):
    """303: the browser fetches the next page with GET, so going back or reloading sends nothing twice."""

    status_code = 303


def private(answer: HttpResponse) -> HttpResponse:
    """A page behind a secret address: no cache, no index, and its address travels nowhere.

    strict-origin and not no-referrer: under the latter browsers send `Origin: null` with our own forms, which looks forged.
    """
    answer["Cache-Control"] = "no-store, private"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "strict-origin"
    return answer


def to_take_away(write: Callable[[BinaryIO], object], *, name: str, media_type: str) -> FileResponse:
    """What `write` writes, as a file to take away; nothing of it is left when the writing fails or the answer is read."""
    with ExitStack() as until_answered:
        to = cast(BinaryIO, until_answered.enter_context(SpooledTemporaryFile(IN_MEMORY)))
        write(to)
        to.seek(0)
        until_answered.pop_all()  # from here on the answer closes it
        return FileResponse(to, as_attachment=True, filename=name, content_type=media_type)
