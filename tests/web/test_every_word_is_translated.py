"""A reader of English meets no Chinese sign that a template sets itself: words and marks alike come from the translations."""

import re
from pathlib import Path

import pytest

import gezhi

TEMPLATES = Path(gezhi.__file__).parent
NOT_SHOWN = re.compile(
    r"\{% comment.*?endcomment %\}|\{% blocktrans(?:late)?.*?endblocktrans(?:late)? %\}|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.DOTALL,
)
CHINESE = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e][^<>\n]{0,20}")
SAID_IN_CHINESE = {
    "web/templates/ui/language_switch.html": ["简体", "繁體"],  # each language in its own words
}


def chinese_in(template: str) -> list[str]:
    """What a template says in Chinese to every reader."""
    return CHINESE.findall(NOT_SHOWN.sub("", template))


def every_template() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def test_no_template_sets_chinese_words_or_marks_itself() -> None:
    found = {str(one.relative_to(TEMPLATES)): chinese_in(one.read_text()) for one in every_template()}
    assert {name: said for name, said in found.items() if said and said != SAID_IN_CHINESE.get(name)} == {}


@pytest.mark.parametrize("template", ["<b>{{ name }}（{{ code }}）</b>", "<p>{% translate '甲' %}、乙</p>"])
def test_a_bracket_or_a_word_left_in_a_template_is_found(template: str) -> None:
    assert chinese_in(template)


def test_what_is_translated_is_not_found() -> None:
    assert (
        chinese_in("{% translate '甲' %}{% blocktranslate %}乙（{{ n }}）{% endblocktranslate %}{# 丙 #}")
        == []
    )
