"""One question, one answer: what gives a name two different values is refused, before one of them is picked and the other forgotten.

A proxy, a log and this product may each read another one of the two; nothing that people use sends them.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

from gezhi.web import problems, refusals

SEVERAL = frozenset(
    {"kinds", "scopes", "events", "reports", "kept_photos", "below", "more", "state", "columns", "cases"}
)  # what forms ask that has several answers


def once(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Stands after the body was judged whole. 400 for a contradiction in the address or the form."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    middleware.process_view = _judged  # type: ignore[attr-defined]  # how Django finds it
    return middleware


def _judged(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
    if problems.is_for_program(request):
        return None  # the programs' door reads strictly by itself, and says which name
    said = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
    return refusals.plain_page(request, 400) if any(map(contradicts, said)) else None


def contradicts(said: QueryDict) -> bool:
    """Whether a name stands there with two different values. The same one twice says nothing else than once."""
    return any(len(set(values)) > 1 and name not in SEVERAL for name, values in said.lists())
