"""What a column of somebody's ledger may be: our fields, and the heads that real ledgers give them, the likeliest first."""

from collections.abc import Mapping
from typing import Final

# number: in their book. text, note, status, place: may stand in several columns. area: the community or village around the place.
FIELDS: Final = (
    "number",
    "text",
    "area",
    "place",
    "category",
    "said_at",
    "received_at",
    "contact",
    "status",
    "party",
    "closed_at",
    "note",
)
SEVERAL: Final = frozenset({"text", "area", "place", "category", "status", "party", "note"})

SPELLINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": (
        "编号", "案件编号", "工单编号", "工单号", "问题编号", "事件编号", "事项编号", "案件号", "受理编号", "受理号", "任务号",
        "任务编号", "诉求编号", "信访编号", "流水号", "留言编号", "件号", "编码", "案卷编号", "登记编号",
        "Number", "No.", "ID", "Case number", "Ticket", "Ticket number", "Reference",
    ),
    "text": (
        "问题描述", "问题内容", "事件描述", "内容", "诉求内容", "反映内容", "反映问题", "反映的问题", "投诉内容", "事项内容", "主要内容",
        "案件描述", "工单内容", "问题", "诉求", "事由", "具体问题", "详情", "情况描述", "来电内容", "主要诉求", "反映事项", "诉求标题",
        "问题标题", "主题", "标题", "工单标题", "留言详情", "留言内容", "报修内容", "报修事项", "隐患描述", "隐患内容", "存在问题",
        "问题详情", "事件内容", "Description", "Details", "Matter", "Problem", "Issue", "Text", "Subject", "Title",
    ),
    "area": (
        "社区", "所属社区", "村居", "村（居）", "社区（村）", "村社区", "居委会", "村名", "所属村居", "社区名称", "Community",
    ),
    "place": (
        "地点", "地址", "位置", "事发地点", "发生地点", "问题地点", "事件地点", "具体位置", "详细地址", "问题位置", "所在位置", "地理位置",
        "事发地址", "报修地址", "小区", "小区名称", "所属小区", "楼栋", "楼号", "楼幢", "栋号", "单元", "单元号", "门牌号", "住址", "房号", "隐患位置",
        "Place", "Location", "Address", "Where", "Compound", "Building",
    ),
    "category": (
        "类别代码", "类别", "问题类别", "问题类型", "类型", "事件类型", "事件类别", "案件类别", "案件类型", "诉求类型", "诉求类别", "分类",
        "事项类别", "事项分类", "问题分类", "小类", "小类名称", "大类", "大类名称", "工单类型", "投诉类型", "Category", "Category code", "Type", "Kind",
    ),
    "said_at": (
        "原始反映时间", "上报时间", "反映时间", "来电时间", "投诉时间", "诉求时间", "发现时间", "报修时间", "提交时间", "日期", "时间",
        "反映日期", "上报日期", "来电日期", "发生时间", "事发时间", "发生日期", "留言时间", "报修日期", "First said", "Reported at", "Date", "Time",
    ),
    "received_at": (
        "收到时间", "受理时间", "登记时间", "登记日期", "受理日期", "接收时间", "接件时间", "收件时间", "立案时间", "创建时间", "接单时间",
        "派单时间", "Received", "Received at", "Created", "Created at", "Registered",
    ),
    "contact": (
        "联系电话", "电话", "联系方式", "手机", "手机号", "手机号码", "电话号码", "反映人电话", "来电号码", "报修电话", "投诉人电话", "诉求人电话",
        "联系人电话", "Phone", "Telephone", "Mobile", "Contact",
    ),
    "status": (
        "办理情况", "状态", "办理状态", "处理状态", "处理情况", "处置情况", "办理结果", "处理结果", "处置结果", "是否办结", "办结情况", "完成情况",
        "整改情况", "整改结果", "进展", "进度", "办理进度", "答复情况", "结案方式", "是否完成", "落实情况", "处置状态", "案件状态", "工单状态",
        "Status", "State", "Result", "Outcome",
    ),
    "party": (
        "责任单位", "承办单位", "主办单位", "处置单位", "办理单位", "处理单位", "责任部门", "承办部门", "处理部门", "处置部门", "办理部门", "派单单位",
        "整改责任单位", "责任科室", "牵头单位", "Responsible", "Responsible party", "Handled by", "Department", "Assigned to",
    ),
    "closed_at": (
        "办结时间", "结案时间", "完成时间", "办结日期", "结案日期", "完成日期", "处置完成时间", "处理时间", "办理时间", "整改时间", "整改完成时间",
        "处理日期", "答复时间", "回复时间", "Closed", "Closed at", "Finished", "Completed",
    ),
    "note": ("备注", "说明", "备注说明", "其他", "其他说明", "附注", "结案说明", "Note", "Notes", "Remark", "Remarks", "Comment"),
}  # fmt: skip

# Nobody needs these to have a problem solved; a person is reached by the phone number.
PERSONAL: Final = (
    "姓名", "反映人", "反映人姓名", "投诉人", "投诉人姓名", "联系人", "联系人姓名", "来电人", "来电人姓名", "诉求人", "诉求人姓名", "报修人",
    "上报人", "业主", "业主姓名", "当事人", "申请人", "留言用户", "用户", "身份证", "身份证号", "身份证号码", "证件号码", "性别", "年龄",
    "Name", "Reporter", "Caller", "Contact person", "User", "ID card", "Resident",
)  # fmt: skip
# A count of rows begins anew in every sheet: it is no number of a matter.
COUNTS: Final = ("序号", "行号", "#", "No", "Row", "Serial")
# A head with one of these is not what it looks nearly like: 「办理时限」 is no 「办理时间」.
OTHER_MATTERS: Final = (
    "时限", "期限", "截止", "要求", "应", "满意", "评价", "回访", "照片", "图片", "来源", "督办", "经度", "纬度", "坐标", "核查", "次数",
    "数量", "人数", "金额", "due", "limit", "deadline", "photo", "latitude", "longitude",
)  # fmt: skip
