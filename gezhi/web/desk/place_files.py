"""Places come in from a sheet, the borders of grid cells from a map: all of the file, or a finding for each thing in the way."""

from pathlib import PurePath
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gezhi.flows.import_outlines import SUFFIXES, OutlineResult, import_outlines
from gezhi.flows.import_places import ImportResult, import_places
from gezhi.kernel.actor import Duty
from gezhi.web.desk.keeper import SheetOrMapForm, in_turn, tried
from gezhi.web.staff import actor_of, at_of, duty_required

MOST_WARNINGS = 10  # shown after a map came in


@require_http_methods(["GET", "POST"])
@duty_required(Duty.ADMIN)
def sheet(request: HttpRequest) -> HttpResponse:
    """One file; with findings the page comes back with 422 and nothing was written."""
    form, result = SheetOrMapForm(request.POST or None, request.FILES or None), None
    if form.is_valid():
        file = form.cleaned_data["sheet"]
        result = tried(form, lambda: in_turn(lambda: _brought(request, file.name, file.read())))
        if result and not result.findings:
            _tell(request, result)
            return redirect("desk:places")
    page = {
        "heading": _("导入位置"),
        "form": form,
        "result": result,
        "is_map": isinstance(result, OutlineResult),
        "findings": [one.sentence() for one in result.findings] if result else [],
        "back": reverse("desk:places"),
        "columns": _("小区、楼栋、单元、户数、网格、社区、物业公司、电话、起、止、别名、曾用名"),
        "once": _("同一张表再导入一次，不会重复；有一行读不懂，整张表都不写入。"),
        "maps": _(
            "网格边界用 GeoJSON（WGS-84 经纬度）：每个网格一个面，属性写网格名称和社区，或者网格编码；有一个面不对，整个文件都不写入。"
        ),
    }
    return render(request, "desk/sheet.html", page, status=422 if form.errors or result else 200)


def _brought(request: HttpRequest, name: str, data: bytes) -> ImportResult | OutlineResult:
    who: dict[str, Any] = {"actor": actor_of(request), "at": at_of(request)}
    if PurePath(name).suffix.lower() in SUFFIXES:
        return import_outlines(data, **who)
    return import_places(data, name, **who)


def _tell(request: HttpRequest, result: ImportResult | OutlineResult) -> None:
    if isinstance(result, ImportResult):
        said = _("读了 %(read)s 行：新增 %(new)s，已有 %(known)s。")
        messages.success(request, said % result._asdict())
        return
    said = _("读了 %(read)s 个图形：新增网格 %(new)s 个，改画 %(redrawn)s 个，没有变化 %(known)s 个。")
    messages.success(request, said % result._asdict())
    for one in result.warnings[:MOST_WARNINGS]:
        messages.warning(request, one.sentence())
    if (left := len(result.warnings) - MOST_WARNINGS) > 0:
        messages.warning(request, _("还有 %(left)s 处没有列出。") % {"left": left})
