"""A line of a story, as every page shows it: what is missing leaves no trace, what people wrote is no HTML."""

from typing import Any
from uuid import UUID

import pytest
from django.template import Context, Template
from django.utils import translation

from gezhi.web import storylines
from gezhi.web.casework.photos import Picture

WILD = "<b>\"&'"
TAME = "&lt;b&gt;&quot;&amp;&#x27;"


def lines(**item: Any) -> list[str]:
    """The line without its icon and blanks."""
    page = Template("{% storyline item %}").render(Context({"item": item}))
    found = [one.strip() for one in page.split("\n")]
    return [one for one in found if one and not one.startswith('<span class="timeline-dot">')]


HEAD, TAIL = ["<li>", "<div>"], ["</div>", "</li>"]


def test_of_a_title_alone_there_is_no_more_than_the_title() -> None:
    assert lines(title="签收") == [*HEAD, '<p class="timeline-head"><span><b>签收</b></span></p>', *TAIL]


def test_everything_that_people_wrote_is_shown_as_they_wrote_it() -> None:
    said = lines(title=WILD, who=WILD, text=WILD, time=WILD, exact=WILD, kind="good")
    assert said == [
        '<li class="timeline-good">',
        "<div>",
        f'<p class="timeline-head"><span><b>{TAME}</b> <span class="muted">{TAME}</span></span>'
        f'<time title="{TAME}">{TAME}</time></p>',
        f'<p class="timeline-text words">{TAME}</p>',
        *TAIL,
    ]


def test_twin_written_as_it_is_it_would_be_part_of_the_page(monkeypatch: Any) -> None:
    monkeypatch.setattr(storylines, "escaped", str)
    assert f"<b>{WILD}</b>" in lines(title=WILD)[2]


@pytest.mark.parametrize("is_mapping", [True, False])
def test_a_picture_without_a_small_copy_is_shown_by_its_big_one(is_mapping: bool) -> None:
    photo: Any = Picture(UUID(int=1), "/big?a=1&b", "", WILD, True)
    photo = photo._asdict() if is_mapping else photo
    assert lines(title="完成", photos=[photo])[3] == (
        '<div class="thumbs"><a class="thumb" href="/big?a=1&amp;b">'
        f'<img src="/big?a=1&amp;b" alt="{TAME}" loading="lazy"></a></div>'
    )


@pytest.mark.parametrize(("reads", "last"), [("zh-hans", "最近"), ("en", "Last")])
def test_many_that_are_one_line_stand_under_it(reads: str, last: str) -> None:
    each = {"last": WILD, "lines": [{"title": WILD, "exact": WILD, "time": WILD}]}
    with translation.override(reads):
        said = lines(title="系统提醒 2 次", each=each)[3]
    assert said.startswith(f'<details><summary class="link small">{last}')
    assert WILD not in said
    assert said.count(TAME) == 4
