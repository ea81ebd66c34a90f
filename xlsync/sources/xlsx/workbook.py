"""The workbook part: which sheets there are, in which order, and the defined names.

ECMA-376 part 1, clause 18.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.sources.xlsx.escapes import unescape
from xlsync.sources.xlsx.markup import Attributes, Texts, Wanted, attribute, is_true, parse
from xlsync.sources.xlsx.strings import joined

if TYPE_CHECKING:
    from xlsync.sources.xlsx.package import Package


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
