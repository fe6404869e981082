"""The product's words for what the tables call by a code: deeds, buttons, what lacks; states and endings come from `cases`.

Every table is {code: lazy words}; `of(TABLE, code)` gives the words. Times for people are in `times.py`.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from gezhi.cases import wording
from gezhi.parties.kinds import DUTY_NAMES
from gezhi.reports.kinds import CHANNEL_NAMES
from gezhi.web import networkwords

STATES = wording.STATES
ENDINGS = wording.ENDINGS
LEVELS = wording.LEVELS
CHANNELS = CHANNEL_NAMES
of = wording.of

# What the next person does, said to whoever looks at a list.
NEXT: Mapping[str, Any] = {
    "reported": _("受理或答复"),
    "asked": _("等上报人补充"),
    "opened": _("派给责任单位"),
    "dispatched": _("签收"),
    "in_hand": _("处置并上传结果"),
    "to_check": _("到现场核查"),
    "to_confirm": _("请上报人确认"),
    "closed": _("无"),
}

# The same to whoever may do it, where it is another thing than the state's own.
AHEAD: Mapping[str, Any] = {
    "solve_on_spot": _("当场解决"),
    "approve_extension": _("答复延期申请"),
    "unsatisfied": _("复核上报人的意见"),
}

# Whose turn it is where the accountable party has done its part; an objection is the desk's.
TURNS: Mapping[str, Any] = {
    "asked": _("上报人"),
    "to_check": _("核查员"),
    "to_confirm": _("上报人"),
}

# Which deadline a clock shows: each step has its own beside the two of the whole case.
CLOCKS: Mapping[str, Any] = {
    "reported": pgettext_lazy("clock", "受理"),
    "asked": pgettext_lazy("clock", "补充"),
    "opened": pgettext_lazy("clock", "派遣"),
    "dispatched": pgettext_lazy("clock", "签收"),
    "in_hand": pgettext_lazy("clock", "处置"),
    "to_check": pgettext_lazy("clock", "核查"),
    "to_confirm": pgettext_lazy("clock", "确认"),
    "objected": pgettext_lazy("clock", "复核"),
    "make_safe": pgettext_lazy("clock", "先做的事"),
    "fix": pgettext_lazy("clock", "办结"),
    "review": pgettext_lazy("clock", "挂账"),
    "order": pgettext_lazy("clock", "来件"),
}

# What a stretch of time was spent on, where nobody worked.
WAITS: Mapping[str, Any] = {
    "asked": _("等上报人"),
    "to_check": _("等核查"),
    "to_confirm": _("等上报人"),
    "objected": _("等复核"),
    **networkwords.WAITS,
}

DUTIES: Mapping[str, Any] = {duty.value: name for duty, name in DUTY_NAMES.items()}

# A button: what happens when it is pressed.
ACTS: Mapping[str, Any] = {
    "accept": _("受理立案"),
    "ask": _("请上报人补充"),
    "answer": _("代上报人补充"),
    "decline": _("不予受理"),
    "dispatch": _("派遣"),
    "take": _("签收"),
    "solve_on_spot": _("当场解决"),
    "done": _("处置完成"),
    "pass_check": _("核查通过"),
    "fail_check": _("核查不通过"),
    "satisfied": _("上报人认可，结案"),
    "unsatisfied": _("上报人不认可，返工"),
    "uphold": _("维持结果，结案"),
    "call_back": _("记一次回访"),
    "return": _("退回"),
    "undo_dispatch": _("撤回派遣"),
    "raise": _("上报上级"),
    "put_to_meeting": _("提交会议"),
    "request_extension": _("申请延期"),
    "approve_extension": _("同意延期"),
    "refuse_extension": _("不同意延期"),
    "carry_forward": _("挂账"),
    "resume": _("恢复办理"),
    "not_found": _("现场未见"),
    "not_ours": _("认定不属本辖区"),
    "wont_do": _("认定不予办理"),
    "join": _("并案"),
    "undo_join": _("撤销并案"),
    "split": _("分出一件"),
    "undo_split": _("撤销分案"),
    "reopen": _("重新办理"),
    "correct": _("更正位置或类别"),
    "made_safe": _("先做的已做完"),
    "note": _("记一笔"),
    "add": _("补充情况"),
    "urge": _("催办"),
    **networkwords.ACTS,
}

# A line of the timeline: what happened.
DEEDS: Mapping[str, Any] = {
    "reported": _("收到上报"),
    "accept": pgettext_lazy("happened", "受理立案"),
    "ask": _("已请上报人补充"),
    "answer": _("上报人补充了情况"),
    "ask_lapses": _("上报人未在时限内补充，退回受理"),
    "decline": pgettext_lazy("happened", "不予受理"),
    "dispatch": _("已派遣"),
    "take": _("已签收"),
    "solve_on_spot": pgettext_lazy("happened", "当场解决"),
    "done": pgettext_lazy("happened", "处置完成"),
    "pass_check": pgettext_lazy("happened", "核查通过"),
    "fail_check": pgettext_lazy("happened", "核查不通过"),
    "satisfied": _("上报人认可"),
    "unsatisfied": _("上报人不认可"),
    "uphold": _("审批人维持结果"),
    "confirm_lapses": _("到期未收到答复，自动结案"),
    "call_back": _("已记一次回访"),
    "call_back.not_reached": _("回访未接通"),
    "call_back.told": _("已电话告知上报人"),
    "return": _("已退回"),
    "undo_dispatch": _("派遣已撤回"),
    "raise": _("已上报上级"),
    "put_to_meeting": _("已提交会议"),
    "request_extension": pgettext_lazy("happened", "申请延期"),
    "approve_extension": pgettext_lazy("happened", "同意延期"),
    "refuse_extension": pgettext_lazy("happened", "不同意延期"),
    "carry_forward": _("已挂账"),
    "resume": pgettext_lazy("happened", "恢复办理"),
    "not_found": pgettext_lazy("happened", "现场未见"),
    "not_ours": pgettext_lazy("happened", "认定不属本辖区"),
    "wont_do": pgettext_lazy("happened", "认定不予办理"),
    "join": _("已并入其他案件"),
    "joined": _("并入了另一件"),
    "undo_join": _("并案已撤销"),
    "released": _("并入的一件又单独办理"),
    "split": _("分出了另一件"),
    "split_from": _("从另一件分出，立案"),
    "undo_split": _("分案已撤销，并回原件"),
    "rejoined": _("分出的一件又并了回来"),
    "reopen": pgettext_lazy("happened", "重新办理"),
    "hand_over": _("服务单位变更，随之移交"),
    "public_words.shown": _("公开说明"),
    "fixture": _("说明了是哪个设施"),
    "root_cause.raised": _("这里反复出现，另立了一件根治"),
    "root_cause.not_now": _("这里反复出现，现在不根治"),
    "practice_used.useful": _("用了别处的做法，有用"),
    "practice_used.useless": _("用了别处的做法，没用"),
    "public_words.kept": _("不公开说明，或已撤回"),
    "order_clock": _("来件的时限变了，随之调整"),
    "clock_anew": _("系统升级后，时限按现在的规则重算"),
    "correct": _("已更正位置或类别"),
    "relocate": _("所在位置的归属变了，案件随之调整"),
    "made_safe": pgettext_lazy("happened", "先做的已做完"),
    "note": pgettext_lazy("happened", "记一笔"),
    "add": _("上报人又补充了情况"),
    "added": _("补充了情况"),
    "urge": _("上报人催办"),
    "urge.desk": _("受理席催办"),
    "remind": _("系统提醒：即将到期"),
    "remind.late": _("系统提醒：已超时，还没有办"),
    "escalate": _("超期，已提级督办"),
    "escalate.own": _("超过时限，已提醒本单位负责人"),
    "escalate.end": _("超时，已督办到负责人"),
    "restated": _("受理席转述了上报内容"),
    "contact_revealed": _("查看了联系电话"),
    "contact_left": _("补留了联系电话"),
    "erased": _("个人信息已清除"),
    **networkwords.DEEDS,
}


def deed(event: str, after: Mapping[str, Any]) -> str:
    """The code of what happened: the event, where it makes a difference with what came of it.

    The first rung of a ladder is whoever has the case: reminded, not watched over by himself. At its end one is reminded of what is late.
    """
    is_own = event == "escalate" and after.get("escalations") == 1
    is_late = event == "remind" and "last_escalated_at" in after
    found = f"{event}.{after.get('outcome') or ('own' if is_own else 'late' if is_late else '')}"
    return found if found in DEEDS else event


# What in a sentence identifies somebody, or may.
IDENTIFIES: Mapping[str, Any] = {
    "phone": _("电话号码"),
    "identity": _("身份证号"),
    "plate": _("车牌号"),
    "card": _("银行卡号"),
    "email": _("邮箱"),
    "chat": _("微信或QQ号"),
    "number": _("一长串号码"),
    "name": _("像是人名"),
    "home": _("像是门牌"),
}

# What a move still lacks: one sentence each, said beside the field.
LACKS: Mapping[str, Any] = {
    "public_words": _("请写一句，或选“不公开”"),
    "practice": _("请写下做法"),
    "place": _("请先选定位置"),
    "category": _("请先选定类别"),
    "note": _("请写明情况"),
    "reason": _("请写明理由"),
    "answer": _("请写明补充的情况，或附照片"),
    "party": _("请选择单位"),
    "into": _("请填写要并入的案件编号"),
    "until": _("请选择日期"),
    "on_site": _("请在现场扫描位置码或提供定位"),
    "photo_after": _("请上传处置后的照片"),
    "photo_same_angle": _("请上传与处置前同一角度的照片"),
    "document": _("请上传单据照片"),
    "count": _("请填写清点的数量"),
    "proof": _("请按本类别的要求提供结案凭证"),
    "verdict": _("请写明核查所见，或上传照片"),
    "text": _("请写下内容"),
    "text_or_photo": _("请写一句话，或附一张照片"),
    "contact": _("请留下电话"),
    "order_answer": _("请写明答复的内容"),
    "order_verdict": _("请选一项评价"),
    **networkwords.LACKS,
}

PICTURES: Mapping[str, Any] = {
    "before": _("处置前"),
    "photo_after": _("处置后"),
    "photo_same_angle": _("同一角度"),
    "document": _("单据"),
    "verdict": _("核查照片"),
}

PROOFS: Mapping[str, Any] = {
    "photo_after": _("处置后照片"),
    "photo_same_angle": _("同角度照片"),
    "document": _("单据照片"),
    "count": _("清点数量"),
    "note": _("情况说明"),
}

CALLS: Mapping[str, Any] = {
    "accepted": _("告知已受理"),
    "asked": _("请其补充情况"),
    "declined": _("告知不予受理及理由"),
    "extended": _("告知延期"),
    "paused": _("告知挂账及理由"),
    "reopened": _("告知重新办理"),
    "joined": _("告知已并案"),
    "apart": _("告知又单独办理"),
    "split": _("告知另立一件办理"),
    "closed": _("告知已结案"),
    "please_confirm": _("请其确认结果"),
}

CALL_OUTCOMES: Mapping[str, Any] = {
    "satisfied": _("认可，结案"),
    "unsatisfied": _("不认可，返工"),
    "told": _("已告知"),
    "not_reached": _("没有接通"),
    "settled": _("已经有了答复"),
    "texted": _("已发短信"),
}

PARTY_LEVELS: Mapping[str, Any] = {
    "P": _("物业"),
    "O": _("业委会"),
    "C": _("社区"),
    "S": _("街道"),
    "D": _("区直部门"),
    "U": _("管线单位"),
}


def language() -> str:
    """The reader's language as the catalogue wants it."""
    return get_language() or "zh-hans"
