"""What people send is read into values: words, pictures, places turned from GCJ-02, and what says that it is complete."""

import pytest

from gezhi.channels.wecom.messages import Kind, Message, read
from gezhi.kernel.geo import Point, metres, to_gcj02
from gezhi.kernel.refusal import Invalid
from tests.wecom.envelopes import AGENT, event, image, inner, location, text

ID = "7000000000000000001"


def test_words_are_read():
    assert read(text("三单元楼道灯坏了")) == Message(ID, AGENT, "WeiGe", Kind.TEXT, text="三单元楼道灯坏了")


def test_a_picture_is_read_by_its_media_id():
    assert read(image("MEDIA-1_x")) == Message(ID, AGENT, "WeiGe", Kind.IMAGE, media="MEDIA-1_x")


def test_a_place_is_turned_from_gcj_02_to_within_a_metre():
    meant = Point(122.18, 37.4)
    given = to_gcj02(*meant)
    found = read(location(given.lat, given.lon))
    assert (found.kind, found.label) == (Kind.LOCATION, "海滨南路")
    assert metres(found.where, meant) < 1
    assert metres(Point(given.lon, given.lat), meant) > 100  # taken as it came it would lie across the street


def test_null_island_is_no_place():
    assert read(location(0, 0)).where is None


@pytest.mark.parametrize("words", ["提交", " 完成。", "完成！", "Submit", "发送～"])
def test_somebody_says_that_it_is_complete(words):
    assert read(text(words)).kind is Kind.SEND


@pytest.mark.parametrize("words", ["提交了三次都不行", "已完成", "", "楼道完成"])
def test_words_around_it_say_something_else(words):
    assert read(text(words)).kind is Kind.TEXT


def test_an_event_is_noted_and_told_from_others_by_moment_and_name():
    first, again, other = (
        read(event(what, created=moment))
        for what, moment in (("enter_agent", 1), ("enter_agent", 1), ("enter_agent", 2))
    )
    assert (first.kind, first.id == again.id, first.id == other.id) == (Kind.OTHER, True, False)


def test_what_is_not_known_is_noted():
    assert read(inner("voice", "<MediaId>x</MediaId><Format>amr</Format>")).kind is Kind.OTHER


@pytest.mark.parametrize(
    "document, field",
    [
        (inner("text", "<Content>x</Content>", id=""), "MsgId"),
        (inner("text", "<Content>x</Content>", id="x" * 65), "MsgId"),
        (inner("text", "<Content>x</Content>", sender=""), "FromUserName"),
        (inner("text", "<Content>x</Content>", sender="魏"), "FromUserName"),
        (inner("image", ""), "MediaId"),
        (location(float("nan"), 1), "Location"),
        (location(1e308, 1), "Location"),
        (location(91, 1), "Location"),
        (inner("location", "<Location_X>1_0</Location_X><Location_Y>٣</Location_Y>"), "Location"),
        (inner("text", f"<Content>{'好' * 2049}</Content>"), "Content"),
        (inner("text", "<Content>&#xFFFF;</Content>"), "body"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(document, field):
    with pytest.raises(Invalid) as refused:
        read(document)
    assert refused.value.field == field
