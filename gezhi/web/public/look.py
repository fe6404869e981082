"""Text size and colours without an account, and the small files that browsers and robots ask for."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from gezhi.web.context import LOOKS, SIZES

YEAR = 365 * 86400
ROBOTS = "User-agent: *\nAllow: /$\nAllow: /p/\nDisallow: /\n"


@require_POST
def set_look(request: HttpRequest) -> HttpResponse:
    """Keep the chosen look and size in two cookies, go back to where the reader was."""
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    answer = HttpResponseRedirect(back if is_ours else "/")
    for name, allowed in (("look", LOOKS), ("size", SIZES)):
        chosen = request.POST.get(name, "")
        if chosen in allowed:
            answer.set_cookie(
                f"gezhi_{name}",
                chosen,
                max_age=YEAR,
                httponly=True,
                samesite="Lax",
                secure=request.is_secure(),
            )
    return answer


@require_safe
@cache_control(max_age=86400, public=True)
def robots(request: HttpRequest) -> HttpResponse:
    """Home and place pages may be listed, nothing else."""
    return HttpResponse(ROBOTS, content_type="text/plain")


@require_safe
@cache_control(max_age=86400, public=True)
def favicon(request: HttpRequest) -> HttpResponse:
    """For browsers that ask at the old address."""
    return HttpResponseRedirect(static("gezhi/mark.svg"))
