"""Who sends an order down, what has become of it, and what they are called."""

from collections.abc import Mapping
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Issuer(TextChoices):
    """Who sent it. Numbers are unique per issuer."""

    HOTLINE = "hotline"
    CITY = "city"
    PETITION = "petition"
    LEADER = "leader"
    OTHER = "other"


ISSUER_NAMES: Mapping[str, Any] = {
    Issuer.HOTLINE: _("12345热线"),
    Issuer.CITY: _("数字城管"),
    Issuer.PETITION: _("信访"),
    Issuer.LEADER: _("领导批示"),
    Issuer.OTHER: _("其他来件"),
}


class OrderState(TextChoices):
    """What has become of it."""

    OPEN = "open"
    ASKED = "asked"
    ANSWERED = "answered"
    RETURNED = "returned"


STATE_NAMES: Mapping[str, Any] = {
    OrderState.OPEN: _("待答复"),
    OrderState.ASKED: _("已申请延期"),
    OrderState.ANSWERED: _("已答复"),
    OrderState.RETURNED: _("已退回"),
}


class Answer(TextChoices):
    """One line of an issuer's verdict."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


ANSWER_NAMES: Mapping[str, Any] = {Answer.YES: _("是"), Answer.NO: _("否"), Answer.UNKNOWN: _("未说")}


class Paper(TextChoices):
    """Which paper goes back to the issuer."""

    ANSWER = "answer"
    RETURN = "return"
    EXTEND = "extend"


PAPER_NAMES: Mapping[str, Any] = {
    Paper.ANSWER: _("答复"),
    Paper.RETURN: _("退回"),
    Paper.EXTEND: _("延期申请"),
}
