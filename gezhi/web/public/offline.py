"""What makes the pages a phone can install and open without network: manifest, service worker, the list of what is not sent."""

import hashlib
import json
from functools import lru_cache
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from gezhi.web.asked import Asked
from gezhi.web.whose import mark_of

WORKER = "gezhi/sw.js"
PARTS = (
    *("app.css", "icons.svg", "mark.svg", "icon-192.png"),
    *(
        "gezhi.js",
        "idb.js",
        "outbox.js",
        "unsent.js",
        "offline.js",
        "found.js",
        "voice.js",
        "danger.js",
        "where.js",
    ),
)
INK, PAPER = "#0f5c5c", "#f4f6f5"


@require_safe
@cache_control(max_age=3600, public=True)
def manifest(request: Asked) -> HttpResponse:
    """How the pages are called on a home screen, and where they begin: ?face=my for whoever works with them."""
    is_staff = request.GET.get("face") == "my"
    start = reverse("my_work") if is_staff else reverse("home")
    said: dict[str, Any] = {
        "id": start,
        "name": _("格治 · 我的活") if is_staff else _("格治"),
        "short_name": _("格治"),
        "lang": request.LANGUAGE_CODE,
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": [
            {"src": static("gezhi/icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {
                "src": static("gezhi/icon-512.png"),
                "sizes": "512x512",
                "type": "image/png",
                "purpose": "any maskable",
            },
            {"src": static("gezhi/mark.svg"), "sizes": "any", "type": "image/svg+xml"},
        ],
    }
    answer = HttpResponse(json.dumps(said, ensure_ascii=False), content_type="application/manifest+json")
    answer["Vary"] = "Accept-Language, Cookie"
    return answer


@require_safe
@cache_control(no_cache=True)
def worker(request: Asked) -> HttpResponse:
    """The service worker, at the root because it looks after every page; another text whenever a file that it keeps is another."""
    return HttpResponse(
        _worker(reverse("unsent"), reverse("report_anywhere")), content_type="text/javascript; charset=utf-8"
    )


@lru_cache(maxsize=1)
def _worker(unsent: str, form: str) -> str:
    """static/gezhi/sw.js with what it keeps written above it."""
    source = _text(WORKER)
    digest = hashlib.sha256(source.encode())
    for name in PARTS:
        digest.update(_read(f"gezhi/{name}"))
    shell = [unsent, *(static(f"gezhi/{name}") for name in PARTS)]
    head = {"VERSION": digest.hexdigest()[:16], "SHELL": shell, "UNSENT": unsent, "ALWAYS": [unsent, form]}
    return "".join(f"const {name} = {json.dumps(value)};\n" for name, value in head.items()) + source


def _text(name: str) -> str:
    return _read(name).decode()


def _read(name: str) -> bytes:
    path = finders.find(name)
    if path is None:
        raise FileNotFoundError(name)
    with open(path, "rb") as file:
        return file.read()


@require_safe
@never_cache
def unsent(request: Asked) -> HttpResponse:
    """What this phone has not sent yet: the page is the same for everybody, the phone fills it in."""
    return render(request, "public/unsent.html")


@require_safe
@never_cache
def token(request: Asked) -> HttpResponse:
    """For what was filled in without network: the form's token of now, and the mark of who is logged in ("" for nobody)."""
    return JsonResponse({"token": get_token(request), "who": mark_of(request.actor)})
