"""From located cells to a record: every value by its type, every doubt a problem."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from xlsync.base.problems import problem
from xlsync.base.record import MISSING, join, pointers, put
from xlsync.form.cell_value import value_of
from xlsync.form.codes import is_unticked
from xlsync.form.identity import record_id, with_row_ids
from xlsync.reader.located import Reading, typed_cells
from xlsync.reader.prefilled import changed_values
from xlsync.reader.quantities import SettledQuantity, settle_operator, settle_quantity
from xlsync.reader.rows import Levels, settle
from xlsync.workbook.manifest import kept_mark

if TYPE_CHECKING:
    from xlsync.base.grid import Address
    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import CodeList, FieldBase, Table
    from xlsync.reader.located import Found, Item, Located


class _Values:
    """The values of one located form, read one after the other."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self.mapping = located.form.mapping
        self.manifest = located.manifest
        self.places = {
            self.mapping.tables[name].pointer: address for name, address in located.headings.items()
        }
        self.kept: dict[str, list[Item]] = {}
        self.absent, self.empty = self.stated("absent"), self.stated("empty")
        self.left_open = self.stated("blank") | self.absent | self.empty
        self.kept_marks = self.stated("kept")

    def record(self) -> Record:
        """Fields in the order of the form, then tables."""
        record: Record = {"form": self.located.form.id}
        for slot, item in self.mapping.fields.items():
            found = self.located.fields.get(slot)
            value = self.value(item, found, item.pointer, item.pointer)
            if value is not MISSING:
                put(record, item.pointer, value)
        for name, table in self.mapping.tables.items():
            rows = self.rows(table, self.located.items.get(name, []))
            if rows or table.pointer not in self.absent:
                put(record, table.pointer, rows)
        return record

    def rows(self, table: Table, items: list[Item]) -> list[Json]:
        """The rows of a table; levels settled, each with an id of its own."""
        kept: list[Item] = []
        rows: list[Record] = []
        for item in items:
            reported = len(self.located.problems)
            row = self.row(table, item, len(rows))
            if all(value in {None, ""} for value in row.values()):
                del self.located.problems[reported:]
                self.report_empty(table, item)
                continue
            pointer = f"{table.pointer}{join(len(rows))}"
            self.places[pointer] = min(found.address for found in item.cells.values())
            kept.append(item)
            rows.append(row)
        self.settle_levels(table, kept, rows)
        self.kept[table.pointer] = kept
        return with_row_ids(table, rows, [item.id for item in kept])

    def report_empty(self, table: Table, item: Item) -> None:
        """Quote a row that holds something, but nothing that can be read (S007)."""
        for found in {one.address: one for one in item.cells.values()}.values():
            text = found.cell.text or (f"={found.cell.formula}" if found.cell.formula else "")
            if text.strip():
                message = f"“{table.label}”中这一行没有可读的内容，未读入，请补全或删除。"
                self.report(problem("S007", message, found=text), table.pointer, found)

    def row(self, table: Table, item: Item, index: int) -> Record:
        """The values of one row as they stand there."""
        row: Record = {}
        here, own = f"{table.pointer}{join(index)}", f"{table.pointer}{join(item.id or '')}"
        for name, column in table.columns.items():
            last = join(name)
            value = self.value(column, item.cells.get(name), f"{here}{last}", f"{own}{last}")
            if value is not MISSING:
                row[name] = value
        self.settle_quantity(table, item, row, here)
        return row

    def settle_quantity(self, table: Table, item: Item, row: Record, pointer: str) -> None:
        """Take apart what was typed into one cell, unless the text was given so."""
        if table.quantity is None:
            return
        misplaced = settle_operator(self.mapping, table, row)
        if misplaced is not None:
            self.take_parts(table, item, row, pointer, misplaced)
            if misplaced.is_readable:
                return
        if self.kept_marks:
            value = table.quantity.value
            stated = f"{table.pointer}{join(item.id or '', value)}"
            if kept_mark(stated, row.get(value) or "") in self.kept_marks:
                return
        values_only = self.located.sheet.values_only
        settled = settle_quantity(self.mapping, table, item, row, values_only=values_only)
        self.take_parts(table, item, row, pointer, settled)

    def take_parts(
        self, table: Table, item: Item, row: Record, pointer: str, settled: SettledQuantity
    ) -> None:
        """Put the parts of a quantity into its row, and tell what there is to tell."""
        column = settled.column or table.parts[1]
        found = item.cells.get(column)
        if settled.problem is not None:
            at, one = f"{pointer}{join(column)}", settled.problem
            message = f"{self.mapping.locate(at).title}：{one.message}"
            self.report(replace(one, message=message), at, found)
        if not settled.is_readable:
            self.located.unread.add(f"{pointer}{join(column)}")
        for name, part in settled.parts.items():
            if part is None and name not in row:
                continue
            there = item.cells.get(name)
            is_elsewhere = part is not None and there is not None and not there.cell.text.strip()
            if found is not None and (there is None or is_elsewhere):
                self.places[f"{pointer}{join(name)}"] = found.address
            row[name] = part

    def settle_levels(self, table: Table, items: list[Item], rows: list[Record]) -> None:
        """Fill in the levels that rows do not say themselves."""
        if table.tree is None:
            return
        upper, lower = table.levels
        above = Levels(None, None)
        where: dict[str, Address] = {}
        for index, (item, row) in enumerate(zip(items, rows, strict=True)):
            own = Levels(row.get(upper) or None, row.get(lower) or None)
            if self.is_stated(table, item):
                above = own
                continue
            above, derived = settle(self.mapping.trees[table.tree], own, above)
            if derived:
                self.report_derived(table, item, index, own, above)
            elif self.manifest is not None and above != own:
                self.report_inherited(table, item, index, above)
            for name, value in zip(table.levels, above, strict=True):
                pointer = f"{table.pointer}{join(index, name)}"
                if row[name] is not None:
                    where[name] = item.cells[name].address
                elif value is not None and name in where:
                    self.places[pointer] = where[name]
                row[name] = value

    def is_stated(self, table: Table, item: Item) -> bool:
        """Whether the manifest says that a level of this row was left open on purpose."""
        if not self.left_open:
            return False
        own = f"{table.pointer}{join(item.id or '')}"
        return any(f"{own}{join(name)}" in self.left_open for name in table.levels)

    def report_inherited(self, table: Table, item: Item, index: int, levels: Levels) -> None:
        """Say that a blank level was read as that of the row above."""
        for name, value in zip(table.levels, levels, strict=True):
            found = item.cells.get(name)
            if value is not None and (found is None or not found.cell.text.strip()):
                pointer = f"{table.pointer}{join(index, name)}"
                title = self.mapping.locate(pointer).title
                message = f"{title}空白，已按上一行读作“{value}”，请核对。"
                self.report(problem("S004", message), pointer, found or item.cells.get(table.name))

    def report_derived(
        self, table: Table, item: Item, index: int, own: Levels, levels: Levels
    ) -> None:
        """Say that the first level follows from the second."""
        lower = table.columns[table.levels[1]].label
        pointer = f"{table.pointer}{join(index, table.levels[0])}"
        title = self.mapping.locate(pointer).title
        written = f"写的是“{own.first}”" if own.first else "空白"
        message = f"{title}{written}，已按{lower}“{levels.second}”推定为“{levels.first}”，请核对。"
        found = item.cells.get(table.levels[0]) or item.cells.get(table.levels[1])
        self.report(problem("S004", message, found=own.first), pointer, found)

    def value(self, item: FieldBase, found: Found | None, pointer: str, stated: str) -> Json:
        """The value of one place; null where it is blank, unless the manifest says otherwise."""
        codes = self.mapping.codes[item.codes] if item.codes else None
        if found is not None:
            self.places[pointer] = found.address
            cell = found.cell
            is_filled = cell.text.strip() and not is_unticked(codes, cell.text)
            if is_filled or cell.formula is not None:
                return self.parsed(item, codes, found, pointer)
        if stated in self.absent:
            return MISSING
        return "" if stated in self.empty else None

    def parsed(self, item: FieldBase, codes: CodeList | None, found: Found, pointer: str) -> Json:
        """The value as its type reads it, code lists applied."""
        parsed = value_of(
            self.located.kind(item, pointer),
            codes,
            found.cell,
            lambda: self.mapping.locate(pointer).title,
            is_1904=self.located.sheet.is_1904,
        )
        for one in parsed.problems:
            self.report(one, pointer, found)
        if not parsed.readable:
            self.located.unread.add(pointer)
        return parsed.value

    def report(self, one: Problem, pointer: str, found: Found | None) -> None:
        """Place a problem at its pointer and cell."""
        placed = problem(one.code, one.message, pointer=pointer, found=one.found)
        self.located.report(placed, found.address if found else None)

    def place(self, pointer: str) -> Address | None:
        """The cell of a pointer, or of the nearest thing above it that has one."""
        while pointer and pointer not in self.places:
            pointer = pointer.rpartition("/")[0]
        return self.places.get(pointer)

    def stated(self, which: str) -> frozenset[str]:
        """The pointers of which the manifest says that they were absent, empty or blank."""
        pointers: frozenset[str] = getattr(self.manifest, which, frozenset())
        return pointers


def read_values(located: Located, *, by_rules: bool = True) -> Reading:
    """Read every located cell, make the record and check it by the rules of the form."""
    values = _Values(located)
    read = values.record()
    typed = typed_cells(located, values.kept)
    form, manifest = located.form, located.manifest
    stated_id = located.record_id or (manifest.record if manifest else None)
    read["id"] = stated_id or record_id(form.mapping, read)
    if manifest is not None:
        for one in changed_values(form.mapping, manifest, read):
            located.report(one, values.place(one.pointer or ""))
    record, misfits = form.canonical(read)
    for one in misfits:
        located.report(one, values.place(one.pointer or ""))
    if record is not None and by_rules:
        for one in form.check(record, located.unread):
            located.report(one, values.place(one.pointer or ""))
    present = set(pointers(record))
    return Reading(
        sheet=located.sheet.name or None,
        start=located.start,
        form=form.id,
        record=record,
        problems=located.problems,
        places={
            pointer: address for pointer, address in values.places.items() if pointer in present
        },
        states_id=bool(stated_id),
        manifest=manifest,
        by=located.by,
        typed=typed,
        unread=frozenset(located.unread),
    )
