"""How issuers of many places head the parts of an order: one list for pasted text and for sheets. PURE."""

import re
import unicodedata
from collections.abc import Mapping

LABELS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "工单编号", "工单号", "受理编号", "受理单号", "案件编号", "案件号", "任务编号", "任务号", "信访件编号", "信访编号", "来件编号",
        "交办单号", "批示编号", "督办编号", "流水号", "单号", "编号", "文号", "Order number", "Number",
    ),
    "due": (
        "办理时限", "办结时限", "处理时限", "处置时限", "办理期限", "办结期限", "处置截止时间", "办理截止时间", "截止时间", "要求办结时间",
        "回复时限", "答复时限", "答复期限", "反馈时限", "结案时限", "到期时间", "限办时间", "时限", "Due",
    ),
    "return_until": ("退单时限", "退件时限", "退回时限", "退单截止时间", "退回截止时间", "退件截止", "可退回至", "回退时限", "Return until"),
    "said_at": ("派单时间", "受理时间", "来电时间", "登记时间", "交办时间", "下派时间", "派遣时间", "上报时间", "Received"),
    "category": ("诉求类别", "诉求分类", "问题分类", "问题类别", "工单分类", "工单类别", "事项分类", "案件类别", "类别", "Category"),
    "top": ("大类名称", "案件大类", "大类"),
    "leaf": ("小类名称", "案件小类", "小类"),
    "wanted": ("答复形式", "回复形式", "反馈形式", "答复方式", "回复方式", "答复要求", "Answer form"),
    "title": ("诉求标题", "工单标题", "问题标题", "来件标题", "案件标题", "标题", "主题", "Title"),
    "content": (
        "诉求内容", "工单内容", "问题描述", "诉求描述", "反映内容", "案件描述", "事项内容", "批示内容", "信访内容", "主要诉求", "来电内容",
        "具体诉求", "问题内容", "内容", "Text",
    ),
    "place": (
        "诉求地址", "诉求地点", "事发地址", "事发地点", "事件地址", "问题地址", "地址描述", "位置描述", "发生地点", "发生地址", "所在位置",
        "反映地点", "案发地址", "地址", "Address",
    ),
    "phone": (
        "联系电话", "来电号码", "联系方式", "手机号码", "手机号", "诉求人电话", "反映人电话", "来电电话", "回访电话", "主叫号码", "电话",
        "Phone",
    ),
    "person": (
        "来电人姓名", "诉求人姓名", "市民姓名", "信访人姓名", "反映人姓名", "来电人", "诉求人", "反映人", "信访人", "投诉人", "举报人",
        "联系人", "姓名", "Caller",
    ),
    "private": (
        "身份证号码", "身份证号", "证件号码", "证件号", "性别", "年龄", "出生日期", "民族", "家庭住址", "户籍地址",
    ),
}  # fmt: skip
PRIVATE = frozenset({"person", "private"})  # left out of every text
_ABOUT_A_PERSON = re.compile(r"姓名|性别|年龄|身份证|证件|出生|民族|户籍|住址")
_ISSUERS = (
    ("petition", re.compile(r"信访")),
    ("leader", re.compile(r"批示|领导交办")),
    ("city", re.compile(r"数字城管|城管案件|数字化城市管理|立案部件|案件[大小]类")),
    ("hotline", re.compile(r"12345|热线|工单")),
)
_NOISE = re.compile(r"[\s*＊【】\[\]()（）]+")


def key_of(label: str) -> str:
    """The part that a head or label names, "" for an unknown one."""
    return _KEYS.get(_folded(label), "")


def is_about_a_person(label: str) -> bool:
    """Whether an unknown head asks for something that no file here keeps."""
    return bool(_ABOUT_A_PERSON.search(label[:80]))


def issuer_of(text: str) -> str:
    """Which issuer a text looks like; "" for none."""
    return next((issuer for issuer, sign in _ISSUERS if sign.search(text)), "")


def _folded(label: str) -> str:
    return _NOISE.sub("", unicodedata.normalize("NFKC", label[:40])).rstrip(":：").casefold()


_KEYS = {_folded(spelling): key for key, spellings in LABELS.items() for spelling in spellings}
