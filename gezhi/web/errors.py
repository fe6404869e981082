"""Pages for what went wrong: each says what happened and what to do next, in the reader's language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def error_page(request: HttpRequest, status: int, title: str, advice: str) -> HttpResponse:
    """One clear sentence, what to do, and the way back."""
    return render(request, "errors/page.html", {"status": status, "title": title, "advice": advice}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return error_page(
        request, 404, _("没有找到这个页面"), _("请检查地址或查询码是否写全；也可以回到首页重新开始。")
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return error_page(request, 403, _("这件事不归您的岗位办理"), _("如果您认为应当由您办理，请联系本单位管理员核对岗位。"))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return error_page(request, 400, _("发来的内容读不懂"), _("请返回上一页，检查后重新提交。"))


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that did not come from our own page, or from one that stood open too long."""
    return error_page(
        request, 403, _("这个页面放得太久了，或者不是从本站打开的"), _("请返回上一页刷新后再提交，已写的内容可以先复制下来。")
    )


def failed(request: HttpRequest) -> HttpResponse:
    """500: a bug of ours."""
    return HttpResponse(
        "<!doctype html><html lang='zh'><title>出错了</title><p>系统出了差错，已经记下。请稍后再试。</p></html>", status=500
    )
