"""What Open311 clients read: one value as JSON or as XML, by the mapping that GeoReport v2 names (the Spark convention), and its list of errors.

A dict is an element with children, a list an element whose children carry the singular of its name. Written only, never read: no XML
comes in by this product's doors.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

BELOW: Final = "/open311/"
TYPES: Final = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
ONE_OF: Final[Mapping[str, str]] = {  # what stands in a list of this name
    "services": "service",
    "attributes": "attribute",
    "values": "value",
    "service_requests": "request",
    "service_request_updates": "request_update",
    "media_urls": "media_url",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
SENTENCES: Final[Mapping[int, str]] = {
    400: gettext_noop("请求读不懂：请检查地址、编码（UTF-8）和各项的写法，同一项不能写两次。"),
    403: gettext_noop("不能这样做。"),
    404: gettext_noop("没有这个地址或编号。"),
    405: gettext_noop("这个地址不接受这种方法，可用的方法写在 Allow 里。"),
    413: gettext_noop("一次发来的内容太多：文字最多 1 MB，照片最多 9 张，每张不超过 20 MB。"),
    429: gettext_noop("请求太频繁，请按 Retry-After 写的秒数等一等再试。"),
    500: gettext_noop("系统出了差错，已经记下。请稍后再试。"),
    503: gettext_noop(
        "系统正忙，没有收下。请按 Retry-After 写的秒数等一等再试；带上同一个 Idempotency-Key，不会重复。"
    ),
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0 §2.2


def is_for_client(request: HttpRequest) -> bool:
    """Whether an Open311 client asks."""
    return request.path_info.startswith(BELOW)


def form_of(request: HttpRequest) -> str:
    """The form that the address ends with: json, xml, or "" for one that is not served."""
    said = request.path_info.rpartition(".")[2]
    return said if said in TYPES else ""


def answer(form: str, root: str, value: Any, *, status: int = 200) -> HttpResponse:
    """A value in one of the two forms. root: the element around it, which JSON leaves out."""
    body = as_xml(root, value) if form == "xml" else as_json(value)
    found = HttpResponse(body, status=status, content_type=TYPES[form])
    found["Cache-Control"] = "no-store"
    return found


def error(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    """The list of one error, in the form asked for; plain text where that is none that we serve."""
    said = sentence or _(SENTENCES.get(status, SENTENCES[400]))
    form = form_of(request)
    if not form:
        return HttpResponse(f"{said}\n", status=status, content_type="text/plain; charset=utf-8")
    return answer(form, "errors", [{"code": status, "description": said}], status=status)


def as_json(value: Any) -> bytes:
    """UTF-8 as people can read it."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def as_xml(root: str, value: Any) -> bytes:
    """A document with its declaration. Signs that XML cannot hold are left out."""
    body: bytes = ElementTree.tostring(_element(root, value), encoding="unicode").encode("utf-8", "replace")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body


def _element(name: str, value: Any) -> ElementTree.Element:
    found = ElementTree.Element(name)
    if isinstance(value, Mapping):
        found.extend([_element(key, one) for key, one in value.items()])
    elif isinstance(value, Sequence) and not isinstance(value, str):
        found.extend([_element(ONE_OF[name], one) for one in value])
    elif value is not None:
        found.text = _text(value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("", str(value))
