"""Around every view: which jurisdiction, who acts, what time it is; refusals and storage troubles become answers."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone

from gezhi.kernel.actor import VISITOR
from gezhi.kernel.refusal import Refusal, Unavailable
from gezhi.parties import queries as parties
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.current import scope
from gezhi.tenancy.patience import waiting_at_most
from gezhi.web import bodies, door, errors, problems
from gezhi.web import refusals as answers
from gezhi.web.asked import Asked

Answer = Callable[[HttpRequest], HttpResponse]

UTF_8 = frozenset({"utf-8", "utf8"})
PATIENCE_SECONDS = (
    5.0  # a person waits no longer for a locked database; the worker and the commands keep their own time
)
NOT_TAKEN_IN = {door.UNKEPT: "the folder for temporary files", door.CROWDED: "too many senders at once"}
WITHOUT_OFFICE = ("/healthz", "/readyz", "/robots.txt", "/favicon.ico")


def storage_troubles(get_response: Answer) -> Answer:
    """503 + Retry-After when the database or the disk cannot take it now; 400 and 413 for what cannot be read at all."""

    def middleware(request: HttpRequest) -> HttpResponse:
        body = request.META.get(door.BODY, door.WHOLE)
        if unreadable(request) or body == door.CUT:
            return answers.plain_page(request, 400)
        if body in NOT_TAKEN_IN:
            errors.tell(Unavailable(NOT_TAKEN_IN[body]))
            return answers.unavailable(request)
        if door.said_length(request.META) > door.MOST_BYTES:
            return answers.plain_page(request, 413)
        with waiting_at_most(PATIENCE_SECONDS):
            return get_response(request)

    middleware.process_exception = _storage_exception  # type: ignore[attr-defined]
    return middleware


def unreadable(request: HttpRequest) -> bool:
    """A NUL in address, query or cookie: PostgreSQL would raise and SQLite would not, so nobody gets to ask. A query that is not UTF-8.

    A body in another writing than UTF-8: our pages send none, and Python has "writings" that are no text at all.
    """
    asked = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
    cookies = "".join(request.COOKIES.values())
    writing = (request.content_params or {}).get("charset", "utf-8").lower()
    has_nul = "\0" in request.path or b"\0" in asked or "\0" in cookies
    return has_nul or not bodies.is_utf_8(asked) or writing not in UTF_8


def _storage_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    if isinstance(exception, Unavailable) or errors.is_storage_trouble(exception):
        errors.tell(exception)
        return answers.unavailable(request)
    if isinstance(exception, UnreadablePostError):
        return answers.plain_page(request, 400)
    return None


def jurisdiction_and_actor(get_response: Answer) -> Callable[[Asked], HttpResponse]:
    """Set the jurisdiction in force (the host's, or the only one) with its time zone, `request.now` and `request.actor`."""

    def middleware(request: Asked) -> HttpResponse:
        request.now = datetime.now(UTC)
        request.actor = VISITOR
        if request.path_info in WITHOUT_OFFICE:
            return get_response(request)
        found = tenancy.of_host(request.get_host())
        if found is None:
            return answers.no_office(request)
        request.jurisdiction = found
        with scope(found.id), timezone.override(ZoneInfo(found.time_zone)):
            # a program is known by its token alone (web/api/door.py): a browser's log-in opens nothing there
            if not problems.is_for_program(request) and request.user.is_authenticated:
                request.actor = parties.actor_of(request.user, request.now)
            return get_response(request)

    return middleware


def refusals(get_response: Answer) -> Answer:
    """A refusal that a view let through becomes a page with its sentence; a wrong method gets a page too."""

    def middleware(request: HttpRequest) -> HttpResponse:
        answer = get_response(request)
        if answer.status_code == 405 and (not answer.content or problems.is_for_program(request)):
            page = answers.plain_page(request, 405)
            page["Allow"] = answer["Allow"]
            return page
        return answer

    middleware.process_exception = _refusal  # type: ignore[attr-defined]
    return middleware


def _refusal(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    return answers.page(request, exception) if isinstance(exception, Refusal) else None
