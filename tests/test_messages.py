"""Every text of the product is there in every language we promise."""

from pathlib import Path

import polib
import pytest

from scripts import messages
from scripts.messages import Text

ROOM = "{% load i18n %}"
DAYS = "{% blocktranslate %}还剩 {{ n }} 天{% endblocktranslate %}"


def test_no_text_waits_for_its_translation() -> None:
    assert messages.waiting(messages.GEZHI) == []


def test_the_compiled_translations_are_those_of_the_catalogues() -> None:
    assert messages.stale(messages.GEZHI) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("已收到")', [Text("已收到")]),
        ("gettext_lazy('已' '收到')", [Text("已收到")]),
        ('ngettext("%(n)s 件", "%(n)s 件事", n)', [Text("%(n)s 件", plural="%(n)s 件事")]),
        ('pgettext("动词", "办")', [Text("办", context="动词")]),
        ("_(name)", []),
        ('say("已收到")', []),
    ],
)
def test_texts_in_python_are_found(source: str, found: list[Text]) -> None:
    assert list(messages.texts_of_python(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "已收到（今天）" %}', [Text("已收到（今天）")]),
        ('<b title="{% translate "请 :) 您" %}">', [Text("请 :) 您")]),
        ("{% blocktranslate %}还剩 {{ n }} 天{% endblocktranslate %}", [Text("还剩 %(n)s 天")]),
        ('{% translate "办" context "动词" %}', [Text("办", context="动词")]),
        ('{{ _("处理中") }}', [Text("处理中")]),
        ('{% include "ui/x.html" with head=_("请您确认") %}', [Text("请您确认")]),
        (
            "{% blocktranslate count n=n %}一件{% plural %}{{ n }} 件{% endblocktranslate %}",
            [Text("一件", plural="%(n)s 件")],
        ),
        (
            '{% blocktranslate count n=n context "案" %}一件{% plural %}{{ n }} 件{% endblocktranslate %}',
            [Text("一件", plural="%(n)s 件", context="案")],
        ),
        ("<p>已收到</p>", []),
    ],
)
def test_texts_in_templates_are_found(source: str, found: list[Text]) -> None:
    assert list(messages.texts_of_template(ROOM + source)) == found


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A product of one text, translated and compiled."""
    (tmp_path / "page.html").write_text(ROOM + DAYS, encoding="utf-8")
    messages.renew(tmp_path)
    for language in messages.LANGUAGES:
        translate(tmp_path, language, "%(n)s days left")
    messages.renew(tmp_path)
    return tmp_path


def translate(root: Path, language: str, said: str, *flags: str) -> None:
    file = messages.catalogue_file(root, language)
    catalogue = polib.pofile(str(file))
    catalogue[0].msgstr = said
    catalogue[0].flags = list(flags)
    catalogue.save()


def test_a_translated_product_has_nothing_waiting(office: Path) -> None:
    assert (messages.waiting(office), messages.stale(office)) == ([], [])


def test_a_new_text_is_missed(office: Path) -> None:
    (office / "view.py").write_text('_("办")', encoding="utf-8")
    assert messages.waiting(office) == ["en: '办' has no translation", "zh_Hant: '办' has no translation"]


def test_an_unsure_translation_is_none(office: Path) -> None:
    translate(office, "en", "%(n)s days left", "fuzzy")
    assert messages.waiting(office) == ["en: '还剩 %(n)s 天' has no translation"]


def test_a_translation_that_loses_its_number_is_caught(office: Path) -> None:
    translate(office, "en", "some days left")
    assert messages.waiting(office) == ["en: '还剩 %(n)s 天' is translated with other placeholders"]


def test_a_catalogue_changed_without_compiling_is_caught(office: Path) -> None:
    translate(office, "en", "%(n)s more days")
    assert messages.stale(office) == ["en"]


def test_renewing_keeps_translations_and_drops_what_nobody_says(office: Path) -> None:
    (office / "page.html").write_text(ROOM + '{% translate "办" %}', encoding="utf-8")
    (office / "old.txt").write_text(ROOM + DAYS, encoding="utf-8")
    messages.renew(office)
    said = {text.msgid: entry.msgstr for text, entry in messages.read(office, "en").items()}
    assert said == {"办": "", "还剩 %(n)s 天": "%(n)s days left"}
