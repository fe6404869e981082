"""How a report reached the office, and what that is called."""

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """The door by which it came."""

    QR = "qr"
    WEB = "web"
    PHONE = "phone"
    COUNTER = "counter"
    STAFF = "staff"
    IMPORT = "import"
    API = "api"
    OPEN311 = "open311"
    WECOM = "wecom"
    ORDER = "order"
    GROUP = "group"


class Finished(TextChoices):
    """What becomes of rows that an incoming book calls finished. None of them is ever a case solved here."""

    LEAVE_OUT = "leave_out"
    WAIT = "wait"
    DECLINE = "decline"


class BookStage(TextChoices):
    """How far an incoming book is."""

    MAPPING = "mapping"  # its columns are being chosen
    STAGING = "staging"  # its rows are written out of sight
    CLOSING = "closing"  # they are seen; those finished elsewhere are declined
    DONE = "done"
    FAILED = "failed"
    WITHDRAWING = "withdrawing"
    WITHDRAWN = "withdrawn"


class BookStep(TextChoices):
    """What the worker does with a book that is being staged."""

    READING = "reading"
    JUDGING = "judging"
    WRITING = "writing"


UNDER_WAY = frozenset({BookStage.STAGING, BookStage.CLOSING, BookStage.WITHDRAWING})

CHANNEL_NAMES: Mapping[str, Any] = {
    Channel.QR: _("扫码"),
    Channel.WEB: _("网页"),
    Channel.PHONE: _("电话"),
    Channel.COUNTER: _("窗口"),
    Channel.STAFF: _("巡查"),
    Channel.IMPORT: _("导入"),
    Channel.API: _("其他系统"),
    Channel.OPEN311: _("Open311 应用"),
    Channel.WECOM: _("企业微信"),
    Channel.ORDER: _("来件"),
    Channel.GROUP: _("微信群"),
}

WITH_CODE = frozenset(
    {Channel.QR, Channel.WEB, Channel.API, Channel.OPEN311}
)  # they hold the code of the status page
SHARED_CODE = frozenset(
    {Channel.GROUP}
)  # a whole group holds it: its page shows what is public and takes nothing


def is_askable(channel: str, *, has_contact: bool) -> bool:
    """Whether whoever said it can be asked whether it is solved. Nobody asks the people of an imported list."""
    return channel in WITH_CODE or (has_contact and channel != Channel.IMPORT)
