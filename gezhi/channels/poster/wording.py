"""What stands on every poster, in the language of whoever prints it."""

from django.utils.translation import gettext as _


def words(month: str) -> dict[str, str]:
    """The texts of poster.typ. month: when it was printed."""
    return {
        "title": _("海报"),
        "lead": _("哪里坏了、堵了、脏了，告诉我们。不用注册，不用留姓名。"),
        "scan": _("扫一扫，反映这里的问题"),
        "scan_how": _("能拍照，能查办到哪一步"),
        "ring": _("打电话，报这个编号"),
        "ring_how": _("不用说地址，我们就知道在哪里"),
        "day_and_night": _("24 小时"),
        "danger": _("危险先打"),
        "fire": _("火情"),
        "hurt": _("伤病"),
        "crime": _("报警"),
        "cells": _("网格"),
        "you_are_here": _("● 您在这里"),
        "north": _("北 ↑"),
        "unnumbered": _("没有编号，请说地名"),
        "lacking": _("□ 是字库里没有的字："),
        "made": _("%(month)s印") % {"month": month},
    }


def solved_words(month: str, where: str, count: int) -> str:
    """The line above what was solved."""
    if not count:
        return _("上个月（%(month)s）%(where)s没有办结的事。看到问题，请告诉我们。") % {
            "month": month,
            "where": where,
        }
    return _("上个月（%(month)s）%(where)s办好 %(n)s 件") % {"month": month, "where": where, "n": count}


def demonstration() -> str:
    """On every poster of the demonstration."""
    return _("演示：单位和电话都是虚构的，请不要拨打")
