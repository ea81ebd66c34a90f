"""A record with other values: fields and cells changed, rows of tables put in and taken out.

Values go by their pointers. A row that the record has is named by its position; ``+1``, ``+2``
and so on are rows that it is to get, and a row whose value is
:data:`~xlsync.base.record.MISSING` is taken out. New rows stand behind the last row of the same
levels, as on paper, where levels that repeat are drawn as one.
"""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError
from xlsync.base.record import MISSING, get, join, put, rows_at, split
from xlsync.form.field_names import told_apart
from xlsync.rounds.kept.decisions import FieldChange

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import Mapping as FormMapping
    from xlsync.form.mapping import Table

NEW_ROW = re.compile(r"\+[1-9][0-9]{0,3}")
"""What stands for the position of a row that is to be added."""

_ROW_NUMBER = re.compile(r"第\d+条")


def with_values(form: Form, record: Record, values: Mapping[str, Json]) -> Record:
    """A copy of a record with other values; MISSING takes a value or a row away.

    Raises:
        XlsyncError: when the record has no place for a value.
    """
    made = copy.deepcopy(record)
    added: dict[tuple[str, str], Record] = {}
    for pointer, value in values.items():
        at = form.mapping.locate(pointer)
        if at.table is not None and at.column is not None and NEW_ROW.fullmatch(at.row or ""):
            if value is not None:
                added.setdefault((at.table.pointer, at.row or ""), {})[at.column] = value
        else:
            _set(made, pointer, value)
    for table in form.mapping.tables.values():
        rows = [one for one in rows_at(made, table.pointer) if one is not MISSING]
        for pointer, name in sorted(added, key=lambda one: int(one[1])):
            if pointer == table.pointer:
                given = added[pointer, name]
                row = {column: given.get(column) for column in table.columns}
                rows.insert(_behind(table, rows, row), row)
        if rows or isinstance(get(made, table.pointer), list):
            put(made, table.pointer, rows)
    return made


def _set(made: Record, pointer: str, value: Json) -> None:
    *parents, last = split(pointer)
    holder: Json = made
    for part in parents:
        inner = get(holder, join(part))
        if inner is MISSING and isinstance(holder, dict):
            inner = holder[part] = {}
        holder = inner
    if isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
        holder[int(last)] = value
    elif not isinstance(holder, dict):
        raise MistypedError(f"记录里没有 {pointer} 这个位置")
    elif value is MISSING:
        holder.pop(last, None)
    else:
        holder[last] = value


def _behind(table: Table, rows: list[Record], row: Record) -> int:
    """Where a new row belongs: behind the last one that shares most of its levels."""
    for depth in range(len(table.levels), 0, -1):
        levels = [row[name] for name in table.levels[:depth]]
        for at in range(len(rows) - 1, -1, -1):
            if levels == [rows[at].get(name) for name in table.levels[:depth]]:
                return at + 1
    return len(rows)


def changes_made(
    mapping: FormMapping, before: Record, after: Record, values: Mapping[str, Json]
) -> tuple[FieldChange, ...]:
    """What changed at each of the values that were asked for, rows as a whole.

    The pointers are those of ``before``, that of a new row is its place in ``after``.
    """
    changed = [*_changed(mapping, before, after, values), *_added(mapping, before, after)]
    return tuple(one for one in changed if one.old is not one.new and one.old != one.new)


def _changed(
    mapping: FormMapping, before: Record, after: Record, values: Mapping[str, Json]
) -> Iterator[FieldChange]:
    labels = told_apart(mapping)
    for pointer, value in values.items():
        at = mapping.locate(pointer)
        if at.position is None or at.table is None:
            if at.row is None:
                label = labels.get(pointer, pointer)
                yield FieldChange(pointer, label, get(before, pointer), get(after, pointer))
            continue
        row: Record = get(before, at.row_pointer or "")
        stands = [one for one in rows_at(after, at.table.pointer) if one["id"] == row.get("id")]
        if at.column is None:
            yield FieldChange(pointer, f"删去{at.title}", row, value)
        elif stands:
            sides = (one.get(at.column, MISSING) for one in (row, stands[0]))
            yield FieldChange(pointer, at.title, *sides)


def _added(mapping: FormMapping, before: Record, after: Record) -> Iterator[FieldChange]:
    for table in mapping.tables.values():
        known = {one.get("id") for one in rows_at(before, table.pointer)}
        for number, row in enumerate(rows_at(after, table.pointer)):
            if row["id"] not in known:
                pointer = f"{table.pointer}{join(number)}"
                label = f"增加{mapping.locate(pointer).title}"
                yield FieldChange(pointer, label, MISSING, row)


def known_again(mapping: FormMapping, record: Record, one: Problem) -> tuple[str, str, str]:
    """What tells a finding from others however the rows of the record are numbered."""
    at, pointer = mapping.locate(one.pointer or ""), one.pointer or ""
    if at.row_pointer is not None and at.position is not None:
        row = get(record, at.row_pointer)
        if row is not MISSING:
            pointer = f"{at.table_name}/{row.get('id')}/{at.column}"
    return one.code, pointer, _ROW_NUMBER.sub("", one.message)
