"""The door of Open311 clients: which form, which jurisdiction, how often, whose key; every refusal as the specification's list of errors."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any, Final, cast

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt

from gezhi.catalogue import queries as catalogue
from gezhi.kernel.refusal import Invalid, Refusal, Unavailable
from gezhi.parties import openkeys
from gezhi.parties.openkeys import OpenKeyRow
from gezhi.web import georeport, limits, refusals
from gezhi.web.asked import Asked
from gezhi.web.limits import TooOften

STRANGERS_PER_MINUTE: Final = 300  # of one address
REPORTS_PER_HOUR_OF_A_KEY: Final = 1200  # an application speaks for many people
KEY_HEADERS: Final = ("X-Api-Key", "Api-Key")
LISTS: Final = ("service_request_id", "service_code", "status")  # may be asked several times

# Why something is not taken, by field and code, then by code alone; %(…)s is filled from the refusal.
SENTENCES: Final = {
    "in_the_address": gettext_noop("api_key 不能写在网址里：网址会留在日志和记录里。请放在 POST 的字段里，或放在请求头 X-Api-Key。这个密钥可能已经泄露，请办事处换一个。"),
    "repeated": gettext_noop("%(field)s 写了两次，内容不同。请只写一次。"),
    ("jurisdiction_id", "unknown"): gettext_noop("jurisdiction_id 不对：这里是 %(office)s。"),
    ("service_code", "missing"): gettext_noop("缺少 service_code。可用的见 services。"),
    ("service_code", "unknown"): gettext_noop("没有这个 service_code：%(said)s。可用的见 services。"),
    ("service_code", "not_a_leaf"): gettext_noop("没有这个 service_code：%(said)s。可用的见 services。"),
    ("service_code", "refer_out"): gettext_noop("这类事不由这里受理，请找%(whom)s，电话 %(phone)s。"),
    ("service_code", "closed"): gettext_noop("service_code %(said)s 已经停用。可用的见 services。"),
    ("api_key", "missing"): gettext_noop("缺少 api_key。请向办事处申请密钥，放在 POST 的字段 api_key，或请求头 X-Api-Key。"),
    ("api_key", "unknown"): gettext_noop("这个 api_key 无效，或已经停用。请向办事处核对。"),
    ("location", "missing"): gettext_noop("缺少位置：请给 lat 和 long，或 address_string，或 address_id。"),
    ("lat", "half"): gettext_noop("lat 和 long 要一起给。"),
    ("lat", "not_a_number"): gettext_noop("lat 和 long 应为十进制的度数（WGS-84），例如 37.4、122.18。"),
    ("lat", "out_of_range"): gettext_noop("lat 和 long 不在地图范围内。请用 WGS-84 的度数，lat 是纬度，long 是经度。"),
    ("address_id", "unknown"): gettext_noop("没有这个 address_id：%(said)s。"),
    ("address_id", "closed"): gettext_noop("address_id 所指的地点已经停用。"),
    ("place", "closed"): gettext_noop("这个地点已经停用，请选择另一个。"),
    ("attribute", "unknown"): gettext_noop("没有 attribute[%(said)s]。可用的见 services/%(service)s。"),
    ("attribute", "not_in_the_list"): gettext_noop("attribute[%(said)s] 的值不在可选项里。可用的见 services/%(service)s。"),
    ("contact", "not_a_phone"): gettext_noop("phone 不像这里拨得通的电话号码。请写 11 位手机号，或带区号的固定电话；也可以不写。"),
    ("text", "too_long"): gettext_noop("description 和各项 attribute 合起来太长，最多 %(limit)s 字。"),
    ("Idempotency-Key", "malformed"): gettext_noop("Idempotency-Key 应为 16 至 255 个可见的 ASCII 字符，例如一个 UUID。"),
    ("key", "other_body"): gettext_noop("这个 Idempotency-Key 已经用于另一份内容。请为新的上报换一个。"),
    ("body", "not_a_form"): gettext_noop("请用 application/x-www-form-urlencoded 或 multipart/form-data 发送，这里不收 XML 和 JSON。"),
    ("media", "too_many"): gettext_noop("照片太多，最多 %(limit)s 张，media 和 media_url 合计。"),
    ("media", "not_a_file"): gettext_noop("文件请放在字段 media 里。"),
    ("media", "refused"): gettext_noop("media：%(why)s"),
    ("media_url", "refused"): gettext_noop("media_url：%(why)s"),
    ("media_url", "not_a_url"): gettext_noop("media_url 不是完整的网址，请从 https:// 写起，最多 500 个字符。"),
    ("media_url", "credentials"): gettext_noop("media_url 里不能带用户名和密码，请去掉 @ 和它前面的部分。"),
    ("media_url", "port"): gettext_noop("media_url 只能用 80 和 443 端口。"),
    ("media_url", "forbidden"): gettext_noop("media_url 所指的地址不在公网上，不能从那里取。"),
    ("media_url", "too_large"): gettext_noop("media_url 所指的文件超过 20 MB。"),
    ("media_url", "no_such_name"): gettext_noop("media_url 的域名找不到。没有收下这次上报，请改正，或不带照片再发。"),
    ("media_url", "status"): gettext_noop("从 media_url 取不到照片：对方答复 %(status)s（不跟随跳转）。没有收下这次上报，请改正，或不带照片再发。"),
    ("media_url", "no_answer"): gettext_noop("从 media_url 取不到照片：对方没有及时答复。没有收下这次上报，请稍后再发，或不带照片再发。"),
    "not_a_moment": gettext_noop("%(field)s 应为 W3C 格式的时间，例如 2026-03-02T08:00:00+08:00；没有时区的按本地时间。"),
    "too_wide": gettext_noop("start_date 到 end_date 最多 90 天。"),
    "turned_round": gettext_noop("%(field)s 的开始晚于结束。"),
    ("status", "unknown"): gettext_noop("status 只能是 open 或 closed。"),
    ("service_request_id", "too_many"): gettext_noop("service_request_id 一次最多 %(limit)s 个。"),
    ("service_code", "too_many"): gettext_noop("service_code 一次最多 %(limit)s 个。"),
    "not_a_number": gettext_noop("%(field)s 应为 %(least)s 至 %(most)s 的整数。"),
}  # fmt: skip
UNKNOWN: Final = frozenset(
    {
        ("jurisdiction_id", "unknown"),
        ("service_code", "unknown"),
        ("service_code", "not_a_leaf"),
        ("service_code", "refer_out"),
        ("service_code", "closed"),
    }
)
View = Callable[..., HttpResponse]


class NoKey(Refusal):
    """No key, or none that is valid here. Open311: 403. `.code`: missing, unknown."""

    code = "missing"


def opened(*methods: str) -> Callable[[View], View]:
    """One address of the door: it takes these methods, in both forms. The view gets `form` and answers; what it raises is said as an error."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, form: str, **kwargs: Any) -> HttpResponse:
            if form not in georeport.TYPES:
                return georeport.error(request, 404)
            if request.method not in methods:
                found = georeport.error(request, 405)
                found["Allow"] = ", ".join(methods)
                return found
            return _heard(cast("Asked", request), view, *args, form=form, **kwargs)

        return guarded

    return decorate


