"""Around every view: which jurisdiction, who acts, what time it is; refusals and storage troubles become answers."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from gezhi.kernel.actor import VISITOR
from gezhi.kernel.refusal import Refusal, Unavailable
from gezhi.parties import queries as parties
from gezhi.tenancy import queries as tenancy
from gezhi.tenancy.current import scope
from gezhi.web import refusals as answers

Answer = Callable[[HttpRequest], HttpResponse]


def storage_troubles(get_response: Answer) -> Answer:
    """503 + Retry-After when the database or the disk cannot take it now; never a traceback."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return get_response(request)
        except (OperationalError, InterfaceError, Unavailable):
            return answers.unavailable(request)

    middleware.process_exception = _storage_exception  # type: ignore[attr-defined]
    return middleware


def _storage_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    if isinstance(exception, OperationalError | InterfaceError | Unavailable):
        return answers.unavailable(request)
    if isinstance(exception, OSError) and not isinstance(exception, DatabaseError):
        return answers.unavailable(request)
    return None


def jurisdiction_and_actor(get_response: Answer) -> Answer:
    """Set the jurisdiction in force (the host's, or the only one), `request.now` and `request.actor`."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.now = datetime.now(UTC)
        request.actor = VISITOR
        found = tenancy.of_host(request.get_host())
        if found is None:
            return get_response(request)
        request.jurisdiction = found
        with scope(found.id):
            if request.user.is_authenticated:
                request.actor = parties.actor_of(request.user, request.now)
            return get_response(request)

    return middleware


def refusals(get_response: Answer) -> Answer:
    """A refusal that a view let through becomes a page with its sentence."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_exception = _refusal  # type: ignore[attr-defined]
    return middleware


def _refusal(request: HttpRequest, exception: Exception) -> HttpResponse | None:
    return answers.page(request, exception) if isinstance(exception, Refusal) else None
