"""Why a telephone number was not taken, so that whoever typed it sees what to mend."""

import re
import unicodedata

from django.utils.translation import gettext as _

MOBILE_DIGITS = 11
_SIGNS = re.compile(r"[\d\s+()_.·\-\u2010-\u2015\u2212~—]*")


def why_refused(typed: str) -> str:
    """A sentence for a number that kernel.text.phone_key does not know. Never empty, and it does not repeat the number."""
    plain = unicodedata.normalize("NFKC", typed)
    digits = re.sub(r"\D", "", plain)
    if not _SIGNS.fullmatch(plain):
        return _("这里只写电话号码，别的话请写在“怎么回事”里；也可以不留。")
    if digits.startswith("1") and len(digits) != MOBILE_DIGITS and len(digits) > 6:
        return _("手机号是 11 位，您写了 %(count)s 位。请核对；也可以不留。") % {"count": len(digits)}
    if digits.startswith("1") and len(digits) == MOBILE_DIGITS:
        return _("%(start)s 不是手机号的开头。请核对；也可以不留。") % {"start": digits[:3]}
    if digits.startswith("0") and not 10 <= len(digits) <= 12:
        return _("带区号的固定电话是 10 至 12 位，您写了 %(count)s 位。请核对；也可以不留。") % {
            "count": len(digits)
        }
    if digits.startswith("0"):
        return _("这个固定电话号码不对，请核对区号和号码；也可以不留。")
    return _("这不像电话号码。请写 11 位手机号，或带区号的固定电话；也可以不留。")
