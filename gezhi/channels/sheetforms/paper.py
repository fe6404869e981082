"""One sheet of a workbook, changed as XML: what is not touched stays byte for byte what it was, pictures and print settings too.

The file has been measured before (`finding.judged`): no macros, nothing from abroad, no declarations of types, within bounds.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from gezhi.channels.sheetforms import merging
from gezhi.channels.sheetforms.shifting import Shift, cell, copied, split

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_RANGES = ("sqref", "ref")
_RANGED = frozenset(
    ["mergeCell", "dataValidation", "conditionalFormatting", "hyperlink", "autoFilter", "protectedRange", "sortState",
     "ignoredError", "table", "comment"]
)  # fmt: skip
_OF_ONE_CELL = frozenset({"comment", "hyperlink"})
_FORMULAS = frozenset(
    ["f", "formula", "formula1", "formula2", "definedName", "calculatedColumnFormula", "totalsRowFormula"]
)
_DATES = frozenset(
    [*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)]
)  # numbers of formats that Excel brings along
LONGEST_FORMAT = 255  # signs of how a number is shown, as spreadsheets have it
_SPOKEN = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


def local(element: Any) -> str:
    """An element's name without its namespace; "" of comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


class Paper:
    """A workbook and one sheet of it. rows: by number from 1."""

    def __init__(self, data: bytes, sheet: str) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            self.parts = {one.filename: package.read(one) for one in package.infolist() if not one.is_dir()}
        self.trees: dict[str, Any] = {}
        self.as_read: dict[str, bytes] = {}
        self.name, self.sheets = sheet, self._sheets()
        self.part = self.sheets[sheet]
        self.tree = self._tree(self.part)
        self.table = next(one for one in self.tree if local(one) == "sheetData")
        self._number_cells()
        self._by_column: dict[int, dict[int, Any]] = {}
        self._is_mixed = False  # whether rows have been added behind others
        self.rows: dict[int, Any] = {int(row.get("r")): row for row in self.table}
        self._texts = [self._text_of(one) for one in self._tree_or_none("sharedStrings")]
        self._write_out_shared_formulas()

    # ---- reading ----

    def text(self, column: int, row: int) -> str:
        """What a cell says; of a formula nothing."""
        found = self.cell(column, row)
        if found is None or self._child(found, "f") is not None:
            return ""
        value = self._child(found, "v")
        if found.get("t") == "s" and value is not None and (value.text or "").isdigit():
            index = int(value.text)
            return self._texts[index] if index < len(self._texts) else ""
        if found.get("t") == "inlineStr":
            return self._text_of(found)
        return (value.text or "") if value is not None else ""

    def formula(self, column: int, row: int) -> str:
        """Without its =; "" when there is none."""
        found = self.cell(column, row)
        said = self._child(found, "f") if found is not None else None
        return (said.text or "") if said is not None else ""

    def cells(self, row: int) -> Iterator[tuple[int, Any]]:
        """The cells of a row with their columns."""
        if row in self.rows:
            for one in self.rows[row]:
                yield split(one.get("r"))[0], one

    def cell(self, column: int, row: int) -> Any:
        """A cell as it stands; None when there is none."""
        return self._placed(row).get(column)

    def _placed(self, row: int) -> dict[int, Any]:
        """The cells of a row by column, of two in one place the first; kept until rows move."""
        if row not in self._by_column:
            self._by_column[row] = dict(reversed([*self.cells(row)]))
        return self._by_column[row]

    def is_date(self, column: int, row: int) -> bool:
        """Whether a number in this cell is shown as a day or a time."""
        found = self.cell(column, row)
        style = int(found.get("s") or 0) if found is not None else 0
        styles = self._tree_or_none("styles")
        formats = [one for group in styles if local(group) == "cellXfs" for one in group]
        number = int(formats[style].get("numFmtId") or 0) if style < len(formats) else 0
        if number in _DATES:
            return True
        own = {
            int(one.get("numFmtId")): one.get("formatCode", "")
            for group in styles
            if local(group) == "numFmts"
            for one in group
        }
        return bool(re.search("[yYdDhH年月日]", _SPOKEN.sub("", own.get(number, "")[:LONGEST_FORMAT])))

    # ---- writing ----

    def put(self, column: int, row: int, value: str | float | None) -> None:
        """A text is a text whatever it begins with; None leaves the cell empty. Its look stays."""
        found = self.cell(column, row)
        if found is None:
            if value is None:
                return
            found = self._new_cell(column, row)
        for child in list(found):
            found.remove(child)
        found.attrib.pop("t", None)
        if value is None or value == "":
            return
        if isinstance(value, str):
            found.set("t", "inlineStr")
            text = self._sub(self._sub(found, "is"), "t")
            text.text = value
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        else:
            self._sub(found, "v").text = repr(value)

    def put_in_rows(self, first: int, last: int, by: int) -> None:
        """So many lines more behind the last one, each looking like the first one, with its formulas; what is below moves down."""
        shift = Shift(self.name, first, last, by)
        self._by_column.clear()
        self._is_mixed = True
        self._shift_sheets(shift)
        self._shift_names(shift)
        self._shift_beside(shift)
        for number in sorted((one for one in self.rows if one > last), reverse=True):
            self._renumber(self.rows.pop(number), number + by)
        merges = merging.within(self.tree, first)
        for number in range(last + 1, last + by + 1):
            self._like_the_first(first, number)
        merging.alike(self.tree, merges, range(last + 1, last + by + 1))

    def made(self) -> bytes:
        """The whole workbook, which works its formulas out when it is opened."""
        if self._is_mixed:
            self._in_order()
        self._forget_results()
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
            for name, part in self.parts.items():
                package.writestr(name, self._written(name, part))
        return out.getvalue()

    # ---- parts ----

    def _tree(self, part: str) -> Any:
        from lxml import etree

        if part not in self.trees:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
            self.trees[part] = etree.fromstring(self.parts[part], parser)
            self.as_read[part] = etree.tostring(self.trees[part])
        return self.trees[part]

    def _tree_or_none(self, kind: str) -> Any:
        """The workbook's part of that kind; nothing to go through when it has none."""
        found = [part for is_a, part in self._relations("xl/workbook.xml") if is_a == kind]
        return self._tree(found[0]) if found and found[0] in self.parts else ()

    def _relations(self, part: str) -> list[tuple[str, str]]:
        """(kind, part) of what a part refers to within the workbook."""
        folder, name = posixpath.split(part)
        said = f"{folder}/_rels/{name}.rels"
        if said not in self.parts:
            return []
        return [
            (one.get("Type", "").rpartition("/")[2], self._found(folder, one.get("Target", "")))
            for one in self._tree(said)
            if one.get("TargetMode") != "External"
        ]

    @staticmethod
    def _found(folder: str, target: str) -> str:
        path = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        return posixpath.normpath(path)

    def _sheets(self) -> dict[str, str]:
        """Name → part."""
        folder, said = "xl", self._tree("xl/_rels/workbook.xml.rels")
        parts = {one.get("Id"): self._found(folder, one.get("Target", "")) for one in said}
        sheets = (one for one in self._tree("xl/workbook.xml").iter() if local(one) == "sheet")
        return {one.get("name"): parts[one.get(f"{{{_RELATION}}}id")] for one in sheets}

    def _written(self, name: str, part: bytes) -> bytes:
        """The part as it came, unless something in it was changed."""
        from lxml import etree

        if name not in self.trees or etree.tostring(self.trees[name]) == self.as_read[name]:
            return part
        made: bytes = etree.tostring(
            self.trees[name], xml_declaration=True, encoding="UTF-8", standalone=True
        )
        return made

    # ---- cells and rows ----

    @staticmethod
    def _child(element: Any, name: str) -> Any:
        return next((one for one in element if local(one) == name), None)

    @staticmethod
    def _sub(element: Any, name: str) -> Any:
        from lxml import etree

        return etree.SubElement(element, f"{{{MAIN}}}{name}")

    @staticmethod
    def _text_of(element: Any) -> str:
        """Words, without how they are read aloud."""
        return "".join(
            one.text or "" for one in element.iter(f"{{{MAIN}}}t") if local(one.getparent()) != "rPh"
        )

    def _number_cells(self) -> None:
        """Numbers and names may be left out where they follow from the order."""
        number = 0
        for row in self.table:
            number = int(row.get("r") or number + 1)
            row.set("r", str(number))
            column = -1
            for one in row:
                column = split(one.get("r"))[0] if one.get("r") else column + 1
                one.set("r", cell(column, number))

    def _write_out_shared_formulas(self) -> None:
        """Each cell gets its own formula: those that are shared hang on one cell that may move."""
        masters: dict[str, tuple[str, str]] = {}
        for row in self.table:
            for one in row:
                said = self._child(one, "f")
                if said is None or said.get("t") != "shared":
                    continue
                index, here = said.get("si", ""), one.get("r")
                if said.text:
                    masters[index] = (said.text, here)
                elif index in masters:
                    said.text = copied(masters[index][0], frm=masters[index][1], to=here)
                for name in ("t", "si", "ref"):
                    said.attrib.pop(name, None)

    def _new_cell(self, column: int, row: int) -> Any:
        from lxml import etree

        if row not in self.rows:
            self.rows[row] = self._sub(self.table, "row")
            self.rows[row].set("r", str(row))
            self._is_mixed = True
        made = etree.Element(f"{{{MAIN}}}c", {"r": cell(column, row)})
        placed = self._placed(row)
        self.rows[row].insert(sum(1 for at in placed if at < column), made)
        placed[column] = made
        return made

    def _renumber(self, row: Any, number: int) -> None:
        row.set("r", str(number))
        for one in row:
            one.set("r", cell(split(one.get("r"))[0], number))
        self.rows[number] = row

    def _like_the_first(self, first: int, number: int) -> None:
        if first not in self.rows:
            return
        made = deepcopy(self.rows[first])
        self.table.append(made)
        for one in made:
            said = self._child(one, "f")
            frm, column = one.get("r"), split(one.get("r"))[0]
            if said is None:
                for child in list(one):
                    one.remove(child)
                one.attrib.pop("t", None)
            elif said.text:
                said.text = copied(said.text, frm=frm, to=cell(column, number))
        self._renumber(made, number)

    def _in_order(self) -> None:
        """Once all are there: each time one comes, two thousand would take minutes."""
        for number in sorted(self.rows):
            self.table.append(self.rows[number])

    # ---- what refers to rows ----

    def _shift_sheets(self, shift: Shift) -> None:
        for sheet, part in self.sheets.items():
            tree = self._tree(part)
            for one in tree.iter():
                name, is_here = local(one), sheet == self.name
                if name in _FORMULAS and one.text:
                    grows = not (is_here and self._is_of_a_line(one, shift))
                    one.text = shift.formula(one.text, here=sheet, grows=grows)
                if is_here:
                    self._shift_ranges(one, name, shift)
        for one in self.tree.iter(f"{{{MAIN}}}dimension"):
            one.getparent().remove(one)

    @staticmethod
    def _is_of_a_line(formula: Any, shift: Shift) -> bool:
        parent = formula.getparent()
        return local(parent) == "c" and shift.first <= split(parent.get("r"))[1] <= shift.last

    @staticmethod
    def _shift_ranges(one: Any, name: str, shift: Shift) -> None:
        if name in _RANGED or (name == "f" and one.get("t") == "array"):
            for key in _RANGES:
                if one.get(key):
                    stays = name in _OF_ONE_CELL or (name == "mergeCell" and shift.first == shift.last)
                    one.set(key, shift.ranges(one.get(key), grows=not stays))
        elif name == "sqref" and one.text:  # of an extension
            one.text = shift.ranges(one.text)
        elif (
            name == "brk" and local(one.getparent()) == "rowBreaks" and int(one.get("id") or 0) >= shift.last
        ):
            one.set("id", str(int(one.get("id")) + shift.by))

    def _shift_names(self, shift: Shift) -> None:
        for one in self._tree("xl/workbook.xml").iter(f"{{{MAIN}}}definedName"):
            if one.text:
                one.text = shift.formula(one.text, here="", grows=True)

    def _shift_beside(self, shift: Shift) -> None:
        """Pictures, remarks and tables of this sheet."""
        for kind, part in self._relations(self.part):
            if kind == "drawing":
                for one in self._tree(part).iter(f"{_DRAWN}row"):
                    one.text = str(shift.row(int(one.text) + 1) - 1)
            elif kind in {"comments", "table"}:
                tree = self._tree(part)
                for one in tree.iter():
                    self._shift_ranges(one, local(one), shift)
            elif kind == "vmlDrawing":
                said = re.sub(
                    rb"(<x:Row>)(\d+)(</x:Row>)",
                    lambda found: found[1] + str(shift.row(int(found[2]) + 1) - 1).encode() + found[3],
                    self.parts[part],
                )
                self.parts[part] = said

    def _forget_results(self) -> None:
        """What formulas came to before; the list of the order in which they are worked out names cells that have moved."""
        for part in self.sheets.values():
            for one in self._tree(part).iter(f"{{{MAIN}}}c"):
                value = self._child(one, "v")
                if self._child(one, "f") is not None and value is not None:
                    one.remove(value)
                    one.attrib.pop("t", None)
        book = self._tree("xl/workbook.xml")
        found = self._child(book, "calcPr")
        if found is None:
            found = self._sub(book, "calcPr")
            behind = [
                one
                for one in book
                if local(one) in {"sheets", "functionGroups", "externalReferences", "definedNames"}
            ]
            behind[-1].addnext(found)
        found.set("fullCalcOnLoad", "1")
        self._drop_part("calcChain")

    def _drop_part(self, kind: str) -> None:
        for is_a, part in self._relations("xl/workbook.xml"):
            if is_a == kind:
                self.parts.pop(part, None)
                for said, key in (
                    ("xl/_rels/workbook.xml.rels", "Target"),
                    ("[Content_Types].xml", "PartName"),
                ):
                    tree = self._tree(said)
                    for one in list(tree):
                        if one.get(key, "").endswith(posixpath.basename(part)):
                            tree.remove(one)
