"""The measure: a view that does one ORM INSERT and nothing else, behind the very middleware of the product."""

from typing import cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from bench.models import Line
from gezhi.web.asked import Asked


@require_POST
def bare(request: HttpRequest) -> HttpResponse:
    """One row in a transaction of its own: it takes its turn among SQLite's writers as every transaction does."""
    with transaction.atomic():
        Line.objects.create(text=request.POST["text"], said_at=cast(Asked, request).now)
    return HttpResponse(status=204)