def _heard(request: Asked, view: View, *args: Any, **kwargs: Any) -> HttpResponse:
    try:
        limits.count("open311", limits.address(request), most=STRANGERS_PER_MINUTE, minutes=1, at=request.now)
        _judge(request)
        found = view(request, *args, **kwargs)
    except Unavailable:
        raise
    except Refusal as refusal:
        found = said(request, refusal)
    if request.method != "POST":
        found["Access-Control-Allow-Origin"] = "*"  # open data; nothing here depends on who asks
    return found


def _judge(request: Asked) -> None:
    """Raises Invalid for a key in the address, two answers to one question, another office's jurisdiction_id."""
    if any("api_key" in name.casefold().replace("-", "_") for name in request.GET):
        raise Invalid("api_key", "in_the_address")
    once(request.GET, LISTS)
    named = {said.get("jurisdiction_id", "") for said in (request.GET, request.POST)} - {""}
    if named - {request.jurisdiction.code}:
        raise Invalid("jurisdiction_id", "unknown", office=request.jurisdiction.code)


def once(asked: QueryDict, many: Collection[str]) -> None:
    """Raises Invalid(name, "repeated") where a name stands with two values, unless it is one of `many` or says so itself (name[])."""
    for name, values in asked.lists():
        if len(set(values)) > 1 and name not in many and not name.endswith("[]"):
            raise Invalid(name[:40], "repeated")


def key_of(request: Asked) -> OpenKeyRow | None:
    """Whose key the sender shows; None where the office asks for none and none is shown. Raises NoKey, TooOften."""
    shown = request.POST.get("api_key", "") or next(
        (request.headers[name] for name in KEY_HEADERS if request.headers.get(name)), ""
    )
    if not shown:
        if catalogue.rule("open311_key"):
            raise NoKey
        limits.count(
            "report", limits.address(request), most=limits.REPORTS_PER_HOUR, minutes=60, at=request.now
        )
        return None
    found = openkeys.known(shown, at=request.now)
    if found is None:
        raise NoKey("unknown")
    limits.count("open311-key", found.id.hex, most=REPORTS_PER_HOUR_OF_A_KEY, minutes=60, at=request.now)
    return found


def said(request: Asked, refusal: Refusal) -> HttpResponse:
    """A refusal with its sentence, in the form asked for."""
    if isinstance(refusal, NoKey):
        return georeport.error(request, 403, _(SENTENCES["api_key", refusal.code]))
    field = refusal.field if isinstance(refusal, Invalid) else ""
    found = SENTENCES.get((field, refusal.code)) or SENTENCES.get(refusal.code)
    if found is None or isinstance(refusal, TooOften):
        return refusals.client_answer(request, refusal)
    sentence = _(found) % {**refusal.details, "field": field}
    if (field, refusal.code) in UNKNOWN:
        return georeport.error(request, 404, sentence)
    return refusals.client_answer(request, refusal, sentence)
