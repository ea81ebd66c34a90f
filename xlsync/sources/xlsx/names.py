"""Defined names that point at exactly one area of one sheet.

Left out are formulas, constants, several areas at once, whole rows and columns, areas of other
workbooks, and whatever broke (``#REF!``): no anchor can be drawn from them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.grid import Area

if TYPE_CHECKING:
    from xlsync.sources.xlsx.workbook import WorkbookPart

_REFERENCE = re.compile(r"=?(?:'(?P<quoted>(?:[^']|'')+)'!|(?P<plain>[^'!]+)!)?(?P<area>[^!]+)")


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
