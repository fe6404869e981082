"""Collect the texts of the product and compile their translations: `make messages`.

Chinese in the code is the source; `gezhi/locale/<language>/LC_MESSAGES/django.po` holds what a person translated,
the .mo file beside it is what runs, and both are committed. Ends non-zero while a text waits for its translation.
gettext's own programs are not used: what is collected here is also what the tests ask to be complete.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

GEZHI = Path(__file__).resolve().parent.parent / "gezhi"
# language → how its numbers choose a plural form
LANGUAGES = {"en": "nplurals=2; plural=(n != 1);", "zh_Hant": "nplurals=1; plural=0;"}

PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
PLURAL_IN_CONTEXT = {"npgettext", "npgettext_lazy"}
CALL_IN_TEMPLATE = re.compile(r"\b(_|n?p?gettext)\((?=\s*u?['\"])")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z]|\{\w*\}")


@dataclass(frozen=True, order=True)
class Text:
    """One thing to translate; `context` tells equal words apart, `plural` is the form for many."""

    msgid: str
    plural: str = ""
    context: str | None = None


def text_of(called: str, words: list[str]) -> Text | None:
    """What a call of gettext's family asks for; `words` are its literal arguments in order."""
    if called in PLAIN and words:
        return Text(words[0])
    if called in PLURAL and len(words) > 1:
        return Text(words[0], plural=words[1])
    if called in IN_CONTEXT and len(words) > 1:
        return Text(words[1], context=words[0])
    if called in PLURAL_IN_CONTEXT and len(words) > 2:
        return Text(words[1], plural=words[2], context=words[0])
    return None


def texts_of_python(source: str) -> Iterator[Text]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if text := text_of(node.func.id, words):
                yield text


def texts_of_template(source: str) -> Iterator[Text]:
    """Django turns the template into calls of gettext between filler; only the calls are read."""
    shown = templatize(source)
    for call in CALL_IN_TEMPLATE.finditer(shown):
        end = call.end()
        while (
            end := shown.find(")", end) + 1
        ) > 0:  # the first bracket that closes the call, not one in its words
            try:
                yield from texts_of_python(shown[call.start() : end])
                break
            except SyntaxError:
                continue


def texts(root: Path) -> dict[Text, list[str]]:
    """Every text below `root` → the files it stands in, both sorted."""
    if not settings.configured:
        settings.configure()
    found: dict[Text, set[str]] = {}
    for file in sorted(root.rglob("*")):
        if file.suffix in {".py", ".html", ".txt"} and "migrations" not in file.parts:
            read = texts_of_python if file.suffix == ".py" else texts_of_template
            for text in read(file.read_text(encoding="utf-8")):
                found.setdefault(text, set()).add(file.relative_to(root).as_posix())
    return {
        text: sorted(found[text])
        for text in sorted(found, key=lambda t: (t.msgid, t.plural, t.context or ""))
    }


def catalogue_file(root: Path, language: str) -> Path:
    return root / "locale" / language / "LC_MESSAGES" / "django.po"


def read(root: Path, language: str) -> dict[Text, polib.POEntry]:
    """The translations on file; none when there is no catalogue yet."""
    file = catalogue_file(root, language)
    entries = polib.pofile(str(file)) if file.exists() else []
    return {Text(e.msgid, e.msgid_plural, e.msgctxt): e for e in entries if not e.obsolete}


def merged(root: Path, language: str) -> polib.POFile:
    """The catalogue of today's texts with yesterday's translations; what nobody says any more is dropped."""
    known = read(root, language)
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": LANGUAGES[language],
    }
    for text, files in texts(root).items():
        old = known.get(text, polib.POEntry(msgstr=""))
        forms = int(LANGUAGES[language].split("=")[1][0])
        plurals = {n: old.msgstr_plural.get(n, "") for n in range(forms)} if text.plural else {}
        entry = polib.POEntry(
            msgid=text.msgid,
            msgid_plural=text.plural,
            msgctxt=text.context,
            msgstr=old.msgstr,
            msgstr_plural=plurals,
            occurrences=[(file, "") for file in files],
            tcomment=old.tcomment,
        )
        entry.flags = [flag for flag in old.flags if flag == "fuzzy"]
        catalogue.append(entry)
    return catalogue


def waiting(root: Path) -> list[str]:
    """A line for each text of the code that a language lacks, or whose translation names other placeholders."""
    lines = []
    said_in_code = texts(root)
    for language in LANGUAGES:
        known = read(root, language)
        for text in said_in_code:
            entry = known.get(text)
            if entry is None or not entry.translated():
                lines.append(f"{language}: {text.msgid!r} has no translation")
            elif any(
                placeholders(said) != placeholders(text.plural or text.msgid) for said in sayings(entry)
            ):
                lines.append(f"{language}: {text.msgid!r} is translated with other placeholders")
    return lines


def sayings(entry: polib.POEntry) -> list[str]:
    return [*entry.msgstr_plural.values()] or [entry.msgstr]


def placeholders(words: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(words.replace("%%", "")))


def stale(root: Path) -> list[str]:
    """The languages whose compiled file is not what their catalogue compiles to."""
    return [
        language
        for language in LANGUAGES
        if not (file := catalogue_file(root, language)).with_suffix(".mo").exists()
        or file.with_suffix(".mo").read_bytes() != bytes(polib.pofile(str(file)).to_binary())
    ]


def renew(root: Path) -> None:
    """Write both files of every language."""
    for language in LANGUAGES:
        file = catalogue_file(root, language)
        file.parent.mkdir(parents=True, exist_ok=True)
        catalogue = merged(root, language)
        catalogue.save(str(file))
        file.with_suffix(".mo").write_bytes(bytes(polib.pofile(str(file)).to_binary()))


def main() -> int:
    renew(GEZHI)
    lines = waiting(GEZHI)
    for line in lines:
        print(line)
    print(f"messages: {len(texts(GEZHI))} texts, {len(lines)} wait for a translation")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
