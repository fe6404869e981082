"""What Django calls when no view answers: pages for bad addresses, bad bytes, forged forms and bugs of ours."""

import sys
from typing import cast

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from gezhi.kernel.refusal import Refusal
from gezhi.web import problems, refusals
from gezhi.web.asked import Asked
from gezhi.web.public import report

log = structlog.get_logger("gezhi.web")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return refusals.plain_page(request, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return refusals.plain_page(request, 403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400; 413 when there was simply too much. A name that we do not answer to is no fault of what was sent."""
    if isinstance(exception, DisallowedHost):
        return refusals.plain_page(
            request,
            400,
            title=_("这个网址没有登记"),
            advice=_(
                "请用管理员给您的网址打开。如果您是管理员：启动时把这个网址的域名或 IP 地址写进 GEZHI_HOSTS，多个用逗号分开。"
            ),
        )
    is_too_much = isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent)
    return refusals.plain_page(request, 413 if is_too_much else 400)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from our own page, or whose cookie is gone. A report comes back with its words."""
    found = request.resolver_match
    if found and found.view_name in {"report", "report_anywhere"}:
        return report.shown_again(cast(Asked, request), **found.kwargs)
    return refusals.plain_page(
        request,
        403,
        title=_("请再提交一次"),
        advice=_(
            "浏览器没有带上本站的凭据，所以没有收下。请返回上一页刷新后再提交；已写的内容可以先复制下来。"
        ),
    )


def failed(request: HttpRequest) -> HttpResponse:
    """500 for a bug of ours. Trouble of the storage outside a view ends here too and is answered as such."""
    problem = sys.exc_info()[1]
    if problem is not None and is_storage_trouble(problem):
        tell(problem)
        return refusals.unavailable(request)
    if isinstance(problem, Refusal):
        return refusals.page(request, problem)
    if problems.is_for_program(request):
        return problems.said(request, 500)
    words = _("系统出了差错，已经记下。请稍后再试。")
    html = f"<!doctype html><html lang='{settings.LANGUAGE_CODE}'><meta charset='utf-8'><title>500</title><p>{words}</p></html>"
    return HttpResponse(html, status=500)


def tell(problem: BaseException) -> None:
    """One line for whoever looks after the machine: a disk that is full and a database that is away answer alike."""
    log.error("storage unavailable", problem=repr(problem), because=repr(problem.__cause__))


def is_storage_trouble(problem: BaseException | None) -> bool:
    """Whether the database or the disk could not take it now: not ours, not the sender's fault."""
    if isinstance(problem, OperationalError | InterfaceError):
        return True
    # a broken upload is an OSError without a number
    return isinstance(problem, OSError) and problem.errno is not None
