"""The look keeps its promises: readable, light, nothing inline. Reads the committed files; needs no browser."""

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "gezhi" / "web"
STATIC = WEB / "static" / "gezhi"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
GROUNDS = ("surface", "raised", "sunken")
CLOCKS = ("in-time", "due-soon", "overdue", "paused")
TEXTS = [(text, ground) for text in ("ink", "muted", "brand", *CLOCKS) for ground in GROUNDS]
TINTS = [(text, f"{role}-tint") for role in ("brand", *CLOCKS) for text in ("ink", role)]
MARKS = [(mark, ground) for mark in ("edge", "due-soon-mark") for ground in GROUNDS]
INLINE = re.compile(
    r"\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*[\"']|<script(?![^>]*\bsrc=)|javascript:", re.IGNORECASE
)


def _roles(theme: str) -> dict[str, str]:
    """Role → #rrggbb of one theme of styles/tokens.css."""
    tokens = (WEB / "styles" / "tokens.css").read_text(encoding="utf-8")
    block = re.search(rf'name: "{theme}";(.*?)\n}}', tokens, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[1]))


def _luminance(colour: str) -> float:
    """Relative luminance, 0–1. Source: WCAG 2.2, definition "relative luminance"."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    """Contrast ratio, 1–21. Source: WCAG 2.2, definition "contrast ratio"."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _too_faint(roles: dict[str, str], pairs: list[tuple[str, str]], least: float) -> list[tuple[str, str]]:
    return [(text, ground) for text, ground in pairs if _contrast(roles[text], roles[ground]) < least]


@pytest.mark.parametrize("theme", ["day", "night"])
def test_every_text_is_readable_on_every_ground(theme):
    roles = _roles(theme)
    assert _too_faint(roles, [*TEXTS, *TINTS, ("muted", "brand-tint"), ("on-brand", "brand")], 4.5) == []
    assert _too_faint(roles, MARKS, 3.0) == []


def test_a_faint_grey_would_be_found():
    assert _too_faint(_roles("day") | {"muted": "#9aa5a2"}, TEXTS, 4.5) == [
        ("muted", ground) for ground in GROUNDS
    ]


def test_both_themes_name_the_same_roles():
    assert set(_roles("day")) == set(_roles("night"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_page_carries_no_inline_script_or_style(template):
    assert INLINE.findall(template.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "sample",
    ['<p style="x">', "<style>", '<a onclick="go()">', "<script>go()</script>", '<a href="javascript:go()">'],
)
def test_inline_script_or_style_would_be_found(sample):
    assert INLINE.search(sample) is not None


def test_the_sheet_is_light_and_loads_nothing_from_elsewhere():
    sheet = (STATIC / "app.css").read_bytes()
    assert len(gzip.compress(sheet, 9)) <= 30_000
    assert re.findall(rb"url\([^)]*\)|@import", sheet) == []


def test_every_icon_that_a_template_names_is_in_the_sprite():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    text = "\n".join(path.read_text(encoding="utf-8") for path in TEMPLATES)
    named = set(re.findall(r'(?:{% icon |\bicon=)"([\w-]+)"', text))
    assert named - drawn == set()
    assert "alert-triangle" in named


def test_htmx_may_not_evaluate_words_as_code():
    head = (WEB / "templates" / "ui" / "htmx.html").read_text(encoding="utf-8")
    assert '"allowEval":false' in head
    assert '"includeIndicatorStyles":false' in head


def test_the_lock_of_the_build_tools_names_no_address_of_an_index():
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
