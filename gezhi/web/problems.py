"""What programs are told when something cannot be done: `application/problem+json` (RFC 9457), in the reader's language.

Everything below /api/ is answered so, also what Django refuses before a view is found; below /open311/ as its specification says (georeport.py).
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.kernel.refusal import Invalid, Missing, NotYours, Refusal
from gezhi.web import georeport

BELOW: Final = "/api/"
MEDIA_TYPE: Final = "application/problem+json"
TITLES: Final[Mapping[int, str]] = {
    400: gettext_noop("请求读不懂"),
    401: gettext_noop("需要有效的令牌"),
    403: gettext_noop("不能这样办"),
    404: gettext_noop("没有找到"),
    405: gettext_noop("这个地址不接受这种方法"),
    409: gettext_noop("情况刚刚有了变化"),
    413: gettext_noop("一次发来的内容太多"),
    415: gettext_noop("内容类型不对"),
    422: gettext_noop("有一项不能接受"),
    429: gettext_noop("请求太频繁"),
    500: gettext_noop("系统出了差错"),
    503: gettext_noop("系统正忙"),
}
DETAILS: Final[Mapping[int, str]] = {
    400: gettext_noop("请检查请求的写法：编码应为 UTF-8，内容应完整，同一项不能写两次。"),
    401: gettext_noop(
        "请在 Authorization 里写 Bearer 和一个有效的令牌。令牌可能已到期、被撤销，或者持有人今天没有岗位。"
    ),
    403: gettext_noop("这件事不归令牌持有人的岗位办理，或者令牌没有这项权限。"),
    404: gettext_noop("没有这个地址或编号，或者它不在您能看到的范围内。"),
    405: gettext_noop("可用的方法写在 Allow 里。"),
    409: gettext_noop("有人先办了一步。请看最新的 state 和 version，再决定要不要继续。"),
    413: gettext_noop("JSON 最多 1 MB；一张照片最多 20 MB。请减少后再发。"),
    415: gettext_noop("JSON 请用 application/json 发送；照片请用 multipart/form-data 发送，字段名是 file。"),
    429: gettext_noop("请按 Retry-After 写的秒数等一等再试。"),
    500: gettext_noop("已经记下。请稍后再试。"),
    503: gettext_noop(
        "没有收下。请按 Retry-After 写的秒数等一等再试；带上同一个 Idempotency-Key，不会重复。"
    ),
}


def is_for_program(request: HttpRequest) -> bool:
    """Whether a program asks, which reads no pages."""
    return request.path_info.startswith(BELOW) or georeport.is_for_client(request)


def said(request: HttpRequest, number: int, *, detail: str = "") -> HttpResponse:
    """A bare status as this program reads it: a problem, or Open311's list of errors."""
    if georeport.is_for_client(request):
        return georeport.error(request, number, detail)
    return answer(number, detail=detail)


def answer(number: int, *, code: str = "", detail: str = "", **more: Any) -> HttpResponse:
    """The problem of a status. code: what a program decides by; more: members beside (field, facts, state, version, …)."""
    code = code or f"http_{number}"
    body = {
        "type": f"urn:gezhi:problem:{code}",
        "title": _(TITLES[number]),
        "status": number,
        "detail": detail or _(DETAILS[number]),
        "code": code,
        **more,
    }
    found = HttpResponse(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        status=number,
        content_type=MEDIA_TYPE,
    )
    found["Cache-Control"] = "no-store"
    found["X-Content-Type-Options"] = "nosniff"
    return found


def of_refusal(refusal: Refusal, number: int, sentence: str, **more: Any) -> HttpResponse:
    """A refusal with what it carries: the field, what lacks, which scope, how long to wait. sentence: for what is 422."""
    members: dict[str, Any] = {}
    if isinstance(refusal, Invalid):
        members["field"] = refusal.field
    if isinstance(refusal, Missing):
        members["facts"] = list(refusal.facts)
    if isinstance(refusal, NotYours) and "scope" in refusal.details:
        members["scope"] = refusal.details["scope"]
    found = answer(number, code=refusal.code, detail=sentence if number == 422 else "", **members | more)
    if number == 429:
        found["Retry-After"] = str(refusal.details["seconds"])
    return found
