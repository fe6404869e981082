"""Tell a party of its work by mail: plain text in Chinese, what happened to which case, where, by when. No words of reporters, no names.

Message-ID is the errand's own id, the same at every try: a mailbox that got it twice shows it once.
"""

from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from gezhi.catalogue import queries as catalogue
from gezhi.channels.addresses import outside
from gezhi.channels.outward import Unreachable
from gezhi.channels.subjects import subject as subject_of
from gezhi.journal.outbox import Leased
from gezhi.kernel.refusal import Refusal
from gezhi.kernel.text import one_line
from gezhi.notices import queries as notices
from gezhi.notices import wording
from gezhi.parties import mailboxes
from gezhi.places import queries as places
from gezhi.tenancy.current import current
from gezhi.tenancy.queries import jurisdiction

LANGUAGE = "zh-hans"
BACKEND = "django.core.mail.backends.smtp.EmailBackend"
MOST_SUBJECT = 120
ANSWER_SECONDS = 8  # for each answer of the mail server; a lease outlasts a whole dialogue of slow ones


class NotAccepted(Refusal):
    """The mail server is there, but does not take this message (its answer)."""

    code = "not_accepted"


def deliver(errand: Leased, at: datetime) -> None:
    """One try. A mailbox that was taken out, and a case that the party must not know of any more, end it in silence.

    Raises NotAccepted, Unreachable.
    """
    notice = notices.notice(UUID(errand.payload["notice"]))
    address = mailboxes.address_of(UUID(errand.payload["mailbox"]))
    if notice is None or not address or notices.is_kept_from(notice) or settings.GEZHI_MAIL is None:
        return
    send(render(notice, address, errand.key))


def render(notice: Any, address: str, key: str) -> EmailMessage:
    """The message. key: of its errand."""
    with override(LANGUAGE):
        case = subject_of(notice)
        news = wording.said(notice.news, notice.stands_for)
        where, what = _place(case.place_id), _category(case.category_id)
        lines = [
            _("%(news)s：%(number)s") % {"news": news, "number": case.number},
            _("位置：%(place)s") % {"place": where},
            _("类别：%(category)s") % {"category": what},
        ]
        if case.due_at is not None:
            lines.append(_("时限：%(due)s") % {"due": f"{localtime(case.due_at):%Y-%m-%d %H:%M}"})
        lines += [
            "",
            _link(case.path),
            "",
            _("这封邮件由系统发出，请不要回复。要改收件邮箱，请联系本单位的管理员。"),
        ]
        subject = one_line(f"{news} {case.number} {where}", MOST_SUBJECT)
    return EmailMessage(subject, "\n".join(lines) + "\n", _mailer().sender, [address], headers=_headers(key))


def send(message: EmailMessage) -> None:
    """Hand it to the mail server. Raises Unreachable when that is not there, NotAccepted when it refuses this message."""
    try:
        message.connection = _connection()
        message.send()
    except SMTPRecipientsRefused as refused:
        raise NotAccepted(problem=repr(refused.recipients)) from refused
    except SMTPResponseException as answer:
        problem = f"{answer.smtp_code} {answer.smtp_error!r}"
        raise NotAccepted(problem=problem) from answer
    except (OSError, SMTPException) as problem:
        raise Unreachable("no_mail_server", problem=repr(problem)) from problem


def _headers(key: str) -> dict[str, str]:
    domain = _mailer().sender.rpartition("@")[2]
    return {
        "Message-ID": f"<{key.replace(':', '.')}@{domain}>",
        "List-Id": f"<work.{jurisdiction(current()).code}.{domain}>",
        "Auto-Submitted": "auto-generated",
    }


def _connection() -> Any:
    to = _mailer()
    return get_connection(
        BACKEND,
        host=to.host,
        port=to.port,
        username=to.user,
        password=to.password,
        use_tls=to.security == "starttls",
        use_ssl=to.security == "tls",
        timeout=ANSWER_SECONDS,
    )


def _mailer() -> Any:
    return settings.GEZHI_MAIL


def _place(id: UUID | None) -> str:
    found = places.by_ids([id]) if id else {}
    return found[id].full_name if id in found else _("位置待定")


def _category(id: UUID | None) -> str:
    return catalogue.category(id).label(LANGUAGE) if id else _("类别待定")


def _link(path: str) -> str:
    """Its address where the office has a name of its own, else how to find it."""
    return outside(path) or _("请登录格治，按编号查找。")
