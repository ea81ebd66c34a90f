"""What a staff member does to a workbook: open it, type into input cells, save it.

openpyxl stands in for the office program; cells are found by the workbook's own names.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from xlsync.base.grid import Area, column_letters
from xlsync.base.record import get
from xlsync.form.codes import on_cell
from xlsync.records.conflicts import CHOICE, NUMBER
from xlsync.records.conflicts import SHEET as CONFLICTS
from xlsync.workbook.manifest import field_name, table_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from xlsync.base.record import Json, Record
    from xlsync.form import Form, PlacedTable
    from xlsync.form.mapping import FieldBase


_PROJECT = "项目"
"""How lists of projects head the column of their names."""


def type_in(form: Form, data: bytes, record: Record) -> bytes:
    """Fill a workbook of ours until it says what a record says; rows are known by their ids."""
    workbook = load_workbook(io.BytesIO(data))
    worksheet = workbook[form.template.sheet]
    for slot, item in form.mapping.fields.items():
        area = _area(workbook, field_name(slot))
        _set(form, worksheet, area.first.a1, item, get(record, item.pointer))
    for name, table in form.mapping.tables.items():
        _type_rows(workbook, worksheet, form, name, get(record, table.pointer))
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def choose(data: bytes, choice: str) -> bytes | None:
    """Make the same choice in every row of a conflict workbook; None for any other file."""
    workbook = load_workbook(io.BytesIO(data))
    if CONFLICTS not in workbook.sheetnames:
        return None
    worksheet = workbook[CONFLICTS]
    heads = {cell.value: cell for row in worksheet.iter_rows() for cell in row if cell.value}
    numbers, choices = heads[NUMBER], heads[CHOICE]
    for row in range(numbers.row + 1, worksheet.max_row + 1):
        if isinstance(worksheet.cell(row, numbers.column).value, int | float):
            worksheet.cell(row, choices.column).value = choice
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def mark(
    data: bytes, sheet: str, words: Iterable[tuple[Collection[str], Mapping[str, str]]]
) -> bytes:
    """Write into the columns of a list, headed as they are called, in the rows of some projects.

    ``words`` are names of projects, none for all of them, each with texts by heading.
    """
    workbook = load_workbook(io.BytesIO(data))
    worksheet = workbook[sheet]
    rows = [*worksheet.iter_rows()]
    first = next(at for at, row in enumerate(rows) if _PROJECT in {cell.value for cell in row})
    heads = {cell.value: at for at, cell in enumerate(rows[first])}
    for titles, texts in words:
        for row in rows[first + 1 :]:
            title = row[heads[_PROJECT]].value
            if title and (not titles or title in titles):
                for head, text in texts.items():
                    row[heads[head]].value = text or None
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def _type_rows(
    workbook: Workbook, worksheet: Worksheet, form: Form, name: str, rows: list[Record]
) -> None:
    """Overwrite the rows that stay, clear those that go, use the next free ones for new ones.

    Where another table has the same cells, a new row goes where these say what it says, or nothing.
    """
    layout = next(one for one in form.layout(form.capacity()).tables if one.name == name)
    area = _area(workbook, table_name(name))
    first = area.top + layout.first - layout.area.top
    ids = column_letters(layout.ids)
    places = {worksheet[f"{ids}{row}"].value: row for row in range(first, area.bottom)}
    free = [row for row in range(first, area.bottom) if worksheet[f"{ids}{row}"].value is None]
    wanted = {row["id"]: row for row in rows}
    for row_id, place in places.items():
        if row_id is not None:
            _set_row(form, worksheet, place, layout, wanted.get(row_id, {}))
    for row_id, row in wanted.items():
        if row_id not in places:
            shared = {column_letters(layout.columns[one]): row.get(one) for one in layout.shared}
            place = next(
                place
                for place in free
                if all(
                    worksheet[f"{at}{place}"].value in {None, text} for at, text in shared.items()
                )
            )
            free.remove(place)
            _set_row(form, worksheet, place, layout, row)


def _set_row(
    form: Form, worksheet: Worksheet, place: int, layout: PlacedTable, row: Record
) -> None:
    columns = form.mapping.tables[layout.name].columns
    for name, column in layout.columns.items():
        if row or name not in layout.shared:
            at = f"{column_letters(column)}{place}"
            _set(form, worksheet, at, columns[name], row.get(name))


def _set(form: Form, worksheet: Worksheet, address: str, item: FieldBase, value: Json) -> None:
    worksheet[address].value = on_cell(form.mapping, item, value)


def _area(workbook: Workbook, name: str) -> Area:
    reference: str = workbook.defined_names[name].attr_text
    return Area.parse(reference.rpartition("!")[2])
