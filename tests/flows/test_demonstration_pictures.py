"""What the demonstration's pictures show: the matter itself, before and after, and the same bytes whenever they are drawn."""

import pytest

from gezhi.flows.demonstration import bank
from gezhi.flows.demonstration.album import drawing_of
from gezhi.flows.demonstration.pictures import drawn, scene_of
from gezhi.flows.demonstration.stories import STORIES

SCENES = sorted(bank.pictures()["scenes"])
WIDTH = 320


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_drawn_alike_each_time_and_shows_that_something_was_done(scene: str) -> None:
    before = drawn(scene, "here", is_mended=False, width=WIDTH)
    drawn.cache_clear()
    assert drawn(scene, "here", is_mended=False, width=WIDTH) == before
    assert drawn(scene, "here", is_mended=True, width=WIDTH) != before


def test_no_two_scenes_are_alike() -> None:
    shown = {drawn(scene, "here", is_mended=False, width=WIDTH) for scene in SCENES}
    assert len(shown) == len(SCENES)


def test_every_scene_is_shown_by_a_category_and_every_category_has_one() -> None:
    shows = bank.pictures()["shows"]
    assert set(shows.values()) == set(SCENES)
    told = [*bank.kinds(), *(story.category for story in STORIES)]
    assert {scene_of(code) for code in told} <= set(SCENES)


def test_a_picture_shows_what_was_reported() -> None:
    codes = ("0501", "0201", "0301", "0402", "0403", "0601", "0603", "0604", "0703", "0901", "0803", "1001")
    shown = [scene_of(code) for code in codes]
    assert shown == [
        "door", "stairs", "parked", "pothole", "manhole", "lamp", "pipe", "cables", "charging", "advertisements", "tree", "stall",
    ]  # fmt: skip
    assert (scene_of("0399"), scene_of("")) == ("parked", "noise")


def test_the_same_matter_shows_the_same_place_before_and_after() -> None:
    before, after = (drawing_of("0403", is_mended=mended) for mended in (False, True))
    assert before._replace(is_mended=True) == after


def test_another_place_has_other_colours_or_is_seen_from_the_other_side() -> None:
    assert drawn("stairs", "here", is_mended=True, width=WIDTH) != drawn(
        "stairs", "there", is_mended=True, width=WIDTH
    )
