"""Pages packed on their way: on a phone in a stairwell a list of fifty cases is a tenth as long."""

import gzip
import secrets
from collections.abc import Callable
from io import BytesIO
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

FROM_BYTES: Final = 4_000  # smaller ones gain nothing
LEVEL: Final = 1  # 120 kB in a millisecond; 6 takes three times as long for a tenth less
KINDS: Final = ("text/html", "application/atom+xml")
MOST_NOISE: Final = 100  # bytes


def packing(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Pack what the browser takes packed. A page holds a secret (the form's token), so its length says nothing exact of it: a name of
    random length goes with it (BREACH, https://www.breachattack.com; as Django's own GZipMiddleware does).
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        kind = answer.get("Content-Type", "").partition(";")[0]
        if answer.streaming or kind not in KINDS or answer.has_header("Content-Encoding"):
            return answer
        if len(answer.content) < FROM_BYTES:
            return answer
        patch_vary_headers(answer, ("Accept-Encoding",))
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            answer.content = packed(answer.content)
            answer["Content-Length"] = str(len(answer.content))
            answer["Content-Encoding"] = "gzip"
        return answer

    return middleware


def packed(content: bytes) -> bytes:
    """As gzip, with noise in its head."""
    noise, found = secrets.token_hex(secrets.randbelow(MOST_NOISE // 2) + 1), BytesIO()
    with gzip.GzipFile(filename=noise, mode="wb", fileobj=found, compresslevel=LEVEL, mtime=0) as file:
        file.write(content)
    return found.getvalue()
