"""Constant words of a template are looked up once in each language; whatever hangs on the page is looked up each time."""

from typing import Any

import pytest
from django.template import Context, Template
from django.templatetags.i18n import TranslateNode
from django.utils import translation

from gezhi.web import texts

SAID = (
    '{% load i18n %}{% translate "退出登录" %}',
    '{% load i18n %}{% trans "100%% & <b>" %}',
    '{% load i18n %}{% translate "位置" context "menu" %}',
    '{% load i18n %}{% translate "不予受理" context which %}',
    "{% load i18n %}{% translate word %}",
    '{% load i18n %}{% translate "退出登录" as said %}[{{ said }}]',
    '{% load i18n %}{% translate "退出登录" noop %}',
    '{% load i18n %}{% translate "退出登录"|upper %}',
    "{% load i18n %}{% blocktranslate with time=word %}最近 {{ time }}{% endblocktranslate %}",
)


@pytest.mark.parametrize("said", SAID)
def test_it_says_what_djangos_says_in_every_language_again_and_again(said: str) -> None:
    ours = Template(said)
    known = [{"word": word, "which": which} for word in ("菜单", "<主菜单>") for which in ("happened", "")]
    plain = Template(said)
    plain.nodelist[:] = [node._made if isinstance(node, texts._Words) else node for node in plain.nodelist]
    for language in ("zh-hans", "en", "zh-hant", "en"):
        with translation.override(language):
            for one in known:
                assert ours.render(Context(one)) == plain.render(Context(one))
    with translation.override(None):
        assert ours.render(Context(known[0])) == plain.render(Context(known[0]))


def test_constant_words_are_looked_up_once_in_each_language(monkeypatch: Any) -> None:
    looked: list[str | None] = []
    plainly = TranslateNode.render

    def watched(self: TranslateNode, context: Context) -> Any:
        looked.append(translation.get_language())
        return plainly(self, context)

    monkeypatch.setattr(TranslateNode, "render", watched)
    page = Template('{% load i18n %}{% translate "退出登录" %}{% translate word %}')
    for language in ("zh-hans", "en", "zh-hans", "en"):
        with translation.override(language):
            page.render(Context({"word": "菜单"}))
    assert (looked.count("en"), looked.count("zh-hans")) == (3, 3)  # the constant once, the other twice


def test_twin_kept_without_the_language_one_reader_would_read_anothers(monkeypatch: Any) -> None:
    page = Template('{% load i18n %}{% translate "退出登录" %}')
    monkeypatch.setattr(texts, "get_language", lambda: "")
    said = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            said.append(page.render(Context()))
    assert said[0] == said[1]
