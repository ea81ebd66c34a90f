"""What a coordinator wrote on the command line or a page, as values of a record.

A field goes by its label, another spelling, its slot or its pointer; a cell of a table by the
name or the number of its row and the heading of its column (``道路养护面积/指标值``), or by its
pointer, which tells tables apart. ``+1`` is a row that is to be added, ``+2`` the next one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import MistypedError
from xlsync.base.grid import Cell, Kind
from xlsync.base.problems import has_error
from xlsync.base.record import MISSING, get, join, rows_at
from xlsync.form.codes import coded
from xlsync.form.field_names import field_meant
from xlsync.form.types import comparable
from xlsync.form.types.width import narrow
from xlsync.rounds.answers.corrected_values import NEW_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase, Table


class Asked(NamedTuple):
    """What is to be said, as names with texts, and the names of rows that are to go."""

    values: Sequence[tuple[str, str]]
    removed: Sequence[str] = ()


def wanted_values(
    form: Form, record: Record, wanted: Iterable[tuple[str, str]], removed: Iterable[str] = ()
) -> tuple[dict[str, Json], list[Problem]]:
    """Pointers with their values, and what is to be told of them; an empty text empties a field.

    ``removed`` are rows, by name, number or pointer; their value is MISSING.

    Raises:
        MistypedError: when a name is that of no field or row or of several, a text is no value of
            its field, or two texts are given for one place.
    """
    values: dict[str, Json] = {_row(form, record, one): MISSING for one in removed}
    gone = [f"{one}/" for one in values]
    told: list[Problem] = []
    for name, text in wanted:
        pointer, item = _place(form, record, name)
        if pointer in values:
            raise MistypedError(f"“{name}”写了两次，请只写一次")
        if pointer.startswith(tuple(gone)):
            raise MistypedError(f"“{name}”所在的一行要删去，不能同时改它")
        values[pointer], found = _value(form, item, text)
        told += found
    if not values:
        raise MistypedError("没有写要改什么；写成 栏目=值，如 “联系人=王五”")
    return values, told


def _place(form: Form, record: Record, name: str) -> tuple[str, FieldBase]:
    row, _, column = name.rpartition("/")
    if row and not name.startswith("/"):
        return _cell(form, record, row, column)
    location = form.mapping.locate(name)
    if location.table is not None and location.item is not None:
        rows = rows_at(record, location.table.pointer)
        is_new = NEW_ROW.fullmatch(location.row or "")
        if not is_new and (location.position is None or location.position >= len(rows)):
            raise MistypedError(f"表中没有{location.title}这一格；要增加一行，行号写成 +1")
        return name, location.item
    field = form.mapping.fields[field_meant(form.mapping, name)]
    return field.pointer, field


def _cell(form: Form, record: Record, row: str, column: str) -> tuple[str, FieldBase]:
    found = [
        (join_row(table, number, key), item)
        for table in form.mapping.tables.values()
        for number in ([row] if NEW_ROW.fullmatch(row) else _rows(table, record, row))
        for key, item in table.columns.items()
        if comparable(column) in map(comparable, [key, *item.labels])
    ]
    if len(found) == 1:
        return found[0]
    if found and NEW_ROW.fullmatch(row):
        told = "、".join(pointer for pointer, _ in found)
        raise MistypedError(f"有这一列的表不止一个，请写明是哪一个：{told}")
    if found:
        raise MistypedError(f"“{row}/{column}”有 {len(found)} 处，请用行号代替行名，如 3/{column}")
    raise MistypedError(f"表中没有“{row}”这一行，或没有“{column}”这一列")


def _row(form: Form, record: Record, name: str) -> str:
    """The pointer of a row that the record has."""
    if name.startswith("/"):
        at = form.mapping.locate(name)
        is_there = at.is_row and at.position is not None and get(record, name) is not MISSING
        found = [name] if is_there else []
    else:
        tables = form.mapping.tables.values()
        found = [one.pointer + join(at) for one in tables for at in _rows(one, record, name)]
    if not found:
        raise MistypedError(f"表中没有“{name}”这一行")
    if len(found) > 1:
        raise MistypedError(f"“{name}”有 {len(found)} 处，请写明是哪一处：{'、'.join(found)}")
    return found[0]


def join_row(table: Table, number: int | str, key: str) -> str:
    """The pointer of a cell of a table."""
    return table.pointer + join(number, key)


def _rows(table: Table, record: Record, row: str) -> Iterator[int]:
    rows = rows_at(record, table.pointer)
    if row.isascii() and row.isdigit():
        yield from [int(row) - 1] if 0 < int(row) <= len(rows) else []
        return
    for number, one in enumerate(rows):
        if comparable(str(one.get(table.name) or "")) == comparable(row):
            yield number


def _value(form: Form, item: FieldBase, text: str) -> tuple[Json, list[Problem]]:
    if not text.strip():
        return None, []
    codes = form.mapping.codes[item.codes] if item.codes else None
    if codes and (known := coded(codes, text)):
        return known[0], []
    if codes and not codes.open:
        raise MistypedError(f"“{item.label}”应为{'、'.join(codes.values)}之一，写的是“{text}”")
    pattern = getattr(item, "pattern", None)
    if pattern and (match := re.fullmatch(pattern, narrow(text).strip())):
        text = match[1]
    # An amount counts in what its form counts in, as the page shows it, unless it says otherwise.
    parsed = item.kind.parse(Cell(text=text, kind=Kind.TEXT))
    if not parsed.readable or has_error(parsed.problems):
        why = "；".join(one.message for one in parsed.problems) or f"“{text}”无法识别"
        raise MistypedError(f"“{item.label}”：{why}")
    return parsed.value, list(parsed.problems)
