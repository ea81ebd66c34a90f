"""Finding a form by its labels: in a text, or in a workbook that xlsync did not make.

A label is known by its text; its value stands to the right, or beneath. Line numbers, counts
and fixed columns play no part. Whatever is neither a label nor a value is quoted (S007).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import problem
from xlsync.form.label_keys import InlineLabels, LabelIndex
from xlsync.form.types import cell_text, comparable
from xlsync.reader.lists import ListTables, TablesBeside, tables_headed
from xlsync.reader.located import Found, Located, summed
from xlsync.reader.margins import is_note, note_lines
from xlsync.reader.matrix import Matrix
from xlsync.reader.rows import TableRows, heading_index
from xlsync.reader.single_lines import FormWords, unfolded
from xlsync.reader.totals import compute_totals
from xlsync.reader.units import is_unit_line, settle_units, unit_statements

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from xlsync.base.grid import Cell, Sheet
    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.form.mapping import FormField
    from xlsync.reader.titles import Region, Row

_CAPTION_WITHIN = 3
"""Rows below a heading in which the caption of its table may stand: other headings, then items."""


_PAGE = re.compile(r"第\s*[0-9]+\s*页(?:\s*[,，/]?\s*共\s*[0-9]+\s*页)?")
"""The number of a page, where a print was read."""


class _Labels:
    """The labels of one form, and what has been found in one region so far."""

    def __init__(self, form: Form, sheet: Sheet, start: int) -> None:
        self.located = Located(form, sheet, start, by="labels")
        self.fields = form.mapping.fields
        self.slots = LabelIndex(
            (label, slot)
            for slot, item in self.fields.items()
            if item.pattern is None and item.row is None
            for label in item.labels
        )
        tables = form.mapping.tables
        self.headings = {name: heading_index(table) for name, table in tables.items()}
        self.captions = LabelIndex(
            (text, text)
            for text in (
                *form.captions(),
                *form.mapping.titles,
                *(label for table in tables.values() for label in table.labels),
            )
        )
        self.inline = InlineLabels(
            label
            for item in self.fields.values()
            if item.pattern is None and item.row is None
            for label in item.labels
        )
        self.figures = {comparable(text) for text in form.figures()}
        self.matrix = Matrix(self.located)
        self.lists = ListTables(self.located)
        self.tables: list[TableRows] = []
        self.columns: dict[str, int] = {}
        self.beneath: dict[int, str] = {}
        self.strays: list[tuple[Address, Cell]] = []

    def read(self, rows: dict[int, Row], above: Iterable[str] = ()) -> Located:
        """Go down the rows; from a heading row on they belong to its table.

        ``above`` are texts over the form that may state the unit of its amounts.
        """
        table: TableRows | TablesBeside | None = None
        following = [*rows.values()]
        for index, (number, row) in enumerate(rows.items()):
            below = following[index + 1 : index + 1 + _CAPTION_WITHIN]
            going = table.name if isinstance(table, TableRows) else None
            heading = tables_headed(self.located, self.headings, [row, *below], going)
            if self.is_footer(row):
                continue
            if heading is not None:
                table = self.begin_tables(number, row, heading, table)
                self.matrix.take(number, row)
            elif table is not None and not self.is_labelled(row):
                if table.read(number, row):
                    self.matrix.take(number, row)
            elif not self.lists.read(number, row):
                table = None
                self.read_row(number, row, below[0] if below else {})
        self.report_missing()
        cells = {
            Address(number, at): cell for number, row in rows.items() for at, cell in row.items()
        }
        statements = unit_statements(self.located, cells, above)
        settle_units(self.located, statements)
        lines = {one.address for one in statements if is_unit_line(one.text)}
        self.quote(lines, self.tables)
        compute_totals(self.located)
        return self.located

    def quote(self, stated: Container[Address | None], tables: Iterable[TableRows]) -> None:
        """Quote what was not read: as stray inside of the form, as a note above or below it."""
        places = [*self.located.labels.values(), *self.located.headings.values()]
        rows = {item.row for items in self.located.items.values() for item in items}
        rows |= {place.row for place in places}
        inside = range(min(rows, default=0), max(rows, default=0) + 1)
        sheet = self.located.sheet.name or None
        notes: dict[int, Row] = {}
        strays: list[Problem] = []
        loose: dict[int, Row] = {}
        for address, cell in self.strays:
            if address not in stated:
                loose.setdefault(address.row, {})[address.column] = cell
        for number, row in loose.items():
            if number < inside.start or (number >= inside.stop and is_note(row)):
                notes[number] = row
            else:
                strays += (stray(sheet, Address(number, at), cell) for at, cell in row.items())
        for table in tables:
            for number, cells in table.strays:
                # What is printed below a table is no row of it.
                row = {at: cell for at, cell in cells.items() if cell.text not in self.captions}
                if number >= inside.stop and is_note(row):
                    notes[number] = row
                else:
                    strays += table.quoted(number, row)
        self.located.problems += summed([*strays, *note_lines(sheet, notes)])

    def is_footer(self, row: Row) -> bool:
        """Whether a row is the line by which our own sheets say what they are, or a page number."""
        texts = [cell.text for cell in row.values() if not _PAGE.fullmatch(cell.text)]
        if not texts:
            return True
        stated = [self.located.form.stated_id(text) for text in texts]
        if len(stated) != 1 or stated[0] is None:
            return False
        self.located.record_id = stated[0] or None
        return True

    def begin_tables(
        self,
        number: int,
        row: Row,
        heading: dict[str, dict[str, int]],
        current: TableRows | TablesBeside | None,
    ) -> TableRows | TablesBeside:
        """Begin the tables of a heading row; what is no heading in it is stray."""
        for name, columns in heading.items():
            first = Address(number, min(columns.values()))
            self.located.headings.setdefault(name, first)
        headed = {at for columns in heading.values() for at in columns.values()}
        for column, cell in row.items():
            if column not in headed and cell.text not in self.captions:
                self.strays.append((Address(number, column), cell))
        if len(heading) > 1:
            beside = (
                current
                if isinstance(current, TablesBeside)
                else TablesBeside(self.located, heading)
            )
            beside.begin(number, heading)
            self.tables += [half for half in beside.halves if half not in self.tables]
            return beside
        ((name, columns),) = heading.items()
        table = (
            current
            if isinstance(current, TableRows) and current.name == name
            else TableRows(self.located, name)
        )
        table.begin(number, columns)
        if table not in self.tables:
            self.tables.append(table)
        return table

    def is_labelled(self, row: Row) -> bool:
        """Whether a row begins with the label of a field that has not been found yet.

        A caption may stand before it, or the label and its value share a cell; or it is a row of
        a matrix below the table, or of a list.
        """
        first, *others = sorted(row)
        texts = [(first, row[first].text)]
        if row[first].text in self.captions and others:
            texts.append((others[0], row[others[0]].text))
        return (
            any(self.slot(text, column) is not None for column, text in texts)
            or any(self.inline.parts(text) for _, text in texts)
            or (bool(self.matrix.columns) and self.matrix.side(row) is not None)
            or self.lists.begins(row)
        )

    def read_row(self, number: int, row: Row, below: Row) -> None:
        """Labels with the value to their right; what is left may stand beneath a label."""
        row = self.matrix.take(number, row)
        rest = dict(row)
        opened: dict[int, str] = {}
        for column, cell in row.items():
            slot = self.slot(cell.text, column) if column in rest else None
            if slot is None:
                if column in rest and self.take_inline(Address(number, column), cell):
                    del rest[column]
                continue
            del rest[column]
            self.columns[slot] = column
            self.located.labels[slot] = Address(number, column)
            if self.is_beneath(slot, column, below) or not self.take_right(
                slot, number, column, rest
            ):
                opened[column] = slot
        if opened or len(rest) < len(row):
            # What stands under a row of labels belongs to these, and to none above.
            self.beneath = opened or {
                column: slot for column, slot in self.beneath.items() if self.fields[slot].beneath
            }
        before = ""
        for column, cell in rest.items():
            is_figure = before in self.captions and comparable(cell.text) in self.figures
            if not is_figure:  # such as the points that are printed beside a heading
                self.place(Address(number, column), cell)
            before = cell.text

    def take_inline(self, address: Address, cell: Cell) -> bool:
        """Labels with their values in the same cell, such as a line for signatures."""
        waiting = self.beneath.get(address.column)
        if waiting and self.fields[waiting].beneath and waiting not in self.located.fields:
            return False
        parts = [
            (slot, value)
            for label, value in self.inline.parts(cell.text)
            if (slot := self.slot(label, address.column)) is not None
        ]
        for slot, value in parts:
            self.columns[slot] = address.column
            self.located.labels[slot] = address
            if value:
                self.located.fields[slot] = Found(address, cell).part(value)
        return bool(parts)

    def slot(self, text: str, column: int) -> str | None:
        """The slot that a label stands for; where a label occurs twice, its column decides."""
        candidates = [slot for slot in self.slots.names(text) if slot not in self.columns]
        if not candidates:
            return None
        return min(candidates, key=lambda slot: self.distance(self.fields[slot], column))

    def distance(self, item: FormField, column: int) -> int:
        """How far a label's column is from that of the field it stands below."""
        return abs(self.columns.get(item.below, column) - column) if item.below else 0

    def is_beneath(self, slot: str, column: int, below: Row) -> bool:
        """Whether the template has the value of a label under it, and there is one."""
        cell = below.get(column)
        if cell is None or cell.text in self.slots or cell.text in self.captions:
            return False
        return self.fields[slot].beneath

    def may_be_beneath(self, slot: str) -> bool:
        """Whether a value may stand under its label: a text, but none that names a record."""
        item, plan = self.fields[slot], self.located.form.mapping.record
        is_text = item.codes is None and item.type == "text"
        return item.beneath or (is_text and slot not in {plan.title, plan.group, *plan.identity})

    def take_right(self, slot: str, number: int, column: int, rest: Row) -> bool:
        """The next filled cell in the row is the value, unless it is a label itself."""
        for text in self.located.form.printed_beside(slot):
            right = next((other for other in rest if other > column), None)
            if right is not None and comparable(rest[right].text) == comparable(text):
                del rest[right]
        right = next((other for other in rest if other > column), None)
        if right is None or rest[right].text in self.slots:
            return False
        self.located.fields[slot] = Found(Address(number, right), rest.pop(right))
        return True

    def place(self, address: Address, cell: Cell) -> None:
        """A cell that no label claimed: a caption, a pattern, a text beneath, or stray."""
        text = cell_text(cell)
        if self.take_pattern(address, cell, comparable(text)) or text in self.captions:
            return
        slot = self.beneath.get(address.column)
        if slot is not None and slot not in self.located.fields and self.may_be_beneath(slot):
            self.located.fields[slot] = Found(address, cell)
            return
        self.strays.append((address, cell))

    def take_pattern(self, address: Address, cell: Cell, key: str) -> bool:
        """A value inside a text, such as the year in a title line."""
        for slot, item in self.fields.items():
            if item.pattern is None or slot in self.located.fields:
                continue
            for title in ("", *map(comparable, self.located.form.mapping.titles)):
                match = re.fullmatch(item.pattern, key.removeprefix(title))
                if match is not None and key.startswith(title):
                    self.located.fields[slot] = Found(address, cell).part(match[1])
                    return True
        return False

    def report_missing(self) -> None:
        """Labels of the form that were not found (S001)."""
        self.matrix.report_missing()
        for slot, item in self.fields.items():
            if item.pattern is None and item.row is None and slot not in self.columns:
                message = f"没有找到标签“{item.label}”，请恢复原表的文字。"
                self.located.report(problem("S001", message, pointer=item.pointer), None)
                self.located.unread.add(item.pointer)
        for name, table in self.located.form.mapping.tables.items():
            if name not in self.located.items:
                message = f"没有找到“{table.label}”的表头，请恢复原表的文字。"
                self.located.report(problem("S001", message, pointer=table.pointer), None)
                self.located.unread.add(table.pointer)


def locate_by_labels(
    form: Form, sheet: Sheet, region: Region, above: Iterable[str] = ()
) -> Located:
    """Find a form's slots and rows in the rows of one region."""
    labels = _Labels(form, sheet, region.start)
    words = FormWords(labels.slots, labels.captions, labels.headings)
    return labels.read(unfolded(labels.located, words, region.rows), above)


def stray(sheet: str | None, address: Address, cell: Cell) -> Problem:
    """Content that stands where the form has none (S007)."""
    message = "这里不是填报位置，内容未读入，请移到相应栏目或删除。"
    return problem("S007", message, found=cell.text or f"={cell.formula}").at(sheet, address.a1)
