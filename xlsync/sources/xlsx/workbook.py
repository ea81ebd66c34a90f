"""The workbook part: its sheets in order, the defined names, the document properties.

Of defined names only those count that point at exactly one area of one sheet. Left out are
formulas, constants, several areas at once, whole rows and columns, areas of other workbooks, and
whatever broke (``#REF!``): no anchor can be drawn from them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.grid import Area
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, attribute, is_true, parse
from xlsync.sources.xlsx.spelling import unescape
from xlsync.sources.xlsx.strings import joined

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package
    from xlsync.sources.xlsx.relationships import Relationship

_REFERENCE = re.compile(r"=?(?:'(?P<quoted>(?:[^']|'')+)'!|(?P<plain>[^'!]+)!)?(?P<area>[^!]+)")
_CORE = frozenset(
    {
        "category",
        "contentStatus",
        "created",
        "creator",
        "description",
        "identifier",
        "keywords",
        "language",
        "lastModifiedBy",
        "lastPrinted",
        "modified",
        "revision",
        "subject",
        "title",
        "version",
    }
)
_TEXT_TYPES = frozenset({"lpwstr", "lpstr", "bstr"})


def resolve_names(part: WorkbookPart) -> dict[str, tuple[str, Area]]:
    """Return the names as (sheet name, area).

    A name that only one sheet has is found under itself, as a workbook-wide one is. Where it
    exists twice (Excel makes sheet-local copies when a sheet is copied), the workbook-wide one
    or else that of the first sheet has the plain name, the others are ``sheet!name``.
    """
    sheets = {entry.name.casefold(): entry.name for entry in reversed(part.sheets)}
    resolved: dict[str, tuple[str, Area]] = {}
    in_order = sorted(part.names, key=lambda name: -1 if name.scope is None else name.scope)
    for name in in_order:
        if name.scope is not None and name.scope >= len(part.sheets):
            continue
        home = None if name.scope is None else part.sheets[name.scope].name
        target = _target(name.formula, home, sheets)
        if target is not None:
            key = name.name if name.name not in resolved else f"{home}!{name.name}"
            resolved.setdefault(key, target)
    return resolved


def _target(formula: str, home: str | None, sheets: dict[str, str]) -> tuple[str, Area] | None:
    match = _REFERENCE.fullmatch(formula.strip())
    if match is None:
        return None
    written = match["quoted"].replace("''", "'") if match["quoted"] else match["plain"] or home
    sheet = sheets.get((written or "").casefold())
    if sheet is None:
        return None
    try:
        return sheet, Area.parse(match["area"])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet as the workbook lists it; ``relationship`` leads to its part."""

    name: str
    relationship: str
    visible: bool


@dataclass(frozen=True, slots=True)
class DefinedName:
    """A name and the formula behind it; ``scope`` is the index of its sheet, or None."""

    name: str
    formula: str
    scope: int | None


@dataclass(slots=True)
class WorkbookPart:
    """What the workbook part says."""

    is_1904: bool = False
    sheets: list[SheetEntry] = field(default_factory=list)
    names: list[DefinedName] = field(default_factory=list)


def read_workbook_part(package: Package, part: str) -> WorkbookPart:
    """Read the part; raises :class:`UnreadableError` for a damaged one."""
    found = WorkbookPart()

    def workbook_properties(attributes: Attributes) -> None:
        found.is_1904 = is_true(attributes.get("date1904"))

    def sheet(attributes: Attributes) -> None:
        package.budget.sheets.spend()
        package.budget.spend_entry(attributes)
        found.sheets.append(
            SheetEntry(
                name=unescape(attributes.get("name", "")),
                relationship=attribute(attributes, "id") or "",
                visible=attributes.get("state", "visible") == "visible",
            )
        )

    def name(attributes: Attributes, texts: Texts) -> None:
        package.budget.spend_entry(attributes)
        scope = attributes.get("localSheetId", "")
        is_local = scope.isdecimal() and len(scope) < 5  # noqa: PLR2004 - MAX_SHEETS is less
        formula = joined(texts)
        found.names.append(
            DefinedName(attributes.get("name", ""), formula, int(scope) if is_local else None)
        )

    wanted = Wanted(
        records={"definedName": name},
        texts=frozenset({"definedName"}),
        starts={"workbookPr": workbook_properties, "sheet": sheet},
    )
    parse(package, part, wanted)
    return found


def read_properties(package: Package, relationships: list[Relationship]) -> dict[str, str]:
    """Return the properties by name, from the relationships of the package itself.

    A core property wins over a custom one of the same name. Empty ones are left out. Raises
    :class:`UnreadableError` for a damaged part; a missing one holds nothing.
    """
    core: dict[str, str] = {}
    custom: dict[str, str] = {}
    for item in relationships:
        if item.external or item.target not in package:
            continue
        if item.kind == "core-properties":
            core |= _read_core(package, item.target)
        elif item.kind == "custom-properties":
            custom |= _read_custom(package, item.target)
    return custom | core


def _read_core(package: Package, part: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def keep(_attributes: Attributes, texts: Texts) -> None:
        found.update((name, unescape(text)) for name, text in texts)

    parse(package, part, Wanted(records={"coreProperties": keep}, texts=_CORE))
    return found


def _read_custom(package: Package, part: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def keep(attributes: Attributes, texts: Texts) -> None:
        package.budget.spend_entry(attributes)
        if texts:
            found[unescape(attributes.get("name", ""))] = joined(texts)

    parse(package, part, Wanted(records={"property": keep}, texts=_TEXT_TYPES))
    return found
