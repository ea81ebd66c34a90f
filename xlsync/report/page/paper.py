"""A filled form as it looks on paper: cells with their spans, ready for any page.

The sheet is that of the template without what only a spreadsheet needs: the line that counts,
rows that nobody filled in, levels that repeat. What was found stands at its cell.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import Severity
from xlsync.base.record import get, rows_at
from xlsync.exchange.correction_states import Places
from xlsync.form.codes import on_cell
from xlsync.report.page.paper_entries import AS_TEXT, entry_of_column, entry_of_field
from xlsync.report.words.lines import visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from xlsync.base.grid import Area
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.layout import Layout, PlacedTable
    from xlsync.form.mapping import FieldBase
    from xlsync.form.template import Style
    from xlsync.report.page.paper_entries import PaperEntry

_NEW_ROWS = 3
"""Blank rows of a table that are offered to be typed into, beside those that hold something."""

_FIXED_TEXT = re.compile(r'"([^"]*)"')


@dataclass(slots=True)
class PaperCell:
    """One cell: its text, how many columns and rows it spans, its looks, and what was found.

    ``pointer`` is set where a value of the record stands, also a blank one, and ``label`` says
    what it is called; ``entry`` is how it is typed. ``also`` are the places of tables beside
    that lie in the same cell, ``row`` is the pointer of the row that ends here, where it can be
    taken out.
    """

    text: str
    style: Style | None = None
    columns: int = 1
    rows: int = 1
    pointer: str | None = None
    label: str = ""
    entry: PaperEntry = AS_TEXT
    also: list[str] = field(default_factory=list)
    row: str | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        """Whether it belongs to a row that is to be added."""
        return "/+" in (self.pointer or "")

    @property
    def severity(self) -> str:
        """The worst of what was found: ``error``, ``warning``, or nothing."""
        found = {one.severity for one in self.problems}
        return next((one.value for one in Severity if one in found), "")


@dataclass(frozen=True, slots=True)
class Paper:
    """The sheet: widths in percent, rows of cells, and what was found that has no cell here."""

    title: str
    widths: list[float]
    rows: list[list[PaperCell]]
    beside: list[Problem]

    @property
    def at_no_value(self) -> list[Problem]:
        """What was found of the form as a whole, or of a table."""
        cells = (cell for row in self.rows for cell in row if cell.pointer is None)
        return [*self.beside, *(one for cell in cells for one in cell.problems)]


def paper(
    form: Form,
    record: Record | None = None,
    problems: Iterable[Problem] = (),
    typed: Mapping[str, str] | None = None,
    *,
    to_type: bool = False,
) -> Paper:
    """Lay a record out as its form looks on paper; without one, the blank form.

    ``typed`` are texts by pointer that stand in place of values which could not be read. With
    ``to_type`` it is to be typed into: levels stand in every row, and tables have blank rows,
    whose pointers name them ``+1``, ``+2`` and so on.
    """
    sheet = _ShownCells(form, record or {}, typed or {}, to_type=to_type)
    beside = [one for one in problems if not sheet.mark(one)]
    return Paper(form.mapping.title, sheet.widths(), sheet.rows(), beside)


class _ShownCells:
    """Cells by address, of the rows that are shown."""

    def __init__(
        self, form: Form, record: Record, typed: Mapping[str, str], *, to_type: bool
    ) -> None:
        self.form = form
        self.to_type = to_type
        self.record = record
        self.typed = typed
        self.places = Places(form, record)
        self.layout: Layout = self.places.layout
        self.cells: dict[Address, PaperCell] = {}
        self.hidden = set(self._unused())
        for label in self.layout.labels:
            self.put(label.area, visible_lines(label.text), label.style)
        for slot in self.layout.slots:
            item = form.mapping.fields[slot.name]
            text = self.text(item, get(record, item.pointer), item.pointer, slot.style)
            self.put(slot.area, text, slot.style, item.pointer, item.label)
            self.cells[slot.area.first].entry = entry_of_field(form, item)
        for table in self.layout.tables:
            self.fill(table)

    def widths(self) -> list[float]:
        columns = self.form.template.columns
        return [round(100 * one / sum(columns), 2) for one in columns]

    def mark(self, found: Problem) -> bool:
        """Put what was found at its cell; False where none is shown."""
        place = self.places[found.pointer] if found.pointer else None
        cell = self.cells.get(place.address) if place else None
        if cell is not None and not cell.text and cell.pointer is None:
            cell = self.captions.get(found.pointer or "", cell)
        if cell is not None:
            cell.problems.append(found)
        return cell is not None

    @cached_property
    def captions(self) -> dict[str, PaperCell]:
        """The cells that name tables from the side, where no heading does, by their pointers."""
        tables, plans = self.layout.tables, self.form.mapping.tables
        return {
            plans[one.name].pointer: self.cells[Address(one.first, one.caption)]
            for one in tables
            if one.caption is not None
        }

    def rows(self) -> list[list[PaperCell]]:
        """Every row from the first below the line that counts to the last with a cell."""
        self.merge()
        last = max((at.row + cell.rows - 1 for at, cell in self.cells.items()), default=0)
        covered = {
            Address(row, column)
            for at, cell in self.cells.items()
            for row in self._below(at.row, cell.rows)
            for column in range(at.column, at.column + cell.columns)
        }
        made = []
        for row in range(self.layout.check.bottom + 1, last + 1):
            if row in self.hidden:
                continue
            cells = []
            for column in range(1, self.layout.width + 1):
                at = Address(row, column)
                if at in self.cells:
                    cells.append(self.cells[at])
                elif at not in covered:
                    cells.append(PaperCell(""))
            made.append(cells)
        return made

    def _below(self, row: int, count: int) -> Iterator[int]:
        """So many shown rows from this one on."""
        while count:
            if row not in self.hidden:
                count -= 1
                yield row
            row += 1

    def _unused(self) -> Iterator[int]:
        """The rows of tables that stand ready and hold nothing."""
        used = self.form.rows_used(self.record)
        for table in self.layout.tables:
            begun = max(used[table.name], 1) if self.record else table.shown
            if self.to_type:
                begun = used[table.name] + _NEW_ROWS
            if not table.whole:
                yield from range(table.first + begun, table.last + 1)

    def put(
        self, area: Area, text: str, style: str, pointer: str | None = None, label: str = ""
    ) -> None:
        """A cell in its place."""
        self.cells[area.first] = PaperCell(
            text,
            self.form.template.style(style),
            area.right - area.left + 1,
            sum(row not in self.hidden for row in range(area.top, area.bottom + 1)),
            pointer,
            label,
        )

    def fill(self, table: PlacedTable) -> None:
        """The rows of a table, each with all of its columns."""
        plan = self.form.mapping.tables[table.name]
        items = rows_at(self.record, plan.pointer)
        numbers = {at: number for number, at in enumerate(self.places.rows[table.name])}
        names = {column: name for name, column in table.columns.items()}
        used = self.form.rows_used(self.record)[table.name]
        for row in range(table.first, table.last + 1):
            at = row - table.first
            number, left = numbers.get(at, len(items) + at if table.shared else at), None
            is_new = self.to_type and used <= at < used + _NEW_ROWS
            place = f"+{at - used + 1}" if is_new else str(number)
            is_open = not self.to_type or is_new or number < len(items)
            for column, style in sorted(table.styles.items()):
                if row in self.hidden or column == table.caption:
                    continue
                name = names.get(column)
                pointer = f"{plan.pointer}/{place}/{name}" if name and is_open else None
                known = self.cells.get(Address(row, column))
                if known is not None and (known.text or number >= len(items)):
                    # It is shared with a table at the left, which has an item here.
                    known.also += [pointer] if pointer and known.pointer else []
                    continue
                if name is None and left is not None:
                    left.columns += 1  # it only carries a border
                    continue
                given = items[number].get(name) if name and number < len(items) else None
                item = plan.columns[name] if name else None
                text = self.text(item, given, pointer, style) if item and pointer else ""
                which = f"新增的第{place[1:]}条" if is_new else f"第{number + 1}条"
                label = f"{plan.label}{which}：{item.label}" if item else ""
                looks = self.form.template.style(style)
                entry = entry_of_column(self.form, table.name, name) if name else AS_TEXT
                left = PaperCell(text, looks, pointer=pointer, label=label, entry=entry)
                self.cells[Address(row, column)] = left
            if left is not None and self.to_type and number < len(items):
                left.row = f"{plan.pointer}/{number}"

    def text(self, item: FieldBase, value: Json, pointer: str, style: str) -> str:
        """A value as it stands in its cell, or what was typed instead of one."""
        if pointer in self.typed:
            return visible_lines(self.typed[pointer])
        try:
            content = on_cell(self.form.mapping, item, value)
        except (ValueError, ArithmeticError, TypeError):
            content = value
        if content is None:
            return ""
        if isinstance(content, Decimal):
            return f"{content:,}"
        if isinstance(content, dt.date):
            return content.isoformat()
        number_format = self.form.template.style(style).number_format or ""
        before, *after = _FIXED_TEXT.findall(number_format) or [""]
        return visible_lines(f"{before}{content}{''.join(after)}")

    def merge(self) -> None:
        """Let captions and repeated levels span their rows, as on paper."""
        merged: dict[int, dict[int, int]] = {}
        for table in self.layout.tables:
            shown = [row for row in range(table.first, table.last + 1) if row not in self.hidden]
            if table.caption is not None:
                self.cells[Address(table.first, table.caption)].rows = len(shown)
            group = dict.fromkeys(shown, 0)
            levels = [] if self.to_type else self.form.mapping.tables[table.name].levels
            for name in levels:
                column = table.columns[name]
                if name in table.own:
                    merged[column] = self._merge_column(column, group)
                group = merged[column]

    def _merge_column(self, column: int, group: dict[int, int]) -> dict[int, int]:
        """Merge equal texts of a column within their groups; the rows' groups from now on."""
        made: dict[int, int] = {}
        head, last = 0, (0, "")
        for row, outer in group.items():
            at = Address(row, column)
            cell = self.cells[at]
            key = (outer, cell.text)
            if head and key == last and cell.text and not cell.problems:
                self.cells[Address(head, column)].rows += 1
                del self.cells[at]
            else:
                head, last = row, key
            made[row] = head
        return made
