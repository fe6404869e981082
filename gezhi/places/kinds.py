"""Kinds of places, fixtures and other names, and which kind may stand under which."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What a node of the place tree is."""

    DISTRICT = "district", _("区县")
    SUBDISTRICT = "subdistrict", _("街道")
    COMMUNITY = "community", _("社区")
    COMPOUND = "compound", _("小区")
    STREET = "street", _("街路")
    MARKET = "market", _("市场")
    BUILDING = "building", _("楼栋")
    STAIRWELL = "stairwell", _("单元")
    SPOT = "spot", _("点位")  # a gate, a bridge, a green belt: a part of a place that people name


class FixtureKind(TextChoices):
    """What can be broken and has a maintainer of its own."""

    LIFT = "lift", _("电梯")
    HYDRANT = "hydrant", _("消火栓")
    LAMP = "lamp", _("路灯")
    MANHOLE = "manhole", _("井盖")
    OTHER = "other", _("其他设施")


class NameKind(TextChoices):
    """Why people know a place by another name."""

    FORMER = "former", _("旧称")
    COMMON = "common", _("俗称")


NATIONAL: Final = (Kind.DISTRICT, Kind.SUBDISTRICT, Kind.COMMUNITY)  # coded by the state, in no grid cell
_AREAS: Final = frozenset({Kind.COMMUNITY, Kind.COMPOUND, Kind.STREET, Kind.MARKET})

PARENTS: Final[dict[Kind, frozenset[Kind]]] = {
    Kind.DISTRICT: frozenset(),
    Kind.SUBDISTRICT: frozenset({Kind.DISTRICT}),
    Kind.COMMUNITY: frozenset({Kind.SUBDISTRICT}),
    Kind.COMPOUND: frozenset({Kind.COMMUNITY}),
    Kind.STREET: frozenset({Kind.COMMUNITY, Kind.COMPOUND}),
    Kind.MARKET: frozenset({Kind.COMMUNITY, Kind.COMPOUND}),
    Kind.BUILDING: _AREAS,
    Kind.STAIRWELL: frozenset({Kind.BUILDING}),
    Kind.SPOT: _AREAS | {Kind.BUILDING, Kind.STAIRWELL},
}
