"""Plain forms of those who keep parties, places and rules: one page, one deed, refusals beside their fields."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from gezhi.kernel.actor import Actor, Duty
from gezhi.kernel.geojson import BadGeoJson
from gezhi.kernel.refusal import Invalid, Missing, NotFound, NotFromHere, Refusal, Stale
from gezhi.kernel.sheet import BadSheet
from gezhi.kernel.text import BadText
from gezhi.places import queries as places
from gezhi.web import refusals
from gezhi.web.punctuation import aside, series
from gezhi.web.rail import KEEPERS

Done = TypeVar("Done")
MOST_SHEET_BYTES = 10_000_000
# A book may fill 200 MB of memory while it is read: one at a time in this process, and nobody's request waits for long.
TURN = threading.BoundedSemaphore(1)
WAIT_SECONDS = 5.0
UNREADABLE = gettext_noop("这个文件打不开。请用 Excel 另存为 .xlsx，或存为 UTF-8 的 .csv 再上传。")
SHEETS = {
    "empty": gettext_noop("表里没有内容。"),
    "missing_heads": gettext_noop("缺少这些列：%(missing)s。请对照样表的表头。"),
    "duplicate_head": gettext_noop("表头“%(head)s”出现了两次，请去掉一列。"),
    "encrypted": gettext_noop("文件有密码，请去掉密码另存后再上传。"),
    "too_many_rows": gettext_noop("行数太多，请分成几份。"),
    "too_many_columns": gettext_noop("列数太多，请删去不用的列再上传。"),
    "too_many_cells": gettext_noop("格子太多，请删去不用的行和列，或分成几份。"),
    "too_much_text": gettext_noop("文字太多，请分成几份。"),
    "too_long": gettext_noop("第 %(row)s 行有一格太长，请缩短再上传。"),
    "quotes": gettext_noop("第 %(row)s 行附近的引号没有配对，请用 Excel 另存为 .xlsx 再上传。"),
    "encoding": gettext_noop("看不出文字编码。请选一种编码再上传，或用 Excel 另存为 .xlsx。"),
    "bomb": gettext_noop("文件展开后太大，没有打开。请只留要用的行和列，用 Excel 另存一份再上传。"),
    "overlap": gettext_noop("文件的结构不正常，没有打开。请用 Excel 另存一份再上传。"),
    "nested": gettext_noop("文件里还套着压缩文件，没有打开。请用 Excel 另存一份再上传。"),
    "doctype": gettext_noop("文件里有外部引用声明，没有打开。请用 Excel 另存一份再上传。"),
    "no_such_sheet": gettext_noop("没有这张工作表，请重新选择。"),
}
UNREADABLE_MAP = gettext_noop("这个文件读不懂。请从地图软件另存为 GeoJSON（WGS-84 经纬度）再上传。")
MAPS = {
    "encoding": gettext_noop("文件不是 UTF-8 编码（第 %(byte)s 个字节起）。请另存为 UTF-8 再上传。"),
    "broken": gettext_noop(
        "文件在第 %(line)s 行第 %(column)s 个字符处读不下去，可能没有存完整。请重新导出。"
    ),
    "too_deep": gettext_noop("第 %(shape)s 个图形附近，括号套得超过 %(limit)s 层。请重新导出。"),
    "too_many": gettext_noop("点超过 %(limit)s 个，请简化边界或分成几份。"),
    "too_many_shapes": gettext_noop("图形超过 %(limit)s 个，请分成几份。"),
    "doubled_key": gettext_noop("“%(key)s”写了两次，不知道以哪个为准。请改好再上传。"),
    "crs": gettext_noop("坐标系是“%(name)s”。请先转换成 WGS-84 经纬度再上传。"),
    "empty": gettext_noop("文件里没有图形。"),
}


def may_keep_own(actor: Actor, party_id: UUID) -> bool:
    """A party's roster and its standing phone: keepers, and its own manager or clerk."""
    return actor.has(*KEEPERS) or party_id in actor.parties(Duty.MANAGER, Duty.CLERK)


