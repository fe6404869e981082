"""The words for what a party is, what it serves a place as, and what a post is for."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from gezhi.kernel.actor import Duty


class PartyKind(TextChoices):
    """What an organisation is."""

    GRID_TEAM = "grid_team", _("网格组")
    PROPERTY = "property", _("物业公司")
    OWNERS = "owners", _("业委会")
    COMMUNITY = "community", _("社区")
    SUBDISTRICT = "subdistrict", _("街道")
    AGENCY = "agency", _("区直部门")
    UTILITY = "utility", _("管线单位")
    VOLUNTEERS = "volunteers", _("志愿队")


class ServiceKind(TextChoices):
    """As what a party serves a place or a grid cell."""

    DESK = "desk", _("受理")
    PROPERTY = "property", _("物业服务")
    OWNERS = "owners", _("业主自治")
    GRID_TEAM = "grid_team", _("网格服务")
    SUBDISTRICT = "subdistrict", _("街道办理")
    UTILITY = "utility", _("管线运行")
    AGENCY = "agency", _("部门职责")


# On one piece of ground only one party at a time does this; several utilities and agencies may share a place.
ONE_AT_A_TIME = frozenset(
    {
        ServiceKind.DESK,
        ServiceKind.PROPERTY,
        ServiceKind.OWNERS,
        ServiceKind.GRID_TEAM,
        ServiceKind.SUBDISTRICT,
    }
)

DUTY_NAMES = {
    Duty.WORKER: _("处置员"),
    Duty.MANAGER: _("负责人"),
    Duty.CLERK: _("受理员"),
    Duty.CHECKER: _("核查员"),
    Duty.OFFICER: _("审批人"),
    Duty.ADMIN: _("管理员"),
}
