"""What may be inside a form of an issuer: measured, and every part, relationship, field and formula on a list of what forms need.

What is on no list is refused with its name: nothing that runs, loads or asks elsewhere when somebody opens the filled paper. PURE.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from pyexpat import ExpatError, ParserCreate
from typing import Any, Final

from gezhi.kernel.refusal import Invalid

MOST_INFLATED = 20_000_000
MOST_PARTS = 300
MOST_RATIO = 200
MOST_FORMULAS = 20_000
LONGEST_FORMULA = 8_192  # signs, as spreadsheets have it
SHOWN = 60  # signs of what is named in a refusal

_DOCTYPE = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)", re.IGNORECASE)
# how a target begins that lies in no part of the package
_FAR = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\")
_PRESSED_TO = re.compile(r"(?:https?://|mailto:|tel:|#)", re.IGNORECASE)
_IMAGES = frozenset(f"image/{one}" for one in ("png", "jpeg", "jpg", "gif", "bmp", "tiff", "x-emf", "x-wmf"))
_NO_IMAGE = (b"PK", b"MZ", b"\xd0\xcf\x11\xe0", b"<", b"\xef\xbb\xbf<")
_PRINTER = "application/vnd.openxmlformats-officedocument.spreadsheetml.printerSettings"

_OFFICE = "application/vnd.openxmlformats-officedocument."
_WORD = (
    "document.main document.glossary styles settings webSettings fontTable numbering header footer footnotes endnotes comments "
    "commentsExtended commentsIds commentsExtensible people"
)
_SHEET = "sheet.main worksheet styles sharedStrings calcChain comments table"
_KINDS_OF_PARTS = frozenset(
    [
        *(f"{_OFFICE}wordprocessingml.{one}+xml" for one in _WORD.split()),
        *(f"{_OFFICE}spreadsheetml.{one}+xml" for one in _SHEET.split()),
        *(
            f"{_OFFICE}{one}"
            for one in (
                "extended-properties+xml",
                "custom-properties+xml",
                "theme+xml",
                "drawing+xml",
                "customXmlProperties+xml",
                "vmlDrawing",
            )
        ),
        "application/vnd.openxmlformats-package.relationships+xml",
        "application/vnd.openxmlformats-package.core-properties+xml",
        "application/vnd.ms-word.stylesWithEffects+xml",
        "application/xml",
        "text/xml",
        _PRINTER,
        *_IMAGES,
    ]
)
_RUNS = re.compile(
    r"vba|macro|activex|oleobject|embed|control|/package$|customui|attachedtoolbars", re.IGNORECASE
)
_CHUNK = re.compile(r"afchunk", re.IGNORECASE)

_BASES = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
    "http://schemas.openxmlformats.org/package/2006/relationships/",
    "http://schemas.openxmlformats.org/officedocument/2006/relationships/",  # LibreOffice, of metadata
    "http://schemas.microsoft.com/office/2006/relationships/",
    "http://schemas.microsoft.com/office/2007/relationships/",
    "http://schemas.microsoft.com/office/2011/relationships/",
    "http://schemas.microsoft.com/office/2016/09/relationships/",
    "http://schemas.microsoft.com/office/2018/08/relationships/",
)
_RELATIONSHIPS = frozenset(
    [
    "officeDocument", "extended-properties", "extendedProperties", "custom-properties", "customProperties",
    "metadata/core-properties", "metadata/thumbnail", "styles", "stylesWithEffects", "settings",
    "webSettings", "fontTable", "theme", "numbering", "header", "footer", "footnotes", "endnotes", "comments",
    "commentsExtended", "commentsIds", "commentsExtensible", "people", "image", "hyperlink", "customXml",
    "customXmlProps", "glossaryDocument", "worksheet", "sharedStrings", "calcChain", "drawing", "vmlDrawing",
    "table", "printerSettings",
]
)  # fmt: skip
# What may lead abroad: a link that a person presses. Everything else would be fetched by whoever opens the form.
_PRESSED = frozenset(base + "hyperlink" for base in _BASES[:2])

FIELDS: Final = frozenset(
    [
    "PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "DATE", "TIME", "CREATEDATE", "SAVEDATE", "PRINTDATE",
    "EDITTIME", "MERGEFIELD", "SEQ", "REF", "PAGEREF", "NOTEREF", "STYLEREF", "TOC", "TC", "XE", "INDEX",
    "HYPERLINK", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN", "AUTHOR", "TITLE", "SUBJECT", "KEYWORDS",
    "COMMENTS", "FILENAME", "DOCPROPERTY", "DOCVARIABLE", "NUMWORDS", "NUMCHARS", "SYMBOL", "LISTNUM", "EQ",
    "SHAPE", "CITATION", "BIBLIOGRAPHY", "=",
]
)  # fmt: skip
FUNCTIONS: Final = frozenset(
    [
    "SUM", "AVERAGE", "COUNT", "COUNTA", "COUNTBLANK", "COUNTIF", "COUNTIFS", "SUMIF", "SUMIFS", "SUMPRODUCT",
    "SUBTOTAL", "MAX", "MIN", "ROUND", "ROUNDUP", "ROUNDDOWN", "INT", "MOD", "ABS", "IF", "IFS", "IFERROR",
    "IFNA", "AND", "OR", "NOT", "TRUE", "FALSE", "ISBLANK", "ISNUMBER", "ISTEXT", "ISERROR", "ISNA", "TODAY",
    "NOW", "DATE", "TIME", "YEAR", "MONTH", "DAY", "WEEKDAY", "HOUR", "MINUTE", "DATEDIF", "DATEVALUE",
    "DAYS", "NETWORKDAYS", "WORKDAY", "EDATE", "EOMONTH", "TEXT", "VALUE", "LEFT", "RIGHT", "MID", "LEN",
    "TRIM", "CONCATENATE", "CONCAT", "TEXTJOIN", "UPPER", "LOWER", "SUBSTITUTE", "REPLACE", "FIND", "SEARCH",
    "REPT", "EXACT", "CHAR", "ROW", "ROWS", "COLUMN", "COLUMNS", "VLOOKUP", "HLOOKUP", "LOOKUP", "XLOOKUP",
    "INDEX", "MATCH", "CHOOSE", "RANK", "LARGE", "SMALL", "N", "T",
]
)  # fmt: skip
_FORMULAS = frozenset(
    [
        "f",
        "formula",
        "formula1",
        "formula2",
        "definedName",
        "calculatedColumnFormula",
        "totalsRowFormula",
        "FmlaMacro",
        "FmlaLink",
    ]
)
_TEXTS = _FORMULAS | {"instrText", "delInstrText"}
# elements, and why nothing that has one may be kept
_NEVER: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("object", "control", "oleObject", "OLEObject", "oleObjects", "controls", "embed", "entryMacro", "exitMacro", "macrosheet"),
        "macros",
    ),
    **dict.fromkeys(("subDoc", "mailMerge", "dataSource", "connection", "externalReference", "webPr", "attachedTemplate"), "abroad"),
    "altChunk": "alt_chunk",
}  # fmt: skip
_LOADS = frozenset([
    "src", "href", "link", "url", "connection", "action", "codebase", "background",
])  # fmt: skip
_RUNS_BY_NAME = re.compile(
    r"(?:_xlnm\.)?_?auto_?(?:open|close|activate|deactivate|exec|exit|new)", re.IGNORECASE
)
_STRING = re.compile(r'"(?:[^"]|"")*"')
_QUOTED_SHEET = re.compile(r"'((?:[^']|'')*)'")
_OUTSIDE = re.compile(r"[|\[\]\\]|//|\.(?:xl\w*|ods|csv|dbf)'*!", re.IGNORECASE)
# each name is read once: looked for at each of its signs, one of two hundred thousand would take minutes
_CALL = re.compile(r"(?<![\w.])([\w.]++)\s*+\(")
_NUMBER = re.compile(r"[\d.]+")


def measure(data: bytes) -> None:
    """The parts of the package inflated within bounds, and what may not be in them.

    Raises Invalid("form", …): bomb, broken_form, part_names, macros, abroad, alt_chunk, strange_part, field, formula (the last three
    with `what`).
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            total = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_PARTS or total > MOST_INFLATED or total > MOST_RATIO * max(len(data), 1):
                raise Invalid("form", "bomb")
            judge_names([entry.orig_filename for entry in entries])
            parts = {entry.filename: _inflated(package, entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError) as broken:
        raise Invalid("form", "broken_form") from broken
    kinds = _Kinds(parts.get("[Content_Types].xml", b""))
    for name, part in parts.items():
        judge_part(name, "" if name == "[Content_Types].xml" else kinds.of(name), part)


def judge_names(names: Sequence[str]) -> None:
    """Each once, each inside the package. Raises Invalid: part_names, macros."""
    folded = [name.lower() for name in names]
    if len(set(folded)) != len(folded) or any(map(_is_outside, names)):
        raise Invalid("form", "part_names")
    if any("vbaproject" in name or name.endswith((".exe", ".dll", ".scr")) for name in folded):
        raise Invalid("form", "macros")


def _is_outside(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or "\0" in name or ".." in name.split("/")


def _inflated(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with package.open(entry) as part:
        found = part.read(entry.file_size + 1)
    if len(found) != entry.file_size:
        raise Invalid("form", "bomb")
    return found


class _Kinds:
    """What the package says each part is."""

    def __init__(self, part: bytes) -> None:
        self.by_suffix: dict[str, str] = {}
        self.by_name: dict[str, str] = {}
        _parse(part, start=self._note)

    def _note(self, name: str, attributes: Mapping[str, str]) -> None:
        said = {_local(key): value for key, value in attributes.items()}
        kind = said.get("ContentType", "").strip()
        if _local(name) == "Default":
            self.by_suffix[said.get("Extension", "").lower()] = kind
        elif _local(name) == "Override":
            self.by_name[said.get("PartName", "").lower()] = kind

    def of(self, name: str) -> str:
        """The kind of a part. Raises Invalid when it is none that a form needs."""
        suffix = name.rpartition(".")[2].lower()
        kind = self.by_name.get("/" + name.lower()) or self.by_suffix.get(suffix, "")
        if kind not in _KINDS_OF_PARTS:
            _refuse_strange(kind or name)
        return kind


def _refuse_strange(what: str) -> None:
    if _RUNS.search(what):
        raise Invalid("form", "macros")
    if _CHUNK.search(what):
        raise Invalid("form", "alt_chunk")
    raise Invalid("form", "strange_part", what=what.rpartition("/")[2][-SHOWN:])


def judge_part(name: str, kind: str, part: bytes) -> None:
    """One part, by what the package says it is. Raises Invalid."""
    if kind in _IMAGES or kind == _PRINTER:
        if part.startswith(_NO_IMAGE):
            raise Invalid("form", "macros")
        return
    if name.lower().endswith(".rels"):
        _parse(part, start=lambda element, said: judge_relationship(name, element, said))
        return
    looking = Looking()
    _parse(part, start=looking.start, end=looking.end, text=looking.text)
    looking.finish()


def _parse(part: bytes, *, start: Any, end: Any = None, text: Any = None) -> None:
    if _DOCTYPE.search(part):
        raise Invalid("form", "broken_form")
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(part, True)
    except ExpatError as broken:
        raise Invalid("form", "broken_form") from broken


def _refuse_doctype(*_said: object) -> None:
    raise Invalid("form", "broken_form")


def judge_relationship(part: str, name: str, attributes: Mapping[str, str]) -> None:
    """By what the parser read, in whichever encoding and with whichever prefix it was written. Raises Invalid."""
    if _local(name) != "Relationship":
        return
    said = {_local(key): value.strip() for key, value in attributes.items()}
    kind, target = said.get("Type", ""), said.get("Target", "")
    is_abroad = said.get("TargetMode", "").lower() == "external" or bool(_FAR.match(target))
    if is_abroad and not (kind in _PRESSED and _PRESSED_TO.match(target)):
        raise Invalid("form", "abroad")
    base = next((one for one in _BASES if kind.startswith(one)), None)
    if base is None or kind.removeprefix(base) not in _RELATIONSHIPS:
        _refuse_strange(kind)
    if is_abroad:
        return
    home = posixpath.dirname(posixpath.dirname(part))  # of word/_rels/document.xml.rels: word
    path = target.partition("#")[0]
    found = posixpath.normpath(path.lstrip("/") if path.startswith("/") else posixpath.join(home, path))
    if "\\" in target or found.startswith(".."):
        raise Invalid("form", "part_names")


class Looking:
    """Through one XML part: its elements, its fields, its formulas. Raises Invalid at the first that may not be there."""

    def __init__(self) -> None:
        self.held: list[str] | None = None  # text of the element that counts
        self.fields: list[list[str]] = []  # of each field that is open, what it says itself
        self.formulas = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        local = _local(name)
        if local in _NEVER:
            raise Invalid("form", _NEVER[local])
        said = {_local(key): value for key, value in attributes.items()}
        for key, value in said.items():
            is_pressed = key.lower() == "href" and _PRESSED_TO.match(value.strip())
            if key.lower() in _LOADS and _FAR.match(value.strip()) and not is_pressed:
                raise Invalid("form", "abroad")
        if said.get("macro"):  # of a shape: what pressing it runs
            raise Invalid("form", "macros")
        if local == "definedName":
            _judge_name(said)
        elif local == "fldSimple":
            judge_field(said.get("instr", ""))
        elif local == "fldChar":
            self._field(said.get("fldCharType", ""))
        if local in _TEXTS:
            self.held = []

    def text(self, said: str) -> None:
        if self.held is not None:
            self.held.append(said)

    def end(self, name: str) -> None:
        local = _local(name)
        if local not in _TEXTS or self.held is None:
            return
        said, self.held = "".join(self.held), None
        if local in _FORMULAS:
            self.formulas += 1
            if self.formulas > MOST_FORMULAS:
                raise Invalid("form", "bomb")
            judge_formula(said)
        elif self.fields:
            self.fields[-1].append(said)
        else:
            judge_field(said)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            if self.fields and not _FIRST_WORD.match("".join(self.fields[-1])):
                raise Invalid("form", "field", what="{ { } }")  # another field would say what this one is
            self.fields.append([])
        elif self.fields:
            if self.fields[-1] != [_JUDGED]:
                judge_field("".join(self.fields[-1]))
                self.fields[-1] = [_JUDGED]
            if kind == "end":
                self.fields.pop()

    def finish(self) -> None:
        """A field that nobody closed is judged as it stands."""
        for said in self.fields:
            if said != [_JUDGED]:
                judge_field("".join(said))


_JUDGED = "\0"
_FIRST_WORD = re.compile(r"\s*(?:=|\0|\S+\s)")  # it stands whole before another field begins within


def judge_field(code: str) -> None:
    """A field's code, as Word writes it: its first word is on the list, and nothing in it leads to a file. Raises Invalid."""
    said = code.replace(_JUDGED, " ").strip()
    word = "=" if said.startswith("=") else said.split(maxsplit=1)[0].strip('"').upper() if said else ""
    if word not in FIELDS:
        raise Invalid("form", "field", what=word[:SHOWN] or "{ }")
    if word == "HYPERLINK":
        for quoted in re.findall(r'"([^"]*)"|(?<=\s)([^\s"\\][^\s"]*)', said.partition(" ")[2]):
            target = (quoted[0] or quoted[1]).strip()
            if _FAR.match(target) and not _PRESSED_TO.match(target):
                raise Invalid("form", "abroad")


def _judge_name(said: Mapping[str, str]) -> None:
    runs = [said.get(key, "0").lower() for key in ("function", "vbProcedure", "xlm")]
    if _RUNS_BY_NAME.match(said.get("name", "")) or {"1", "true"} & set(runs):
        raise Invalid("form", "macros")


def judge_formula(text: str) -> None:
    """A formula of a cell, a name, a rule or a check: cells of this book and functions that only calculate. Raises Invalid."""
    if len(text) > LONGEST_FORMULA:
        raise Invalid("form", "formula", what=text.strip()[:SHOWN])
    bare = _STRING.sub('""', text.strip().removeprefix("="))
    sheets = _QUOTED_SHEET.findall(bare)
    rest = _QUOTED_SHEET.sub("''", bare)
    if any(set(sheet) & set("[]\\/:|") for sheet in sheets) or _OUTSIDE.search(rest):
        raise Invalid("form", "formula", what=text.strip()[:SHOWN])
    for name in _CALL.findall(rest):
        if _NUMBER.fullmatch(name):
            continue
        plain = name.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")
        if plain not in FUNCTIONS:
            raise Invalid("form", "formula", what=name[:SHOWN])


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
