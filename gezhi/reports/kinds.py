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
    GROUP = "group"


CHANNEL_NAMES: Mapping[str, Any] = {
    Channel.QR: _("扫码"),
    Channel.WEB: _("网页"),
    Channel.PHONE: _("电话"),
    Channel.COUNTER: _("窗口"),
    Channel.STAFF: _("巡查"),
    Channel.IMPORT: _("导入"),
    Channel.API: _("其他系统"),
    Channel.OPEN311: _("Open311 应用"),
    Channel.GROUP: _("微信群"),
}

WITH_CODE = frozenset(
    {Channel.QR, Channel.WEB, Channel.API, Channel.OPEN311, Channel.GROUP}
)  # they hold the code of the status page


def is_askable(channel: str, *, has_contact: bool) -> bool:
    """Whether whoever said it can be asked whether it is solved. Nobody asks the people of an imported list."""
    return channel in WITH_CODE or (has_contact and channel != Channel.IMPORT)
