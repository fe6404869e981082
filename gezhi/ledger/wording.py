"""The words in which the ledger says what the lifecycle says as codes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StateName(TextChoices):
    """Of a case."""

    REPORTED = "reported", _("已上报")
    ASKED = "asked", _("待补充")
    OPENED = "opened", _("已立案")
    DISPATCHED = "dispatched", _("已派遣")
    IN_HAND = "in_hand", _("处置中")
    TO_CHECK = "to_check", _("待核查")
    TO_CONFIRM = "to_confirm", _("待回访")
    CLOSED = "closed", _("已结案")


class EndingName(TextChoices):
    """How it ended."""

    SOLVED = "solved", _("已解决")
    SOLVED_ON_SPOT_UNCHECKED = "solved_on_spot_unchecked", _("当场解决（未核查）")
    NOT_FOUND = "not_found", _("现场未发现")
    NO_LONGER_THERE = "no_longer_there", _("问题已消失")
    NOT_OURS = "not_ours", _("非本级职责")
    WONT_DO = "wont_do", _("不予办理")
    DUPLICATE = "duplicate", _("重复件")
    DECLINED = "declined", pgettext_lazy("happened", "不予受理")
    NO_ANSWER = "no_answer", _("回访无回应")


class LevelName(TextChoices):
    """Where it is being solved."""

    GRID = "grid", _("网格")
    COMPOUND = "compound", _("小区")
    COMMUNITY = "community", _("社区")
    SUBDISTRICT = "subdistrict", _("街道")
    DISTRICT = "district", _("区级")


class ChannelName(TextChoices):
    """How it came in."""

    QR = "qr", _("扫码")
    WEB = "web", _("网页")
    PHONE = "phone", _("电话")
    COUNTER = "counter", _("窗口")
    STAFF = "staff", _("巡查")
    IMPORT = "import", _("导入")
    API = "api", _("接口")


class VerdictName(TextChoices):
    """What the reporter said."""

    SATISFIED = "satisfied", _("满意")
    UNSATISFIED = "unsatisfied", _("不满意")
    SILENT = "silent", _("未回应")


def label(names: type[TextChoices], code: str) -> str:
    """The word for a code in the language in force; a code without one is shown as it is."""
    return str(names(code).label) if code in names.values else code
