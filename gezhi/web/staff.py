"""Who gets in to the staff: a log-in with a post that holds today, and a password of one's own."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.refusal import NotYours

View = Callable[..., HttpResponse]


def staff_required(view: View) -> View:
    """Log-in page for strangers, 403 without a current post, the password page while it must be changed."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if cast(Any, request.user).must_change_password:
            return redirect("account_change_password")
        if not actor_of(request).posts:
            raise NotYours(deed="desk")
        return view(request, *args, **kwargs)

    return guarded


def duty_required(*duties: Duty) -> Callable[[View], View]:
    """As staff_required, and one of these duties; 403 for the others."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not actor_of(request).has(*duties):
                raise NotYours(deed=view.__name__)
            return view(request, *args, **kwargs)

        return staff_required(guarded)

    return decorate


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, as the middleware found out."""
    return cast(Actor, request.actor)  # type: ignore[attr-defined]


def at_of(request: HttpRequest) -> Any:
    """The moment of this request (aware), as the middleware set it."""
    return request.now  # type: ignore[attr-defined]


def uuid_or_none(text: str) -> UUID | None:
    """An id out of a query string; None for anything else."""
    if not text:
        return None
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None


def is_boosted(request: HttpRequest) -> bool:
    """Whether htmx asks for a fragment."""
    return bool(getattr(request, "htmx", False))


def came_from(request: HttpRequest) -> str:
    """The page of ours behind a fragment that htmx asks for; "" for a plain page, and for an address that is none."""
    htmx = getattr(request, "htmx", None)
    try:
        return (htmx.current_url_abs_path or "") if htmx else ""
    except ValueError:
        return ""
