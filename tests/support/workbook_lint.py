"""What makes Excel offer to repair a workbook, and no validator of the format finds.

Plain XML, read with the standard library: what wrote the file does not check itself here.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from formula_lint import Known, formula_mistakes, name_mistakes
from sheet_lint import MAX_TEXT, NS, Context, length, sheet_mistakes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATIONSHIPS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TYPES = "[Content_Types].xml"
_MAX_SHEET_NAME = 31
_BAD_IN_SHEET_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")
_FIRST_OWN_FORMAT = 164
_LAST_BUILT_IN_FORMAT = 49
_MAX_FORMAT = 255
_MAX_PROPERTY = 255


def lint(data: bytes) -> list[str]:
    """Everything that is wrong with a workbook; empty for one that Excel opens in peace."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = [one.filename for one in package.infolist()]
        twice = [f"part {name} twice" for name in _twice(name.lower() for name in names)]
        if twice:
            return twice
        return list(Package({name: package.read(name) for name in names}).mistakes())


def _twice(items: Iterable[str]) -> list[str]:
    return [item for item, times in Counter(items).items() if times > 1]


@dataclass(frozen=True)
class Package:
    """The parts of a workbook."""

    parts: dict[str, bytes]

    def mistakes(self) -> Iterator[str]:
        """Everything that is wrong with it."""
        yield from self._content_types()
        yield from self._relations()
        yield from self._sheet_list()
        yield from self._defined_names()
        yield from self._styles()
        yield from self._strings()
        yield from self._properties()
        for name, path in self.sheets.items():
            yield from (f"{name}: {one}" for one in sheet_mistakes(self._xml(path), self.context))

    @cached_property
    def workbook(self) -> ET.Element:
        return self._xml("xl/workbook.xml")

    @cached_property
    def styles(self) -> ET.Element:
        return self._xml("xl/styles.xml")

    @cached_property
    def strings(self) -> list[str]:
        """The texts of the shared strings; a workbook may have none."""
        if "xl/sharedStrings.xml" not in self.parts:
            return []
        items = self._xml("xl/sharedStrings.xml").iter(f"{NS}si")
        return ["".join(item.itertext()) for item in items]

    @cached_property
    def sheets(self) -> dict[str, str]:
        """The path of each sheet by its name."""
        targets = {
            one.attrib["Id"]: posixpath.normpath(posixpath.join("xl", one.attrib["Target"]))
            for one in self._xml("xl/_rels/workbook.xml.rels").iter(_RELATIONSHIPS)
        }
        found = self.workbook.iter(f"{NS}sheet")
        return {one.attrib["name"]: targets[one.attrib[_RELATION]] for one in found}

    @cached_property
    def context(self) -> Context:
        names = [one.attrib["name"] for one in self.workbook.iter(f"{NS}definedName")]
        return Context(
            known=Known(frozenset(self.sheets), frozenset(names)),
            formats=len(self._style("cellXfs")),
            conditions=len(self._style("dxfs")),
            strings=len(self.strings),
        )

    def _content_types(self) -> Iterator[str]:
        types = self._xml(_TYPES)
        endings = {one.get("Extension", "").lower() for one in types}
        named = [one.get("PartName", "").lstrip("/") for one in types if one.get("PartName")]
        yield from (f"content type of {one} twice" for one in _twice(named))
        yield from (f"content type of no part {one}" for one in named if one not in self.parts)
        for part in self.parts:
            if part != _TYPES and part not in named and part.rpartition(".")[2] not in endings:
                yield f"no content type of {part}"

    def _relations(self) -> Iterator[str]:
        for path in self.parts:
            folder, _, name = path.rpartition("_rels/")
            if not name.endswith(".rels"):
                continue
            for one in self._xml(path).iter(_RELATIONSHIPS):
                target = posixpath.normpath(posixpath.join("/", folder, one.attrib["Target"]))
                if one.get("TargetMode") != "External" and target.lstrip("/") not in self.parts:
                    yield f"{path} leads to {target}"

    def _sheet_list(self) -> Iterator[str]:
        sheets = [one.attrib for one in self.workbook.iter(f"{NS}sheet")]
        yield from (f"sheet {one} twice" for one in _twice(s["name"].lower() for s in sheets))
        yield from (f"sheet number {one} twice" for one in _twice(s["sheetId"] for s in sheets))
        for one in sheets:
            name = one["name"]
            if not 0 < length(name) <= _MAX_SHEET_NAME or _BAD_IN_SHEET_NAME.search(name):
                yield f"bad name of sheet {name!r}"
        shown = [at for at, one in enumerate(sheets) if one.get("state", "visible") == "visible"]
        views = self.workbook.iter(f"{NS}workbookView")
        if not shown:
            yield "all sheets are hidden"
        elif any(int(view.get("activeTab", "0")) not in shown for view in views):
            yield "the active sheet is hidden"

    def _defined_names(self) -> Iterator[str]:
        found = list(self.workbook.iter(f"{NS}definedName"))
        scoped = [f"{one.attrib['name'].lower()}@{one.get('localSheetId', '')}" for one in found]
        yield from (f"name {one} twice" for one in _twice(scoped))
        for one in found:
            name, target = one.attrib["name"], one.text or ""
            if not name.startswith("_xlnm."):
                yield from name_mistakes(name)
            if int(one.get("localSheetId", "0")) >= len(self.sheets):
                yield f"name {name!r} of a sheet that is not there"
            if not target:
                yield f"name {name!r} of nothing"
            yield from (
                f"name {name!r}: {two}" for two in formula_mistakes(target, self.context.known)
            )

    def _styles(self) -> Iterator[str]:
        formats = {int(one.attrib["numFmtId"]): one for one in self._style("numFmts")}
        for number, one in formats.items():
            if number < _FIRST_OWN_FORMAT or length(one.attrib["formatCode"]) > _MAX_FORMAT:
                yield f"bad number format {number}"
        counts = {key: len(self._style(f"{key}s")) for key in ("font", "fill", "border")}
        for at, xf in enumerate(self._style("cellXfs")):
            number = int(xf.get("numFmtId", "0"))
            if number > _LAST_BUILT_IN_FORMAT and number not in formats:
                yield f"format {at}: no number format {number}"
            for key, count in counts.items():
                if int(xf.get(f"{key}Id", "0")) >= count:
                    yield f"format {at}: no {key} {xf.get(f'{key}Id')}"
            if int(xf.get("xfId", "0")) >= len(self._style("cellStyleXfs")):
                yield f"format {at}: no style {xf.get('xfId')}"
        for holder in self.styles:
            if holder.get("count", str(len(holder))) != str(len(holder)):
                yield f"{holder.tag.removeprefix(NS)} are not {holder.get('count')}"

    def _strings(self) -> Iterator[str]:
        for at, text in enumerate(self.strings):
            if length(text) > MAX_TEXT:
                yield f"string {at} is too long"

    def _properties(self) -> Iterator[str]:
        for part in ("docProps/core.xml", "docProps/custom.xml"):
            for text in self._xml(part).itertext() if part in self.parts else ():
                if length(text) > _MAX_PROPERTY:
                    yield f"{part}: a property of {length(text)} characters"

    def _style(self, name: str) -> ET.Element | list[ET.Element]:
        found = self.styles.find(f"{NS}{name}")
        return [] if found is None else found

    def _xml(self, part: str) -> ET.Element:
        return ET.fromstring(self.parts[part])  # noqa: S314 - our own files