class PlaceField(forms.CharField):
    """A place by name, spoken number or code; cleans to its row. Empty cleans to None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("名称、编号或拼音首字母；要写得只有一个符合。"))
        super().__init__(max_length=100, **kwargs)

    def clean(self, value: Any) -> Any:
        """Raises ValidationError naming the first few when several fit."""
        words = super().clean(value)
        if not words:
            return None
        found = places.find(words, 4)
        exact = [one for one in found if words in (one.code, one.name, one.full_name)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(_("没有叫这个名字的位置，请检查写法。"))
        names = series(aside(one.full_name, one.code) for one in found[:3])
        raise forms.ValidationError(_("有几个都符合：%(names)s。请填其中一个的编号。") % {"names": names})


class SheetForm(forms.Form):
    """One file with a table."""

    sheet = forms.FileField(label=gettext_lazy("表格文件（.xlsx 或 .csv）"))
    suffixes = ".xlsx,.csv,.xls"
    most_bytes = MOST_SHEET_BYTES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].widget.attrs["accept"] = self.suffixes

    def clean_sheet(self) -> Any:
        """Bytes and name; refused above so many bytes."""
        file = self.cleaned_data["sheet"]
        if file.size > self.most_bytes:
            said = _("文件超过 %(megabytes)s MB，请分成几份。")
            raise forms.ValidationError(said % {"megabytes": self.most_bytes // 1_000_000})
        return file


class SheetOrMapForm(SheetForm):
    """One file with a table, or with the borders of grid cells."""

    sheet = forms.FileField(label=gettext_lazy("表格或地图文件（.xlsx、.csv 或 .geojson）"))
    suffixes = ".xlsx,.csv,.xls,.geojson,.json"


def tried(form: forms.Form, deed: Callable[[], Done]) -> Done | None:
    """What the deed gave; None when it was refused and the form now says why."""
    try:
        return deed()
    except (Invalid, Missing, NotFromHere, Stale, NotFound, BadSheet, BadGeoJson, BadText) as refused:
        field = getattr(refused, "field", None)
        form.add_error(field if field in form.fields else None, why(refused))
        return None


def in_turn(read: Callable[[], Done], seconds: float | None = None) -> Done:
    """What the reading gives. Raises NotFromHere("another_is_read") when another table is still being read after a few seconds, or so many."""
    if not TURN.acquire(timeout=WAIT_SECONDS if seconds is None else min(seconds, WAIT_SECONDS)):
        raise NotFromHere("another_is_read")
    try:
        return read()
    finally:
        TURN.release()


def why(refused: Refusal) -> str:
    """The sentence of a refusal; of a table or map that cannot be read, what is wrong with the file."""
    if isinstance(refused, BadGeoJson):
        return _(MAPS.get(refused.code, UNREADABLE_MAP)) % refused.details
    if not isinstance(refused, BadSheet):
        return refusals.sentence(refused)
    found = _(SHEETS.get(refused.code, UNREADABLE))
    missing = refused.details.get("heads", ())
    names = missing if isinstance(missing, str) else series(cast(Iterable[object], missing))
    return found % {**refused.details, "missing": names} if "%(" in found else found


def offer(form: forms.Form, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """What a choice field offers, where that is known only now."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def form_page(
    request: HttpRequest, form: forms.Form, *, heading: str, submit: str, back: str, intro: str = ""
) -> HttpResponse:
    """The form as a page of its own; 422 when it came back."""
    page = {
        "form": form,
        "heading": heading,
        "submit": submit,
        "back": back,
        "intro": intro,
        "is_multipart": form.is_multipart(),
    }
    return render(request, "desk/form.html", page, status=422 if form.errors else 200)


def deed_page(
    request: HttpRequest, form: forms.Form, deed: Callable[[], Done], *, done: str, back: str, **page: str
) -> HttpResponse:
    """A form that carries out one deed and leads back to where one came from, saying what was done; else its page. page: as of `form_page`."""
    if form.is_valid() and tried(form, deed) is not None:
        messages.success(request, done)
        return redirect(back)
    return form_page(request, form, back=back, **page)
