"""The doors for programs, below /api/v1/ (design §7). Anonymous by default; a token names the person (door.py)."""

import json
from functools import cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_GET
from ninja import NinjaAPI
from ninja.renderers import BaseRenderer
from ninja.responses import NinjaJSONEncoder

from gezhi.web.api import answering, around, cases, figures, mapped, orders, reports, suggesting
from gezhi.web.api.describing import SCHEME
from gezhi.web.api.reading import StrictParser
from gezhi.web.api.shapes import Problem

VERSION: Final = "1.0.0"
PREFIX: Final = "api/v1/"
ABOUT: Final = "Report problems at places, see what became of them, and work on cases as the person whose token you hold."


class Plain(BaseRenderer):
    """JSON as people can read it."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return json.dumps(data, cls=NinjaJSONEncoder, ensure_ascii=False).encode()


class Doors(NinjaAPI):
    """What is answered is for whoever asked, and for now."""

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        answer = super().create_temporal_response(request)
        answer["Cache-Control"] = "no-store"
        return answer


api = Doors(
    title="Gezhi 格治",
    version=VERSION,
    description=ABOUT,
    urls_namespace="api",
    openapi_url=None,
    docs_url=None,
    parser=StrictParser(),
    renderer=Plain(),
)
answering.teach(api)
for one in (reports, cases, orders, around, mapped, suggesting, figures):
    api.add_router("", one.router)


@cache
def document() -> bytes:
    """The OpenAPI 3.1 document. The same for everybody."""
    found = api.get_openapi_schema(path_prefix=PREFIX)
    parts = found["components"]
    parts["schemas"]["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    parts["schemas"] |= parts["schemas"]["Problem"].pop("$defs", {})
    parts["securitySchemes"] = {SCHEME: {"type": "http", "scheme": "bearer"}}
    return json.dumps(found, ensure_ascii=False).encode()


@require_GET
def openapi(request: HttpRequest) -> HttpResponseBase:
    """What is served here, for generators of clients and for tests."""
    return HttpResponse(document(), content_type="application/json")


app_name = "api"
urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    *(one for one in api.urls[0] if getattr(one, "name", "") != "api-root"),  # a page of ninja's own
]
