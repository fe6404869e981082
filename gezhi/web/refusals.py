"""Refusals as answers: the right status, and a sentence in the reader's language that says what to do next."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.duty import queries as duty
from gezhi.duty.queries import Answering
from gezhi.evidence.actions import MOST_BYTES
from gezhi.kernel.actor import VISITOR
from gezhi.kernel.refusal import (
    Invalid,
    Missing,
    NotFound,
    NotFromHere,
    NotYours,
    Refusal,
    Stale,
    Unavailable,
)
from gezhi.parties import queries as parties
from gezhi.reports.intake import MOST_PHOTOS
from gezhi.web import georeport, networkwords, problems, words
from gezhi.web.context import look
from gezhi.web.limits import TooOften
from gezhi.web.refusalwords import MAP, MONTHS, NOT_FROM_HERE, PHOTOS, PUBLIC_WORDS, SHOWING

if TYPE_CHECKING:
    from gezhi.web.asked import Asked

RETRY_SECONDS = 5
MOST: Final = {"photos": MOST_PHOTOS, "megabytes": MOST_BYTES // 1_000_000}
STATUS: Final[Mapping[type[Refusal], int]] = {
    NotFound: 404,
    NotYours: 403,
    NotFromHere: 409,
    Stale: 409,
    Missing: 422,
    Invalid: 422,
    TooOften: 429,
    Unavailable: 503,
}
TITLES: Final[Mapping[int, str]] = {
    400: gettext_noop("发来的内容读不懂"),
    403: gettext_noop("这件事不归您的岗位办理"),
    404: gettext_noop("没有找到这个页面"),
    405: gettext_noop("这个地址不能这样打开"),
    409: gettext_noop("情况刚刚有了变化"),
    413: gettext_noop("一次发来的内容太多"),
    422: gettext_noop("还差一点"),
    429: gettext_noop("请稍等再试"),
    503: gettext_noop("系统正忙，请稍等几秒再试"),
}
ADVICE: Final[Mapping[int, str]] = {
    400: gettext_noop("请返回上一页，检查后重新提交。"),
    403: gettext_noop("如果您认为应当由您办理，请联系本单位管理员核对岗位。"),
    404: gettext_noop("请检查地址或查询码是否写全；也可以回到首页重新开始。"),
    405: gettext_noop("请返回上一页，用页面上的按钮操作。"),
    409: gettext_noop("有人比您先办了一步。请看最新情况，再决定要不要继续。"),
    413: gettext_noop(
        "一次最多 %(photos)s 张照片，每张不超过 %(megabytes)s MB。请返回上一页，减少照片后重新提交。"
    ),
    422: gettext_noop("请返回上一页，按提示补充后重新提交，已填的内容都还在。"),
    429: gettext_noop("同一个网络短时间内提交得太多。请过一会儿再试，急事请直接打值班电话。"),
    503: gettext_noop("您的内容没有丢：请返回上一页再按一次提交，不会重复。"),
}

# Why a value cannot be taken: by field and code, then by code alone.
SENTENCES: Final[Mapping[tuple[str, str] | str, str]] = {
    **SHOWING,
    ("text", "too_long"): gettext_noop("太长了，最多 %(limit)s 字。请缩短一些。"),
    **PUBLIC_WORDS,
    **networkwords.SENTENCES,
    ("fixture", "unknown"): gettext_noop("没有这个设施，或者它不在这一件的位置。请重新选择。"),
    ("practice", "too_long"): gettext_noop("太长了，最多 %(limit)s 字。请缩短一些。"),
    ("contact", "not_a_phone"): gettext_noop(
        "这不像电话号码。请写 11 位手机号，或带区号的固定电话；也可以不留。"
    ),
    ("contact", "none"): gettext_noop("上报人没有留电话，或已经清除。"),
    ("category", "refer_out"): gettext_noop("这类事不由这里受理，请按页面上的单位和电话联系。"),
    ("category", "unknown"): gettext_noop("没有这个类别，请重新选择。"),
    ("evidence", "too_many"): gettext_noop("照片太多，最多 %(limit)s 张。请去掉几张。"),
    ("evidence", "named_twice"): gettext_noop("同一张照片选了两次，请去掉一张。"),
    ("evidence", "not_claimable"): gettext_noop(
        "有照片放得太久，已经清除。请重新拍摄或选择，其他内容都还在。"
    ),
    ("boxes", "not_a_box"): gettext_noop(
        "有一块填得不对：每行四个数字，左、上、宽、高，都是占图片的百分之几。"
    ),
    ("boxes", "too_many"): gettext_noop("遮住的地方太多，最多 20 块。请并成大一点的几块。"),
    ("boxes", "same"): gettext_noop("和现在遮住的一样，没有改动。"),
    ("key", "other_body"): gettext_noop(
        "这张表已经提交过一次，收到了。如果这是另一件事，请再按一次提交；如果是补充，请到进度页补充。"
    ),
    ("key", "malformed"): gettext_noop("这张表不完整，请再按一次提交。"),
    ("point", "half"): gettext_noop("位置不完整，请重新选择。"),
    ("point", "out_of_range"): gettext_noop("位置不在地图范围内，请重新选择。"),
    ("mapping", "text"): gettext_noop("请选出哪一列是“问题描述”，没有它就不知道是什么事。"),
    ("mapping", "twice"): gettext_noop("有两列选成了同一项，请只留一列。"),
    ("mapping", "unknown"): gettext_noop("有一列选的内容不认识，请重新选择。"),
    **MAP,
    ("place", "unknown"): gettext_noop("没有这个地点，请重新选择。"),
    ("place", "closed"): gettext_noop("这个地点已经停用，请选择另一个。"),
    ("party", "complained_of"): gettext_noop("不能派给被反映的单位，请选择另一个。"),
    ("party", "closed"): gettext_noop("这个单位已经停用，请选择另一个。"),
    ("party", "unknown"): gettext_noop("没有这个单位，请重新选择。"),
    ("party", "has_it"): gettext_noop("现在就在这个单位手里，请选择另一个。"),
    ("party", "still_serving"): gettext_noop("这个单位还在服务某处，请先结束它的服务。"),
    ("party", "still_staffed"): gettext_noop("这个单位还有人在岗，请先结束他们的岗位。"),
    ("party", "still_above"): gettext_noop("还有单位归它管，请先改归另一个。"),
    ("party", "intake"): gettext_noop("这是总受理席，请先指定另一个。"),
    ("into", "unknown"): gettext_noop("没有找到这个案件编号，请核对。"),
    ("into", "not_taken"): gettext_noop(
        "说是和另一条同一件，可是那一条没有登记。请先勾上那一条，或者选“是新的一件”。"
    ),
    ("place", "choose_one"): gettext_noop("请从找到的位置里选一个。"),
    ("place", "not_found"): gettext_noop("没有找到这个位置。换个说法，或者清空。"),
    ("into", "itself"): gettext_noop("不能并入它自己，请填写另一个案件编号。"),
    ("into", "closed"): gettext_noop("那个案件已经结案，不能并入。"),
    ("into", "not_the_same_complaint"): gettext_noop("反映物业的事不能并入物业看得到的案件。"),
    ("reports", "one_stays"): gettext_noop("开案的那一条要留在本件，请只选属于另一件的上报。"),
    ("reports", "unknown"): gettext_noop("有一条上报已经不在本件，请重新选择。"),
    ("category", "not_the_same_complaint"): gettext_noop(
        "这条上报反映物业，转过去物业就看得到了。请不选上报，用自己的话写另一件事。"
    ),
    ("came_back_from", "unknown"): gettext_noop("那件不是在这里办结的，请重新选择。"),
    ("until", "not_later"): gettext_noop("要晚于现在的办理时限，请选择更晚的时间。"),
    ("form", "unknown_suffix"): gettext_noop("表样只能是 .docx 或 .xlsx，请另存后再上传。"),
    ("form", "form_too_large"): gettext_noop("表样超过 %(kilobytes)s KB。请去掉里面的图片再上传。"),
    ("form", "broken_form"): gettext_noop(
        "这个表样打不开，可能没有存完整或有密码。请用 Word 或 Excel 另存后再上传。"
    ),
    ("form", "bomb"): gettext_noop("这个表样解开后太大，不能收。请重新做一份简单的。"),
    ("form", "macros"): gettext_noop("表样里有宏或嵌入的文件，不能收。请去掉后另存再上传。"),
    ("form", "abroad"): gettext_noop("表样引用了外面的文件或图片，不能收。请把它们去掉后再上传。"),
    ("form", "part_names"): gettext_noop(
        "表样里有重名或者放错位置的部件，不能收。请用 Word 或 Excel 另存后再上传。"
    ),
    ("form", "alt_chunk"): gettext_noop(
        "表样里嵌了另一份文档，打开时才并进来，不能收。请把它的内容直接写进表样后再上传。"
    ),
    ("form", "strange_part"): gettext_noop(
        "表样里有“%(what)s”，普通表样用不着，打开时可能会自己运行或联网，不能收。请去掉后另存再上传。"
    ),
    ("form", "field"): gettext_noop(
        "表样里有域“%(what)s”，打开时可能会运行程序或读取别处的文件，不能收。请去掉这个域，页码、日期一类的可以保留。"
    ),
    ("form", "formula"): gettext_noop(
        "表样里有公式“%(what)s”，可能会联网、运行程序或读取别的文件，不能收。请改成普通内容，求和、日期一类的可以保留。"
    ),
    ("form", "only_xlsx"): gettext_noop("上级表式只收 .xlsx。请用 Excel 另存为 .xlsx 再上传。"),
    ("form", "sheet_form_too_large"): gettext_noop(
        "表式超过 %(megabytes)s MB。请去掉里面的图片和用不着的工作表再上传。"
    ),
    ("form", "no_heads"): gettext_noop("表里没有找到表头：至少要有一行，写着两列以上的名称。请核对再上传。"),
    ("fields", "none"): gettext_noop("还没有一列从台账里取。请至少选一列。"),
    ("fields", "unknown"): gettext_noop("有一列选得不对，请重新选择。"),
    ("rows", "out_of_range"): gettext_noop(
        "填写的行要在表头以下（第 %(least)s 行起），起始行不能大于结束行。"
    ),
    ("lines", "form_is_full"): gettext_noop(
        "符合条件的有 %(count)s 件，表里只有 %(limit)s 行，又不许加行。请缩小范围，或允许加行。"
    ),
    ("lines", "too_many_for_a_form"): gettext_noop(
        "符合条件的有 %(count)s 件，一张表最多填 %(limit)s 件。请缩小范围，比如按月或按社区分开填。"
    ),
    ("lines", "too_many"): gettext_noop("一张工作表最多 %(limit)s 行，放不下。请缩小范围，或下载 CSV。"),
    **MONTHS,
    ("form", "no_marks"): gettext_noop("表样里没有一个 {{…}} 记号，不知道填在哪里。请写上后再上传。"),
    ("form", "unknown_marks"): gettext_noop("表样里有不认识的记号：%(marks)s。请改成上面列出的写法。"),
    ("form", "in_a_formula"): gettext_noop("有一个记号写在公式里，请改写在普通单元格里。"),
    ("reason", "window_over"): gettext_noop("退回的期限已过，不能再退。可以答复，或申请延期。"),
    ("until", "not_in_the_future"): gettext_noop("请选择今天以后的日期。"),
    ("until", "not_more_time"): gettext_noop("延期不能早于现在的时限，请选择更晚的日期。"),
    ("scopes", "empty"): gettext_noop("请至少选一项。"),
    ("expires_at", "too_late"): gettext_noop("最长一年，请选近一点的日子。"),
    ("token", "too_many"): gettext_noop("在用的令牌已有 %(limit)s 个，请先撤销不用的。"),
    ("name", "view_taken"): gettext_noop("已经有叫这个名字的视图，请换一个名字。"),
    ("name", "too_many_views"): gettext_noop("视图已有 %(limit)s 个，请先删去不用的。"),
    ("query", "too_long"): gettext_noop("条件太多，存不下。请去掉一些再存。"),
    ("ending", "not_a_claim"): gettext_noop("请在“未发现”和“已消失”之间选择。"),
    ("condition", "of_another_category"): gettext_noop("这个立案条件不属于所选的类别，请重新选择。"),
    ("outcome", "does_not_fit"): gettext_noop("这个结果不适合这次回访，请重新选择。"),
    ("cases", "required"): gettext_noop("没有勾选案件。请回到列表勾选。"),
    ("cases", "unknown"): gettext_noop("选的案件您现在看不到，或者地址不完整。请回到列表重新选。"),
    ("cases", "too_many"): gettext_noop("一次最多 500 件，请分几次办。"),
    ("undo", "too_late"): gettext_noop("已经过了十分钟，不能一次撤销了。还可以打开案件，逐件撤回。"),
    ("urge", "too_soon"): gettext_noop("刚刚催过。%(again)s 以后可以再催；急事请直接打值班电话。"),
    ("standing_phone", "last_contact"): gettext_noop("24 小时电话不能清空：最后总要有人接。"),
    ("standing_phone", "not_a_phone"): gettext_noop("这不像电话号码，请核对。"),
    ("account", "last_administrator"): gettext_noop("这是最后一位管理员，请先指定另一位。"),
    ("post", "last_administrator"): gettext_noop("这是最后一位管理员，请先指定另一位。"),
    ("address", "not_an_address"): gettext_noop("这不像邮箱地址，请核对。一次只填一个，只用英文字母和符号。"),
    ("address", "not_a_robot"): gettext_noop(
        "这不像群机器人的地址。请把企业微信显示的 Webhook 地址整个复制过来。"
    ),
    ("userid", "not_a_userid"): gettext_noop("这不像企业微信的账号，只有字母、数字和 . _ - @，最多 64 个。"),
    ("userid", "taken"): gettext_noop("这个企业微信账号已经关联到另一个账号，请先在那里取消。"),
    ("corp_id", "malformed"): gettext_noop("企业 ID 只有字母和数字，请从“我的企业”页复制。"),
    ("agent_id", "malformed"): gettext_noop("AgentId 是一个数字，请从应用页复制。"),
    ("secret", "empty"): gettext_noop("请填应用的 Secret。"),
    ("secret", "malformed"): gettext_noop("Secret 只有英文字母、数字和符号，中间没有空格，请重新复制。"),
    ("token", "not_a_token"): gettext_noop("Token 只有字母和数字，最多 32 个。也可以留空，在这里生成。"),
    ("encoding_key", "not_a_key"): gettext_noop(
        "EncodingAESKey 是 43 个字母和数字。也可以留空，在这里生成。"
    ),
    ("url", "not_a_url"): gettext_noop("这不是完整的网址，请从 https:// 写起。"),
    ("url", "https_only"): gettext_noop("消息要加密传送，请填 https:// 开头的地址。"),
    ("url", "credentials"): gettext_noop("地址里不能带用户名和密码，请去掉 @ 和它前面的部分。"),
    ("url", "forbidden"): gettext_noop("这个地址在内部网络里，不能发往那里。"),
    ("username", "bad_username"): gettext_noop(
        "登录名用字母、数字和 . _ - @，%(least)s 至 %(most)s 位，不分大小写。"
    ),
    ("password", "weak"): gettext_noop("密码太容易猜，请至少用 10 位，不要用常见的词。"),
    ("old_password", "wrong"): gettext_noop("原密码不对，请重新输入。"),
    ("starts_at", "overlaps"): gettext_noop("这段时间已经有人值班，请改时间。"),
    ("ends_at", "longer_than_a_day"): gettext_noop("一班不能超过 24 小时。"),
    ("ends_at", "not_after_start"): gettext_noop("结束时间要晚于开始时间。"),
    ("period", "overlaps"): gettext_noop("这段时间已经有单位在服务，请改日期。"),
    ("parent", "kind"): gettext_noop("这种位置不能放在那里，请选择另一个。"),
    ("parent", "closed"): gettext_noop("那个位置已经停用，请选择另一个。"),
    ("grid", "missing"): gettext_noop("请选择网格。"),
    ("grid", "other_community"): gettext_noop("这个网格属于另一个社区，请重新选择。"),
    "not_closed": gettext_noop("还在使用，没有停用。"),
    ("parent", "circle"): gettext_noop("不能归到它自己或它的下级之下。"),
    ("open_numbers", "not_case_numbers"): gettext_noop("请填写案件编号，每行一个。"),
    ("make_safe", "later_than_fix"): gettext_noop("先做什么的时限不能晚于办结的时限。"),
    ("hour_to", "same_hour"): gettext_noop("两个时刻不能相同；全天适用就都不填。"),
    "is_over": gettext_noop("请填今天或以后的日期。"),
    "changes_nothing": gettext_noop("到那天也和现行的一样。请写要改的内容，或者不填日期。"),
    "half": gettext_noop("起和止要一起填，或者都不填。"),
    "not_a_day": gettext_noop("没有这一天，请核对。"),
    "required": gettext_noop("请填写这一项。"),
    "missing": gettext_noop("请填写这一项。"),
    "empty": gettext_noop("不能为空，请填写。"),
    "unknown": gettext_noop("没有找到，请重新选择。"),
    "closed": gettext_noop("已经停用，请选择另一个。"),
    "cases_open": gettext_noop("还有 %(count)s 件没有办完，现在不能停用。"),
    "in_the_future": gettext_noop("请填今天或以前的日期。"),
    ("category", "closed"): gettext_noop("这个类别已经停用，请选择另一个。"),
    ("into", "places_left"): gettext_noop("还有 %(count)s 个位置在这个网格里，请选它们改归哪个网格。"),
    ("into", "other_community"): gettext_noop("请选同一个社区里另一个在用的网格。"),
    "taken": gettext_noop("已经有了，请换一个。"),
    "looks_like": gettext_noop("和已有的太像，容易认错，请换一个。"),
    "too_long": gettext_noop("太长了，请缩短一些。"),
    "too_short": gettext_noop("太短了，至少写两个字。"),
    "out_of_range": gettext_noop("超出了允许的范围（%(least)s 至 %(most)s）。"),
    "overlaps": gettext_noop("与已有的重叠，请改时间。"),
    "not_after_start": gettext_noop("结束日期要晚于开始日期。"),
    "before_start": gettext_noop("不能早于开始日期。"),
    "only_sooner": gettext_noop("只能提前结束，不能推后。"),
    "not_a_phone": gettext_noop("这不像电话号码，请核对。"),
    "nul": gettext_noop("含有无法保存的字符，请删去后再试。"),
    "surrogate": gettext_noop("含有无法保存的字符，请删去后再试。"),
    "noncharacter": gettext_noop("含有无法保存的字符，请删去后再试。"),
    "hidden": gettext_noop("含有看不见的字符，请重新输入。"),
    "line_break": gettext_noop("这一项不能换行。"),
    "not_valid": gettext_noop("不对或已过期，请核对或重新领取。"),
    "too_many": gettext_noop("太多了，请减少一些。"),
    "not_allowed": gettext_noop("这一项不能这样选。"),
}


def status(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next((number for kind, number in STATUS.items() if isinstance(refusal, kind)), 422)


def sentence(refusal: Refusal) -> str:
    """What happened and what to do, for a page or beside a field. Never empty."""
    if isinstance(refusal, Missing):
        return " ".join(words.of(words.LACKS, fact) for fact in refusal.facts)
    if isinstance(refusal, NotFromHere) and refusal.code in NOT_FROM_HERE:
        return _(NOT_FROM_HERE[refusal.code])
    if isinstance(refusal, Stale) and refusal.details.get("by") == "system":
        return _("这期间系统提醒过或调整过这件案件。请看最新情况，再决定要不要继续。")
    if isinstance(refusal, TooOften):
        return _("同一个网络短时间内提交得太多。请过 %(minutes)s 分钟再试，急事请直接打值班电话。") % {
            "minutes": -(-refusal.seconds // 60)
        }
    field = refusal.field if isinstance(refusal, Invalid) else ""
    is_value = status(refusal) == 422
    found = SENTENCES.get((field, refusal.code)) or SENTENCES.get(refusal.code) if is_value else ""
    if not found:
        return _("这一项不能这样填，请核对。") if is_value else _advice(status(refusal))
    try:
        return _(found) % refusal.details
    except (KeyError, ValueError):  # a door that gives no bounds gets the plain sentence
        return _("这一项不能这样填，请核对。")


def _advice(number: int) -> str:
    return _(ADVICE[number]) % MOST


def photo_sentence(name: str, code: str, most: int | None = None) -> str:
    """Why one picture was not taken, by the name its sender gave it (at most 40 characters of it). most: how many this form takes."""
    shown = name.strip()[:40] or _("照片")
    return _(PHOTOS.get(code, PHOTOS["broken"])) % {
        "name": shown,
        **MOST,
        **({"photos": most} if most else {}),
    }


def page(request: HttpRequest, refusal: Refusal, *, url: str = "") -> HttpResponse:
    """A whole page, or a notice for htmx, each with what a colleague typed; a problem for a program. url: where the fresh state can be
    seen.
    """
    if isinstance(refusal, Unavailable):
        return unavailable(request)
    number = status(refusal)
    if georeport.is_for_client(request):
        return client_answer(request, refusal)
    if problems.is_for_program(request):
        return problems.of_refusal(refusal, number, sentence(refusal))
    context = {"status": number, "title": _(TITLES[number]), "advice": sentence(refusal), "url": url}
    context["typed"] = _typed(request)
    if isinstance(refusal, NotFound):
        context["answering"] = _phone_of_the_office(request)
    name = "errors/_notice.html" if getattr(request, "htmx", False) else "errors/page.html"
    answer = render(request, name, context, status=number)
    if isinstance(refusal, TooOften):
        answer["Retry-After"] = str(refusal.seconds)
    return answer


def client_answer(request: HttpRequest, refusal: Refusal, said: str = "") -> HttpResponse:
    """A refusal as Open311 has it: 404 for what is not there, 403 for who may not, 400 for everything that cannot be taken."""
    number = status(refusal)
    shown = number if number in {403, 404, 429, 503} else 400
    found = georeport.error(request, shown, said or ("" if shown != 400 else sentence(refusal)))
    if isinstance(refusal, TooOften):
        found["Retry-After"] = str(refusal.seconds)
    return found


def _typed(request: HttpRequest) -> list[str]:
    """What a colleague wrote into a form that cannot be shown again, for the case may have left his sight: he takes it along."""
    if request.method != "POST" or getattr(request, "actor", VISITOR) == VISITOR:
        return []
    return [text for name in ("note", "reason") if (text := request.POST.get(name, "").strip())]


def _phone_of_the_office(request: HttpRequest) -> Answering | None:
    """Whom a resident may ring up who holds a code that leads nowhere; colleagues have their own lists."""
    if getattr(request, "actor", None) != VISITOR or not hasattr(request, "jurisdiction"):
        return None
    now = cast("Asked", request).now
    with suppress(NotFound):
        return duty.answering(parties.desk_of("", now), now)
    return None


def plain_page(request: HttpRequest, number: int, *, title: str = "", advice: str = "") -> HttpResponse:
    """The page of a bare status; title and advice are the table's unless given. Asks the database nothing.

    A program gets the problem of that status.
    """
    if problems.is_for_program(request):
        return problems.said(request, number, detail=advice)
    context = {
        "status": number,
        "title": title or _(TITLES[number]),
        "advice": advice or _advice(number),
        "request": request,
        "csrf_token": get_token(request),
        **look(request),
    }
    # Rendered without the other context processors: the session lies in the database, which may be what is in trouble.
    return HttpResponse(render_to_string("errors/page.html", context), status=number)


def no_office(request: HttpRequest) -> HttpResponse:
    """404: no office stands behind this address (yet)."""
    advice = _("这里还没有开通办事处。如果您是管理员，请先建立办事处，再核对网址。")
    return plain_page(request, 404, title=_("这个网址还没有开通"), advice=advice)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database or the disk cannot take it now. Pressing again is safe."""
    answer = plain_page(request, 503)
    answer["Retry-After"] = str(RETRY_SECONDS)
    return answer
