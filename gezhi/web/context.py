"""What every page needs: look, text size, language; and the desk's menu, worked out only where a page shows it."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from gezhi.web import rail

LOOKS = ("auto", "day", "night")
SIZES = ("normal", "large")


def look(request: HttpRequest) -> dict[str, Any]:
    """Theme and text size from two cookies, and the language in force."""
    chosen, size = request.COOKIES.get("gezhi_look", "auto"), request.COOKIES.get("gezhi_size", "normal")
    return {
        "look": chosen if chosen in LOOKS else "auto",
        "size": size if size in SIZES else "normal",
        "LANGUAGE_CODE": get_language() or settings.LANGUAGE_CODE,
        "LANGUAGES": settings.LANGUAGES,
        "actor": getattr(request, "actor", None),
        "office": getattr(getattr(request, "jurisdiction", None), "name", ""),
        "account_name": getattr(getattr(request, "actor", None), "name", ""),
        "workplace": rail.workplace(getattr(request, "actor", None)),
        "rail": SimpleLazyObject(lambda: rail.as_html(request)),
    }
