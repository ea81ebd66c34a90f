"""Reading a sheet of our own from its anchors: where its names, or its layout, say fields lie.

Names follow their cells when rows are inserted or sheets renamed. Every label is then looked
for where the names say it must be; what stands beside is quoted.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address, Area, Cell, Kind, Sheet
from xlsync.base.problems import problem
from xlsync.base.record import DIGEST, join
from xlsync.form.model import ID_PATTERN
from xlsync.form.types import comparable
from xlsync.reader.labels import stray
from xlsync.reader.located import Found, Item, Located, summed
from xlsync.reader.moved_lines import moved
from xlsync.reader.other_sheets import is_check_line, stray_comments
from xlsync.reader.totals import compute_totals
from xlsync.reader.units import settle_units, unit_statements

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsync.form import Form, Layout, PlacedTable
    from xlsync.workbook.manifest import Manifest

_BLANK = Cell("")
_ID = re.compile(ID_PATTERN)


class Areas(NamedTuple):
    """Where the fields and the tables of a form lie on a sheet."""

    fields: dict[str, Area]
    tables: dict[str, Area]


def read_anchored(
    form: Form, manifest: Manifest, sheet: Sheet, areas: Areas
) -> tuple[Located, Layout]:
    """Find slots and rows from their areas, and the layout that the sheet has now."""
    anchored = _Anchored(form, manifest, sheet, *areas)
    anchored.read_fields()
    for table in anchored.layout.tables:
        anchored.read_table(table)
    anchored.settle_units()
    anchored.check_labels()
    anchored.report_strays()
    return anchored.located, anchored.layout


class _Anchored:
    """One sheet of ours, its anchors, and what of its cells is accounted for."""

    def __init__(
        self,
        form: Form,
        manifest: Manifest,
        sheet: Sheet,
        fields: dict[str, Area],
        tables: dict[str, Area],
    ) -> None:
        self.form = form
        self.fields = fields
        self.tables = tables
        self.layout = self.lay_out()
        self.located = Located(form, sheet, start=1, manifest=manifest)
        self.known: set[Address] = set()
        self.rows_in_use = sorted({row for row, _ in sheet.cells})
        lines = moved(self.layout, tuple(fields.items()), tuple(tables.items()))
        self.rows, self.columns, self.slots, self.labels = lines
        self.footer = form.footer(manifest.record, manifest.round, manifest.issue)

    def lay_out(self) -> Layout:
        """The layout with as many rows as the tables have now."""
        blank = self.form.layout(self.form.capacity())
        beside = {table.name: _height(table.area) - _length(table) for table in blank.tables}
        return self.form.layout(
            {name: max(1, _height(area) - beside[name]) for name, area in self.tables.items()}
        )

    def now(self, planned: Address) -> Address:
        """Where a cell of the layout lies now."""
        return Address(self.rows[planned.row], self.columns[planned.column])

    def read_fields(self) -> None:
        """The cell of each field."""
        for slot in self.form.mapping.fields:
            if slot not in self.slots:
                continue
            place, told = self.slots[slot]
            self.known.add(place)
            cell = self.located.sheet.cells.get(place, _BLANK)
            self.located.fields[slot] = self.matched(slot, Found(place, cell))
            if told:
                what = f"“{self.form.mapping.fields[slot].label}”的填报格{told}"
                self.located.report(problem("S008", what), place)

    def settle_units(self) -> None:
        """The units that the sheet states now, and the totals of what they are counted in."""
        statements = unit_statements(self.located, self.located.sheet.cells)
        settle_units(self.located, statements, is_ours=True)
        compute_totals(self.located)

    def matched(self, slot: str, found: Found) -> Found:
        """A value typed with the words that stand around it on paper, such as those of a year."""
        pattern = self.form.mapping.fields[slot].pattern
        if pattern is None or found.cell.kind is not Kind.TEXT:
            return found
        match = re.fullmatch(pattern, comparable(found.cell.text))
        return found.part(match[1]) if match else found

    def read_table(self, table: PlacedTable) -> None:
        """Every row between the headings and the row below the table."""
        area = self.tables[table.name]
        self.located.headings[table.name] = area.first
        heading_rows = table.first - table.area.top
        columns = tuple(self.columns[column] for column in table.columns.values())
        items = self.located.items.setdefault(table.name, [])
        sheet_cells = self.located.sheet.cells
        shared: dict[str, Found] = {}
        for row in self.rows_in_use:
            if not area.top + heading_rows <= row < area.bottom:
                continue
            places = _places(row, columns)
            self.known.update(places)
            cells = {
                name: Found(place, sheet_cells.get(place, _BLANK))
                for name, place in zip(table.columns, places, strict=True)
            }
            is_filled = self.is_item(table, row, cells)
            # A row that was cleared still carries its id, which then says nothing. What only
            # looks like an id (a date) would be lost there, so it must be one that we made.
            row_id = self.row_id(table, row, _ID if is_filled else DIGEST)
            if is_filled:
                self.take_shared(table, row_id, cells, shared)
                items.append(Item(row, cells, row_id))
            shared = {
                name: cells[name] if _holds(cells[name].cell) else shared[name]
                for name in table.columns.keys() & table.shared
                if not is_filled and (_holds(cells[name].cell) or name in shared)
            }

    def is_item(self, table: PlacedTable, row: int, cells: Mapping[str, Found]) -> bool:
        """Whether a row holds an item of a table.

        What tables side by side share is an item only where no other table claims it.
        """
        if any(_holds(one.cell) for name, one in cells.items() if name not in table.shared):
            return True
        if not (table.beside and any(_holds(one.cell) for one in cells.values())):
            return False
        others = (Address(row, self.columns[column]) for column in table.beside)
        return not any(_holds(self.located.sheet.cells.get(place, _BLANK)) for place in others)

    def take_shared(
        self,
        table: PlacedTable,
        row_id: str | None,
        cells: dict[str, Found],
        above: Mapping[str, Found],
    ) -> None:
        """Read what a row leaves blank from a row above that has it without an item of the table.

        On paper a level stands once for the rows of all tables; it is told, as every level that
        is read from above is, unless the workbook itself says that it was left open.
        """
        manifest, plan = self.located.manifest, self.form.mapping.tables[table.name]
        stated = manifest.absent | manifest.empty | manifest.blank if manifest else frozenset()
        for name, found in above.items():
            own = f"{plan.pointer}{join(row_id or '', name)}"
            if _holds(cells[name].cell) or own in stated:
                continue
            pointer = f"{plan.pointer}{join(len(self.located.items[table.name]), name)}"
            title = self.form.mapping.locate(pointer).title
            message = f"{title}空白，已按上一行读作“{found.cell.text}”，请核对。"
            told = problem("S004", message, pointer=pointer)
            self.located.report(told, cells[name].address)
            cells[name] = found

    def row_id(self, table: PlacedTable, row: int, pattern: re.Pattern[str]) -> str | None:
        """The id that an item carries in a column right of the form; other texts are stray."""
        place = Address(row, self.columns[self.layout.width] + table.ids - self.layout.width)
        text = self.located.sheet.text(place)
        if not pattern.fullmatch(text):
            return None
        self.known.add(place)
        return text

    def check_labels(self) -> None:
        """Every fixed text must stand where the anchors say (S001)."""
        self.check_line()
        foot = self.layout.footer.first
        for planned, now, text in (*self.labels, (foot, self.now(foot), self.footer)):
            found = self.located.sheet.text(now)
            is_there = _is_same(found, text)
            place = now if is_there else self.place_of(planned, now, text)
            self.known.add(place)
            if is_there or place != now:
                continue
            shown = text.replace("\n", "")
            message = (
                f"原表文字“{shown}”被改为“{found}”，请恢复。"
                if found
                else f"原表文字“{shown}”不见了，请恢复。"
            )
            self.located.report(problem("S001", message, found=found or None), place)

    def place_of(self, planned: Address, now: Address, text: str) -> Address:
        """Where a fixed text stands that is not now where it was to be, or that very place.

        Rows may have been inserted between it and its anchor.
        """
        rows = range(min(planned.row, now.row), max(planned.row, now.row) + 1)
        places = (Address(row, now.column) for row in rows)
        return next((one for one in places if _is_same(self.located.sheet.text(one), text)), now)

    def check_line(self) -> None:
        """The line above the form computes itself; a text in its place is told (S008)."""
        cells = self.located.sheet.cells
        computed = ((address, cell) for address, cell in cells.items() if cell.formula is not None)
        lines = [address for address, cell in computed if is_check_line(cell)]
        place = lines[0] if lines else self.now(self.layout.check.first)
        self.known.add(place)
        cell = cells.get(place)
        if self.located.sheet.values_only:
            return
        if cell is not None and cell.formula is None and cell.text.strip():
            message = f"填报情况一行的公式被改为“{cell.text}”，表内数据不受影响。"
            self.located.report(problem("S008", message, found=cell.text), place)

    def report_strays(self) -> None:
        """Content outside labels and slots, comments, and a lifted protection."""
        sheet = self.located.sheet
        self.located.problems += summed(
            stray(sheet.name or None, address, cell)
            for address, cell in sheet.cells.items()
            if address not in self.known and (cell.text.strip() or cell.formula)
        )
        if not sheet.protected and not sheet.values_only:
            message = "工作表保护已被取消，请核对固定文字和公式是否被改动。"
            self.located.report(problem("S008", message), None)
        self.located.problems.extend(stray_comments(sheet, sheet.comments))


# The rows of a table lie the same in nearly every file of a form.
@lru_cache(maxsize=1024)
def _places(row: int, columns: tuple[int, ...]) -> list[Address]:
    """The cells of a row in some columns."""
    return [Address(row, column) for column in columns]


def _holds(cell: Cell) -> bool:
    return bool(cell.text.strip() or cell.formula)


def _is_same(found: str, text: str) -> bool:
    return found.replace("\r\n", "\n") == text


def _height(area: Area) -> int:
    return area.bottom - area.top + 1


def _length(table: PlacedTable) -> int:
    return table.last - table.first + 1
