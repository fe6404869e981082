"""A voice of a minute: told by its first bytes, sealed, claimed once, gone with its reporter."""

import io
from datetime import datetime, timedelta

import pytest

from gezhi.evidence import voice
from gezhi.evidence.models import Voice
from gezhi.evidence.voice import KeptVoice, RefusedVoice
from gezhi.kernel.refusal import Invalid, NotFound
from gezhi.tenancy.clock import new_id
from gezhi.tenancy.models import Jurisdiction
from tests.seeds.sounds import BAD, GOOD


class Sent(io.BytesIO):
    name = "voice.webm"
    size = 1


def kept(data: bytes, at: datetime) -> KeptVoice:
    found = voice.keep(Sent(data), at=at)
    assert isinstance(found, KeptVoice)
    return found


@pytest.mark.django_db(transaction=True)
class TestKept:
    @pytest.mark.parametrize("media_type", GOOD)
    def test_what_phones_record_is_kept_and_comes_back_byte_by_byte(
        self, office: Jurisdiction, noon: datetime, media_type: str
    ) -> None:
        one = kept(GOOD[media_type], noon)
        assert voice.row(one.id).media_type == media_type
        assert voice.sound(one.id) == GOOD[media_type]

    def test_nothing_of_it_can_be_read_in_the_database(self, office: Jurisdiction, noon: datetime) -> None:
        kept(GOOD["audio/ogg"] + b"what was said", noon)
        assert b"OggS" not in bytes(Voice.objects.get().data)
        assert b"what was said" not in bytes(Voice.objects.get().data)

    def test_it_is_claimed_once_and_purged_when_nobody_does(
        self, office: Jurisdiction, noon: datetime
    ) -> None:
        one, left = kept(GOOD["audio/ogg"], noon), kept(GOOD["audio/webm"], noon)
        report = new_id()
        voice.claim(one.id, report_id=report, at=noon)
        with pytest.raises(Invalid):
            voice.claim(one.id, report_id=new_id(), at=noon)
        assert voice.purge(at=noon + timedelta(hours=25)) == 1
        assert voice.sound(one.id) == GOOD["audio/ogg"]
        with pytest.raises(NotFound):
            voice.sound(left.id)

    def test_forgetting_leaves_no_sound(self, office: Jurisdiction, noon: datetime) -> None:
        one, report = kept(GOOD["audio/ogg"], noon), new_id()
        voice.claim(one.id, report_id=report, at=noon)
        assert voice.discard(report, at=noon) == 1
        row = Voice.objects.get()
        assert (bytes(row.data), bytes(row.key), row.sha256) == (b"", b"", "")
        with pytest.raises(NotFound):
            voice.row(one.id)


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_voice_is_refused_before_anything_is_written(name: str, noon: datetime) -> None:
    data, code = BAD[name]
    assert voice.keep(Sent(data), at=noon) == RefusedVoice(code)
