"""Every refusal at the programs' door as a problem: its status, a sentence in the reader's language, and what to decide by."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from gezhi.kernel.refusal import Invalid, Refusal, Unavailable
from gezhi.web import problems, refusals
from gezhi.web.api.door import NoToken, WrongKind
from gezhi.web.api.reading import Unreadable

STATUS: Final[Mapping[type[Refusal], int]] = {NoToken: 401, WrongKind: 415, Unreadable: 400}

# Where a sentence of the pages would speak of forms and buttons: by field and code, then by code alone.
SENTENCES: Final[Mapping[tuple[str, str] | str, str]] = {
    ("Idempotency-Key", "malformed"): gettext_noop("Idempotency-Key 应为 16 至 255 个可见的 ASCII 字符，例如一个 UUID。"),
    ("Idempotency-Key", "other_body"): gettext_noop("这个 Idempotency-Key 已经用于另一份内容。请为新的上报换一个。"),
    ("until", "before_since"): gettext_noop("until 不能早于 since。"),
    ("category", "refer_out"): gettext_noop("这类事不由这里受理，请找%(whom)s，电话 %(phone)s。"),
    ("category", "not_a_leaf"): gettext_noop("请用小类的编号，不要用大类。"),
    ("evidence", "not_claimable"): gettext_noop("有照片不存在、已被用过，或者放了 24 小时没有用而清除。请重新上传。"),
    ("evidence", "not_for_this"): gettext_noop("这一步不收照片。"),
    ("cursor", "malformed"): gettext_noop("请原样使用上一页给的 next，不要改动。"),
    "extra_forbidden": gettext_noop("没有这一项，请去掉。"),
    "not_for_this": gettext_noop("这一步用不到这一项，请去掉。"),
    "repeated": gettext_noop("这一项写了两次，请只写一次。"),
    "not_a_claim": gettext_noop("ending 在这里只能是 not_found 或 no_longer_there。"),
}  # fmt: skip
READING: Final[Mapping[str, str]] = {
    "not_utf8": gettext_noop("内容不是 UTF-8 编码。"),
    "not_json": gettext_noop("内容不是有效的 JSON。"),
    "not_an_object": gettext_noop("内容应为一个 JSON 对象。"),
    "repeated": gettext_noop("JSON 里同一个名字写了两次。"),
    "number": gettext_noop("JSON 里有一个数太大、太长或不是数。"),
    "too_deep": gettext_noop("JSON 嵌套太深。"),
}
# By pydantic's word for what is wrong with a value; {…} is filled from what it says besides.
WRONG: Final[Mapping[str, str]] = {
    "missing": gettext_noop("缺少这一项。"),
    "extra_forbidden": gettext_noop("没有这一项，请去掉。"),
    "literal_error": gettext_noop("只能是下列之一：%(expected)s。"),
    "enum": gettext_noop("只能是下列之一：%(expected)s。"),
    "states": gettext_noop("只能是下列之一，几个之间用点隔开：%(expected)s。"),
    "day": gettext_noop("应为 %(first)s 至 %(last)s 年之间的一天，例如 2026-03-02。"),
    "string_type": gettext_noop("应为文字。"),
    "string_unicode": gettext_noop("含有无法保存的字符，请删去后再试。"),
    "int_type": gettext_noop("应为整数。"),
    "float_type": gettext_noop("应为数。"),
    "list_type": gettext_noop("应为一个列表。"),
    "uuid_parsing": gettext_noop("应为一个 UUID。"),
    "too_long": gettext_noop("太多了，请减少一些。"),
    "greater_than_equal": gettext_noop("太小，至少 %(ge)s。"),
    "less_than_equal": gettext_noop("太大，最多 %(le)s。"),
}


def teach(api: NinjaAPI) -> None:
    """Tell an API how to answer whatever is raised at it; what is no refusal stays Django's to answer."""
    api.add_exception_handler(Refusal, refused)
    api.add_exception_handler(ValidationError, _not_valid)
    api.add_exception_handler(HttpError, _not_read)
    api.add_exception_handler(RequestDataTooBig, lambda request, problem: problems.answer(413))


def refused(request: HttpRequest, refusal: Any, **more: Any) -> HttpResponse:
    """A refusal as a problem. more: members beside its own."""
    if isinstance(refusal, Unavailable):
        return refusals.unavailable(request)
    number = _status(refusal)
    if number == 400:
        return problems.answer(400, code=refusal.code, detail=_(READING[refusal.code]))
    if isinstance(refusal, Invalid) and refusal.field == "key":
        return refused(request, Invalid("Idempotency-Key", refusal.code))
    if refusal.code == "refer_out":
        more |= {"refer_to": refusal.details["whom"], "refer_phone": refusal.details["phone"]}
    found = problems.of_refusal(refusal, number, _sentence(refusal), **more)
    if number == 401:
        error = ', error="invalid_token"' if refusal.code == "not_valid" else ""
        found["WWW-Authenticate"] = f'Bearer realm="gezhi"{error}'
    return found


def _status(refusal: Refusal) -> int:
    own = next((number for kind, number in STATUS.items() if isinstance(refusal, kind)), 0)
    return own or refusals.status(refusal)


def _sentence(refusal: Refusal) -> str:
    field = refusal.field if isinstance(refusal, Invalid) else ""
    found = SENTENCES.get((field, refusal.code)) or SENTENCES.get(refusal.code)
    return _(found) % refusal.details if found else refusals.sentence(refusal)


def _not_read(request: HttpRequest, error: Any) -> HttpResponse:
    """What ninja could not read; why, stands behind it."""
    why = error.__cause__
    return refused(request, why) if isinstance(why, Refusal) else problems.answer(error.status_code)


def _not_valid(request: HttpRequest, error: Any) -> HttpResponse:
    """What does not have the shape that the OpenAPI document gives: each field with its sentence, the first one said above."""
    found = [_wrong(one) for one in error.errors[:20]]
    first = {name: found[0][name] for name in ("code", "detail", "field")}
    return problems.answer(422, **first, errors=found)


def _wrong(one: Mapping[str, Any]) -> dict[str, str]:
    """Names of fields only, never the values that came."""
    where = ".".join(str(part) for part in one["loc"][1:] if part not in {"body", "wanted"})[:80]
    said = WRONG.get(one["type"])
    sentence = _(said) % one.get("ctx", {}) if said else _("这一项不能这样写，请对照 OpenAPI 说明。")
    return {"field": where, "code": str(one["type"]), "detail": sentence}
