"""The voice of a form that has not been sent through yet: kept at the first POST, carried along as one signed hidden field."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from gezhi.evidence import voice
from gezhi.web import carried, limits
from gezhi.web.asked import Asked
from gezhi.web.kept import BLOCKED_FORMS_PER_HOUR

FIELD = KIND = "voice"
CARRIED = "kept_voice"
SECONDS = "voice_seconds"  # how long the phone recorded
REFUSED = {
    "empty": gettext_noop("没有录到声音，请再录一次，或者打字。其他内容都还在。"),
    "too_large": gettext_noop("录音太大（最多 2 MB，一分钟以内）。请录短一点，其他内容都还在。"),
    "too_long": gettext_noop("录音超过一分钟。请录短一点，其他内容都还在。"),
    "too_often": gettext_noop("您的网络来得太频繁，这段录音没有收下。文字都还在，请过一会儿再录。"),
    "not_audio": gettext_noop("这不是录音，或者这种格式放不出来。请重新录一次，其他内容都还在。"),
}


@dataclass(slots=True)
class Spoken:
    """The voice that came with a form. refused: the sentence for one that was not taken."""

    kept: voice.KeptVoice | None = None
    refused: str = ""

    def token(self, key: str) -> str:
        """As the form takes it back; "" without one."""
        return carried.sealed(KIND, key, self.kept.id, self.kept.sha256) if self.kept else ""


def gather(request: Asked, key: str, *, at: datetime) -> Spoken:
    """A new one, else the one carried along; the new one is safe when this returns."""
    file = request.FILES.get(FIELD)
    if file is None or not (file.size or file.name):
        return gather_carried(request, key)
    found = voice.keep(file, told_seconds=_seconds(request.POST.get(SECONDS, "")), at=at)
    if isinstance(found, voice.RefusedVoice):
        return Spoken(refused=_(REFUSED[found.code]))
    return Spoken(found)


def _seconds(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else None


def shown(row: voice.VoiceRow | None) -> str:
    """A recording in words; "" for none."""
    if row is None:
        return ""
    return _("一段 %(seconds)s 秒的录音") % {"seconds": row.seconds} if row.seconds else _("一段录音")


def gather_blocked(request: Asked, key: str, *, at: datetime) -> Spoken:
    """For a form that came too often: its new recording too, a few forms an hour; beyond that what was carried along, with a sentence."""
    if not request.FILES.get(FIELD):
        return gather_carried(request, key)
    try:
        limits.count(
            "blocked-voices", limits.address(request), most=BLOCKED_FORMS_PER_HOUR, minutes=60, at=at
        )
    except limits.TooOften:
        carried = gather_carried(request, key)
        return Spoken(carried.kept, _(REFUSED["too_often"]))
    return gather(request, key, at=at)


def gather_carried(request: Asked, key: str) -> Spoken:
    """Only what was carried along, if the signature is ours, of this very form and day."""
    one = carried.opened(KIND, key, request.POST.get(CARRIED, ""))
    return Spoken(voice.KeptVoice(*one)) if one else Spoken()
