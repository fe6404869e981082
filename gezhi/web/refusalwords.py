"""Sentences of refusals by their code, where one kind of refusal has many: what a case does not allow, what is no photo."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_noop

from gezhi.web import networkwords

NOT_FROM_HERE: Final[Mapping[str, str]] = {
    "no_words_complaint": gettext_noop("反映物业的事，不向其他居民公开，也不写公开说明。"),
    "no_words_referred": gettext_noop("不归这里管的事，不写公开说明。"),
    "no_words_discreet": gettext_noop("这类事会指到谁家，居民只看到类别和大致位置，不写公开说明。"),
    "no_words_not_accepted": gettext_noop("还没有受理，不写公开说明。"),
    "no_words_joined": gettext_noop("已并入另一件，公开说明写在那一件。"),
    "no_series": gettext_noop("这里没有反复出现，或者这一件已经不在能分出的一步。什么都没有改动。"),
    "root_cause_answered": gettext_noop("根治的事已经答复过了，请看这一件的经过。什么都没有改动。"),
    "no_practice": gettext_noop("做法要从办好、核实过的案件里记；反映物业服务的事不记。什么都没有改动。"),
    "practice_exists": gettext_noop("这一件的做法已经记过了，请在那一条里改。"),
    "has_contact": gettext_noop("已经留过电话了。要改的话，请打社区的电话。"),
    "already_erased": gettext_noop("个人信息已经清除过了。"),
    "shift_is_over": gettext_noop("这一班已经结束。"),
    "shift_has_begun": gettext_noop("这一班已经开始，不能再改。"),
    "not_begun": gettext_noop("这一班还没有开始。"),
    "handed_over": gettext_noop("这一班已经交接。"),
    "sheet_taken": gettext_noop("这张交接单已经确认。"),
    "taken": gettext_noop("这张交接单已经确认。"),
    "another_under_way": gettext_noop("同样表头的另一份台账正在导入，请等它完成再试。"),
    "shared_code": gettext_noop(
        "这个地址发在群里，谁都能看，不能在这里补充或确认。有话要说，请用本页的“在这里反映”。"
    ),
    "another_is_read": gettext_noop("正在读另一本，请稍等再试。什么都没有改动，返回上一页，填的内容还在。"),
    "has_begun": gettext_noop("这份台账已经开始处理，请看它的最新进展。"),
    "photo_changed": gettext_noop("遮住的地方刚刚被改过，请看最新的一张再决定。什么都没有改动。"),
    "is_frozen": gettext_noop("这个月已经冻结过了，请看已有的月台账。"),
    "too_many_files": gettext_noop("您已有三份文件正在生成，请等一份做好再要。"),
    "too_late": gettext_noop("导入超过一天，不能整批撤回。请逐件办理。"),
    "under_way": gettext_noop("还在办，办完才能撤销。"),
    "not_undone": gettext_noop("催办发出去就收不回来，不能撤销。"),
    **networkwords.NOT_FROM_HERE,
    "circumstances": gettext_noop("现在不能这样办：条件还不满足，或者已经过了时间。"),
}
PUBLIC_WORDS: Final[Mapping[tuple[str, str] | str, str]] = {
    ("public_words", "too_long"): gettext_noop("太长了，最多 %(limit)s 字。请缩短一些。"),
    ("public_words", "phone"): gettext_noop("句子里有电话号码，不能公开。请改掉再发布。"),
    ("public_words", "identity"): gettext_noop("句子里有身份证号，不能公开。请改掉再发布。"),
    ("public_words", "plate"): gettext_noop("句子里有车牌号，不能公开。请改掉再发布。"),
    ("public_words", "card"): gettext_noop("句子里有银行卡号，不能公开。请改掉再发布。"),
    ("public_words", "email"): gettext_noop("句子里有邮箱，不能公开。请改掉再发布。"),
    ("public_words", "chat"): gettext_noop("句子里有微信或QQ号，不能公开。请改掉再发布。"),
    ("public_words", "number"): gettext_noop("句子里有一长串号码，可能是谁的，不能公开。请改掉再发布。"),
    ("public_words", "to_confirm"): gettext_noop(
        "标出的像是人名或门牌。请改掉；确实不是，就勾上下面一项再发布。"
    ),
}
MONTHS: Final[Mapping[tuple[str, str] | str, str]] = {
    ("month", "too_old"): gettext_noop("只能冻结最近十二个月。"),
    ("month", "not_over"): gettext_noop("这个月还没有过完，月底以后才能冻结。"),
}
PHOTOS: Final[Mapping[str, str]] = {
    "not_a_picture": gettext_noop("“%(name)s”不是照片。请换一张照片，或重新拍一张，其他内容都还在。"),
    "unsupported": gettext_noop(
        "“%(name)s”这种格式（例如 GIF、SVG、AVIF）这里打不开。请重新拍一张，或者截个图再选，其他内容都还在。"
    ),
    "too_large": gettext_noop(
        "“%(name)s”超过 %(megabytes)s MB。请选小一点的，或重新拍一张，其他内容都还在。"
    ),
    "too_many_pixels": gettext_noop("“%(name)s”的像素太多。请选小一点的，或重新拍一张，其他内容都还在。"),
    "broken": gettext_noop("“%(name)s”打不开，可能没有传完整。请再选一次，或重新拍一张，其他内容都还在。"),
    "animated": gettext_noop("“%(name)s”是动图。请选一张静止的照片，其他内容都还在。"),
    "decoder_died": gettext_noop(
        "“%(name)s”没能打开，可能系统正忙。请再选一次，或重新拍一张，其他内容都还在。"
    ),
    "too_often": gettext_noop("“%(name)s”这次没有收下，请过一会儿重新选，其他内容都还在。"),
    "too_many": gettext_noop("照片最多 %(photos)s 张，“%(name)s”没有收下，其他内容都还在。"),
}
# Of what an office shows (albums, briefs, walls): by field and code.
SHOWING: Final[Mapping[tuple[str, str] | str, str]] = {
    **{
        (field, code): gettext_noop("里面有谁的号码或车牌，不能印出来。请改掉再保存。")
        for field in ("caption", "first_paragraph", "name", "text")
        for code in ("phone", "identity", "plate", "card", "email", "chat", "number")
    },
    **{
        ("lines", code): gettext_noop("第 %(line)s 条里有谁的号码或车牌，不能印出来。请改掉再保存。")
        for code in ("phone", "identity", "plate", "card", "email", "chat", "number")
    },
    **{
        (field, "to_confirm"): gettext_noop("里面像是有人名或门牌。请改掉；确实不是，就勾上下面一项再保存。")
        for field in ("caption", "first_paragraph", "name", "text")
    },
    ("lines", "to_confirm"): gettext_noop(
        "第 %(line)s 条里像是有人名或门牌。请改掉；确实不是，就勾上下面一项再保存。"
    ),
    ("caption", "too_long"): gettext_noop("太长了，最多 %(limit)s 字。请缩短一些。"),
    ("first_paragraph", "too_long"): gettext_noop("太长了，最多 %(limit)s 字。请缩短一些。"),
    ("lines", "empty"): gettext_noop("还没有写标准条目。一行写一条，或者改选“用现成的”。"),
    ("lines", "too_many_standards"): gettext_noop("一本影集最多 %(limit)s 条标准。请分成几本。"),
    ("lines", "too_long"): gettext_noop("第 %(line)s 条太长，请缩短一些。"),
    ("sheet", "required"): gettext_noop("请选一个表格文件，或者改选别的办法。"),
    ("sheet", "too_large"): gettext_noop("文件超过 %(megabytes)s MB，请分成几份。"),
    ("until", "before_since"): gettext_noop("结束日期不能早于开始日期。"),
    ("until", "too_long"): gettext_noop("最多一年（%(days)s 天），请改日期。"),
    ("album", "no_pictures"): gettext_noop(
        "还没有一组能印的照片。请点开下面的条目，看过照片就点“这一对都可以公开”，选“用这组”，再保存。"
    ),
    ("album", "too_many"): gettext_noop("影集已有 %(limit)s 本，请先移走不用的。"),
    ("wall", "too_many"): gettext_noop("在用的大屏已有 %(limit)s 块，请先停用不用的。"),
    ("view", "gone"): gettext_noop("这张表原来按的视图已经删去。请另选一个视图，或者选“不按视图”。"),
    ("view", "of_others"): gettext_noop(
        "这张表按的视图是别人自己的，你看不到。请另选一个视图，或者选“不按视图”。"
    ),
    ("view", "unknown"): gettext_noop("没有这个视图。请从列出的视图里选一个，或者选“不按视图”。"),
}
MAP: Final[Mapping[tuple[str, str] | str, str]] = {
    "map_box": gettext_noop("地图范围要写成 西,南,东,北 四个经纬度。"),
    "public_month": gettext_noop("月份要写成 2026-03 这样，不晚于这个月。"),
    "map_zoom": gettext_noop("地图级别要在 0 到 22 之间。"),
    "tile_scheme": gettext_noop("地址要以 https:// 或 http:// 开头。"),
    "tile_address": gettext_noop("地址不成立：主机要写完整，不能有 {s}、空格、引号或汉字。"),
    "tile_no_place": gettext_noop("地址里要有 {x}、{y}、{z}，地图才知道取哪一块。"),
    ("labels", "other_host"): gettext_noop("注记要和底图在同一个主机，而且先要有底图。"),
    ("attribution", "empty"): gettext_noop("用别人的底图要写明来源。"),
    "plan_too_few": gettext_noop("要两个或三个点，图上和地图上都有的，例如两个路口。"),
    "plan_too_close": gettext_noop("有两个点挨得太近。请选离得远的，例如图的对角。"),
    "plan_on_a_line": gettext_noop("三个点在一条直线上。请挪开一个，或只用两个。"),
    "plan_mirrored": gettext_noop("这样图会翻成镜像。请核对哪个点对哪个点。"),
    "plan_scale": gettext_noop("这样图会太大或太小。请核对每个点的经纬度。"),
    ("plans", "too_many"): gettext_noop("图纸最多 %(limit)s 张，请先拿下一张。"),
}
