"""What was found on a sheet before any value is read: which cell is which slot, as it was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Cell, Kind
from xlsync.base.problems import problem
from xlsync.base.record import join
from xlsync.form.codes import coded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsync.base.grid import Address, Sheet
    from xlsync.base.problems import Problem
    from xlsync.base.record import Record
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase, Table
    from xlsync.form.mapping import Mapping as FormMapping
    from xlsync.form.types import ValueType
    from xlsync.workbook.manifest import Manifest

_ROW = re.compile(r"/[0-9]+/")
_BLANK = Cell("")

MOST_TOLD = 300
"""Findings of one kind that are told one by one: a person who got them all would read none."""


def summed(found: Iterable[Problem]) -> Iterator[Problem]:
    """Findings one by one, and from a few hundred of one code on the rest of them in one."""
    counts: dict[str, int] = {}
    last: dict[str, Problem] = {}
    for one in found:
        counts[one.code] = counts.get(one.code, 0) + 1
        if counts[one.code] <= MOST_TOLD:
            yield one
        last[one.code] = one
    for code, count in counts.items():
        if count > MOST_TOLD:
            message = f"还有 {count - MOST_TOLD:,} 处同类问题没有一一列出，请打开原文件查看。"
            yield problem(code, message, found=f"……{last[code].found}").at(last[code].sheet, None)


def kind_key(pointer: str) -> str:
    """A pointer with any row in place of a certain one: all rows of a column are alike."""
    return _ROW.sub("/*/", pointer)


class Found(NamedTuple):
    """A cell with its address; several parts of one cell share the address."""

    address: Address
    cell: Cell

    def part(self, text: str) -> Found:
        """The same place with only a part of the text that is seen there."""
        return Found(self.address, self.cell._replace(text=text, kind=Kind.TEXT))


@dataclass(slots=True)
class Item:
    """One row of a table: what stands in each column, and the row's id where it carries one.

    ``joined`` says that the value's column is meant to hold operator and unit as well.
    """

    row: int
    cells: dict[str, Found]
    id: str | None = None
    joined: bool = False


@dataclass(slots=True)
class Located:
    """One form on one sheet: slots and rows found, and the problems met on the way.

    ``labels`` are the cells of the labels of fields, ``kinds`` the value types of places that
    the sheet counts otherwise than the form, by :func:`kind_key`;
    ``headings`` are where the tables begin; ``unread`` are pointers whose label is gone:
    reported once, they are not missed again. ``record_id`` is what the sheet says of itself,
    ``by`` how the form was found: by its names, its layout or its labels.
    """

    form: Form
    sheet: Sheet
    start: int
    fields: dict[str, Found] = field(default_factory=dict)
    items: dict[str, list[Item]] = field(default_factory=dict)
    headings: dict[str, Address] = field(default_factory=dict)
    labels: dict[str, Address] = field(default_factory=dict)
    kinds: dict[str, ValueType] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    manifest: Manifest | None = None
    record_id: str | None = None
    by: str | None = None

    def kind(self, item: FieldBase, pointer: str) -> ValueType:
        """The type as which the cell of a pointer is read."""
        return self.kinds.get(kind_key(pointer), item.kind) if self.kinds else item.kind

    def report(self, found: Problem, address: Address | None) -> None:
        """Note a problem at a cell of this sheet."""
        self.problems.append(found.at(self.sheet.name or None, address.a1 if address else None))


@dataclass(slots=True)
class Reading:
    """One form read from one file.

    ``places`` is the source map: JSON pointer → address of the cell that the value came from.
    ``start`` is the first row of the form; ``record`` is None where none could be made;
    ``states_id`` says that the record's id was carried by the file and not made up here;
    ``manifest`` is what a workbook of ours says of itself; ``by`` is how the form was found in a
    grid: by ``names``, ``layout`` or ``labels``. ``typed`` are the cells of the places
    where something was reported while reading, ``unread`` those that gave no value; ``draft`` is
    what could be saved of a record that is none.
    """

    sheet: str | None
    start: int
    form: str | None
    record: Record | None
    problems: list[Problem]
    places: dict[str, Address] = field(default_factory=dict)
    states_id: bool = False
    manifest: Manifest | None = None
    by: str | None = None
    typed: dict[str, Cell] = field(default_factory=dict)
    unread: frozenset[str] = frozenset()
    draft: Record | None = None


def typed_cells(located: Located, rows: Mapping[str, Sequence[Item]]) -> dict[str, Cell]:
    """The cell of every place with a problem so far; a blank one where nothing stood.

    So is the cell of a word that stands for no value: the record does not tell it from a blank.
    ``rows`` are the items that became rows of the record, by the pointer of their table.
    """
    reported = {one.pointer for one in located.problems if one.pointer}
    mapping = located.form.mapping
    typed = {
        item.pointer: located.fields[slot].cell
        for slot, item in mapping.fields.items()
        if slot in located.fields
        and (item.pointer in reported or _is_none(mapping, item, located.fields[slot]))
    }
    for table in mapping.tables.values():
        coded_columns = [
            (name, column)
            for name, column in table.columns.items()
            if column.codes and mapping.codes[column.codes].none
        ]
        if not (reported or coded_columns):
            continue
        in_rows = {one.rpartition("/")[0] for one in reported}
        for index, item in enumerate(rows.get(table.pointer, ())):
            pointer = f"{table.pointer}{join(index)}"
            names = (
                {name for name in table.columns if f"{pointer}{join(name)}" in reported}
                if pointer in in_rows
                else set()
            )
            none = {
                name
                for name, column in coded_columns
                if (one := item.cells.get(name)) is not None and _is_none(mapping, column, one)
            }
            wanted = {*names, *none, *_joined_parts(table, names)}
            for name in table.columns:
                if name in wanted:
                    found = item.cells.get(name)
                    typed[f"{pointer}{join(name)}"] = found.cell if found else _BLANK
    return typed


def _is_none(mapping: FormMapping, item: FieldBase, found: Found) -> bool:
    """Whether a word of a code list was chosen that stands for no value."""
    codes = mapping.codes[item.codes] if item.codes else None
    return codes is not None and bool(codes.none) and coded(codes, found.cell.text) == (None,)


def _joined_parts(table: Table, names: set[str]) -> Iterator[str]:
    """The cells beside a quantity's value, which count for how it is read."""
    if table.quantity and table.quantity.value in names:
        yield from (table.quantity.operator, table.quantity.unit)
