"""The callback: WeCom knocks here. What it brings is written down, the answer is empty, everything else follows by the worker.

404 while the office is not connected; 403 for every envelope that is not WeCom's, alike; 400 for what is no envelope. No log-in, no cookie,
no form key: the signature is the key.
"""

from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from gezhi.channels.wecom import crypto, hearing, messages, office
from gezhi.channels.wecom.crypto import Forged
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.web import problems
from gezhi.web.door import said_length
from gezhi.web.staff import at_of

MOST_BYTES: Final = 65_536


@csrf_exempt
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest) -> HttpResponse:
    """GET: WeCom asks whether the address is ours. POST: a message. At most 3 queries."""
    if request.method == "POST" and said_length(request.META) > MOST_BYTES:
        return _said(413)
    if request.content_type == "multipart/form-data":
        return _said(400)
    open_to = office.callback()
    if open_to is None:
        raise NotFound("wecom")
    try:
        if request.method == "GET":
            return HttpResponse(
                _opened(request, open_to, request.GET.get("echostr", "")), content_type="text/plain"
            )
        _hear(request, open_to)
    except Forged:
        return _said(403)
    except Invalid:
        return _said(400)
    return HttpResponse(b"", content_type="text/plain")


def _hear(request: HttpRequest, open_to: office.Callback) -> None:
    """Raises Forged, Invalid (not to be read)."""
    encrypted = messages.fields(request.body).get("Encrypt", "")
    message = messages.read(_opened(request, open_to, encrypted))
    with transaction.atomic():
        hearing.hear(message, at=at_of(request))


def _opened(request: HttpRequest, open_to: office.Callback, encrypted: str) -> bytes:
    signature, moment, nonce = (request.GET.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
    crypto.judge(open_to.token, signature, moment, nonce, encrypted, at=at_of(request))
    return crypto.unwrap(open_to.key, encrypted, open_to.corp_id)


def _said(status: int) -> HttpResponse:
    """A few words, the same for every reason: a program asked, and whoever forges learns nothing."""
    return HttpResponse(_(problems.TITLES[status]), status=status, content_type="text/plain; charset=utf-8")
