"""An order's parts made into what is kept: one phone number, and a text in which nobody is named. PURE."""

import re
import unicodedata
from collections.abc import Iterable

from gezhi.kernel.private import MASK, mask_private
from gezhi.kernel.text import phone_key

NAME = "来电人"  # stands where a name stood
_PHONE = re.compile(
    r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])|(?<![0-9])0[0-9]{2,3}[- ][0-9]{7,8}(?![0-9])"
)
_SURNAME = re.compile(
    r"(?:市民|居民|群众|来电人|诉求人|业主|村民)?[\u4e00-\u9fff某]{1,2}(?<![这那该位名的])(?:先生|女士|小姐|同志)(?=来电|反映|致电|称|投诉|咨询|求助|表示|[，,：:。\s]|$)"
)
# what stands where a name is asked for and names nobody: taken out of the text it would only change its words
_NOBODY = frozenset(
    [
        "市民",
        "居民",
        "群众",
        "业主",
        "村民",
        "住户",
        "匿名",
        "来电人",
        "诉求人",
        "反映人",
        "先生",
        "女士",
        "小姐",
        "同志",
        "不详",
        "未知",
        "不愿透露",
    ]
)
# with a family name before it; without one it is nobody: 该女士, 这位先生
_TITLED = re.compile(r"(?<=[\u4e00-\u9fff])(?<![这那该位名的一两])(?:先生|女士|小姐)")
# how a sentence goes on behind 市民 when no name is said
_NO_NAME = (
    "来电(?!人)|致电|来信|来访|反映|投诉|咨询|求助|表示|匿名|再次|多次|通过|拨打|认为|要求|希望|您好|你好|们"
)
_CALLED = re.compile(
    rf"(?:市民|居民|群众|业主|村民)[：: ]?(?!{_NO_NAME})([\u4e00-\u9fff]{{2,3}})(?=来电|致电|反映|投诉|咨询|求助|来信|来访)"
)

# the door of whoever called, beside the words that say it is his
_HOME = re.compile(
    r"((?:家住|现住|居住[于在]|住在|住址(?:是|为)?[：: ]?)[^。；;，,、\n]{0,40}?(?:单元|号楼|栋|幢|楼|[-－—]))[\d〇一二三四五六七八九十]{1,5}(?:室|户|号房)?(?!\d|单元|号楼|栋|幢|层)"
)
# what carries a long number that is nobody's: things by their number, plates
_THING = re.compile(
    r"(?<!证)(?<!证件)(?:编号|灯杆|杆号|表号|井号|工单号?|单号|案件号?|文号|流水号|批号)[为是：: ]{0,3}(?![1１][3-9３-９][\d－-]{9,12}(?!\d))[A-Za-z]{0,6}\d[\d-]{4,16}(?!\d)"
    r"|[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·. ]?(?=[A-Za-z0-9]{0,5}\d)[A-Za-z0-9]{5,6}(?![A-Za-z0-9])"
)
_SECRECY = re.compile(
    r"[（(【\[]?[ 　]*(?:请|要求|需要|需|希望|对其|对|其|本人|身份|信息|个人|姓名|电话|号码|全程|注意|予以|应当|应|的|为){0,6}保密"
    r"(?:件|单|工单|处理|办理|身份)?[ 　]*[)）】\]]?"
)
_RESPONSE = re.compile(r"^[ 　]*响应(?:要求|时限|时间)?[：:][ 　]*(\S.{0,99})$", re.MULTILINE)
_OWN_PHONE = re.compile(
    r"(?:联系电话|联系人电话|联系方式|本人电话|手机号码?|来电号码|回电)[是为：: ]{0,3}([+＋\d０-９（(][\d０-９（）() 　.·－-]{6,24})"
)
_SECRET = re.compile(
    r"(?<!不)(?<!不用)(?<!不要)(?<!不需要)(?<!无需)(?<!无须)(?<!不要求)保密(?!局|柜|室|工作)"
)


def phone(text: str) -> str:
    """The first phone number of a part in its one spelling, "" without one."""
    said = unicodedata.normalize("NFKC", text[:2000])
    for part in [
        text.strip(),
        *re.split(r"[\s,，;；/、]+", text[:200]),
        *(found[0] for found in _PHONE.finditer(said)),
    ]:
        if part and (key := phone_key(part)):
            return key
    return ""


def own_phone(text: str) -> str:
    """The caller's number out of a text that says it is his, in its one spelling; "" without one."""
    return next((key for found in _OWN_PHONE.finditer(text[:20_000]) if (key := phone(found[1].strip()))), "")


def response(text: str) -> str:
    """What the issuer wants done at once (响应要求：1小时内联系诉求人), "" when it says nothing of it."""
    found = _RESPONSE.search(text)
    return found[1].strip() if found else ""


def secrecy(text: str) -> tuple[str, str]:
    """The words in a part that ask for secrecy, and the part without them; "" and the part when none do."""
    found = _SECRECY.search(text)
    if found is None or not wants_secrecy(text):
        return "", text
    return found[0].strip(), f"{text[: found.start()]} {text[found.end() :]}".strip()


def unnamed(text: str, names: Iterable[str] = ()) -> str:
    """The text without anybody's name, phone, ID number and own door. names: as its other parts say them.

    Plates and the numbers of things stay: they are what is reported.
    """
    said = text
    for name in sorted(
        {one.strip() for one in names if len(one.strip()) >= 2} - _NOBODY, key=len, reverse=True
    ):
        said = said.replace(name, NAME)
    said = _HOME.sub(rf"\1{MASK}", _CALLED.sub(NAME, _SURNAME.sub(NAME, said)))
    pieces, end = [], 0
    for thing in _THING.finditer(said):
        pieces += [mask_private(said[end : thing.start()]), thing[0]]
        end = thing.end()
    return "".join([*pieces, mask_private(said[end:])])


def names_somebody(text: str) -> bool:
    """Whether a text seems to name a person, or to give a phone or ID number."""
    return bool(_TITLED.search(text)) or unnamed(text) != text


def wants_secrecy(text: str) -> bool:
    """Whether a part says that the caller is to be kept secret."""
    return bool(_SECRET.search(text))


def told(title: str, content: str, others: Iterable[tuple[str, str]]) -> str:
    """What is wrong first, then every other part by its own label."""
    first = [content] if not title or content.startswith(title) else [title, content]
    lines = [f"{label}：{value}" if label else value for label, value in others if value]
    return "\n".join(part for part in [*first, *lines] if part)
