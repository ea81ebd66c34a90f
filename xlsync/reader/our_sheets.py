"""Which sheets of a workbook are forms of ours, and where on them everything lies.

Older formats and some programs drop the defined names. If the fixed texts still stand where the
layout puts them, perhaps a few rows lower, the slots stand there too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.problems import problem
from xlsync.form.template import CHECK, CHECKS, HELP, LISTS, PROBLEMS, SHEET
from xlsync.form.types import comparable
from xlsync.reader.anchors import Areas, read_anchored
from xlsync.workbook.helper_sheets import LIBRARY
from xlsync.workbook.manifest import field_name, table_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.base.grid import Area, Sheet, Workbook
    from xlsync.form import Form, Layout
    from xlsync.reader.located import Located
    from xlsync.reader.manifests import Carriers

_MOST = 0.9
_BESIDE = frozenset({SHEET, LISTS, CHECKS, CHECK, HELP, PROBLEMS})


"""The part of the fixed texts that must stand in their places."""

_LOWEST_START = 20
"""Rows that somebody may have inserted above the form."""


def planned_areas(form: Form, sheet: Sheet, last: int) -> Areas | None:
    """The areas of the fields and of the tables above a footer line; None where they do not fit."""
    for below in range(_LOWEST_START):
        layout = _layout_that_ends(form, last - below)
        if layout is not None and _fits(sheet, layout, below):
            return _areas(layout, below)
    return None


def _layout_that_ends(form: Form, last: int) -> Layout | None:
    """The layout whose footer stands in a row; tables one above the other are not unfolded."""
    rows = form.capacity()
    layout = form.layout(rows)
    if last == layout.footer.top:
        return layout
    if len({table.first for table in layout.tables}) != 1:
        return None
    more = last - layout.footer.top
    counts = {table: count + more for table, count in rows.items()}
    return form.layout(counts) if min(counts.values()) > 0 else None


def _fits(sheet: Sheet, layout: Layout, below: int) -> bool:
    labels = [label for label in layout.labels if label.text]
    right = sum(
        comparable(sheet.text(label.area.first.moved(below))) == comparable(label.text)
        for label in labels
    )
    return right >= _MOST * len(labels)


def _areas(layout: Layout, below: int) -> Areas:
    return Areas(
        {slot.name: slot.area.moved(below) for slot in layout.slots},
        {table.name: table.area.moved(below) for table in layout.tables},
    )


def is_beside(name: str) -> bool:
    """Whether a sheet is named as those that xlsync puts beside a form."""
    return name in _BESIDE or name.endswith(LIBRARY)


def locate_ours(
    forms: Sequence[Form], carriers: Carriers, workbook: Workbook
) -> list[tuple[Located, Layout]]:
    """Every sheet that is a form of ours, in their order, with the layout that it has now."""
    names = _names_by_sheet(workbook)
    found: dict[str, tuple[Located, Layout]] = {}
    for by in ("names", "layout"):
        for sheet in workbook.sheets:
            if sheet.name in found or is_beside(sheet.name):
                continue
            for form in forms:
                located = _on_sheet(form, carriers, sheet, names.get(sheet.name, {}), by)
                if located is not None:
                    found[sheet.name] = located
                    break
    return [found[sheet.name] for sheet in workbook.sheets if sheet.name in found]


def _names_by_sheet(workbook: Workbook) -> dict[str, dict[str, Area]]:
    """The names that lead to each sheet; one of a sheet's own wins over that of the workbook."""
    names: dict[str, dict[str, Area]] = {}
    own = {name: target for name, target in workbook.names.items() if "!" in name}
    for name, (sheet, area) in workbook.names.items():
        if name not in own:
            names.setdefault(sheet, {})[name] = area
    for name, (sheet, area) in own.items():
        names.setdefault(sheet, {})[name.rpartition("!")[2]] = area
    return names


def _on_sheet(
    form: Form, carriers: Carriers, sheet: Sheet, names: dict[str, Area], by: str
) -> tuple[Located, Layout] | None:
    """The form on a sheet, by its names or by its layout; None where it is not found so."""
    areas = _named(form, names) if by == "names" else _planned(form, carriers, sheet)
    if areas is None:
        return None
    manifest, told = carriers.of_sheet(form, sheet)
    if manifest is None:
        return None
    located, layout = read_anchored(form, manifest, sheet, areas)
    located.by = by
    located.problems += told
    for message in _lost(carriers, by):
        located.report(problem("S008", message), None)
    return located, layout


def _lost(carriers: Carriers, by: str) -> Iterator[str]:
    if carriers.hidden is None:
        yield f"隐藏表 {SHEET} 不见了或被改动，已按表尾或文件属性中的编号读取，请核对。"
    if by == "layout":
        yield "单元格名称不见了，已按原表的版面读取，请核对。"


def _named(form: Form, names: dict[str, Area]) -> Areas | None:
    """The areas under the names; None where one is missing, or two lead to the same cell."""
    fields = {slot: names.get(field_name(slot)) for slot in form.mapping.fields}
    tables = {table: names.get(table_name(table)) for table in form.mapping.tables}
    places = {area.first for area in fields.values() if area is not None}
    if None in tables.values() or len(places) < len(fields):
        return None
    return Areas(
        {slot: area for slot, area in fields.items() if area},
        {table: area for table, area in tables.items() if area},
    )


def _planned(form: Form, carriers: Carriers, sheet: Sheet) -> Areas | None:
    """The areas of the layout that ends at the sheet's footer, where the manifest is known."""
    if carriers.manifest is None:
        return None
    footer = carriers.footer(form, sheet)
    return None if footer is None else planned_areas(form, sheet, footer.address.row)
