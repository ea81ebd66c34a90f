"""Ids for records and rows that came without one, made from what they say.

An id is given once and then carried along, so it outlives renames; the same content gets the
same id wherever it is read first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.base.record import MISSING, digest, get, put
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import Mapping, Table


def record_id(mapping: Mapping, record: Record) -> str:
    """The id of a record, from the fields that identify it."""
    pointers = (mapping.fields[slot].pointer for slot in mapping.record.identity)
    return digest(_comparable(get(record, pointer)) for pointer in pointers)


def with_row_ids(
    table: Table, rows: Iterable[Record], carried: Sequence[str | None]
) -> list[Record]:
    """The rows, each with its carried id, or one from its key where it has none of its own."""
    taken = {one for one in carried if one}
    given: set[str] = set()
    made: list[Record] = []
    for row, own in zip(rows, carried, strict=True):
        row_id = own if own and own not in given else _free(_key(table, row), taken | given)
        given.add(row_id)
        made.append({"id": row_id, **{name: row[name] for name in row if name != "id"}})
    return made


def _key(table: Table, row: Record) -> str:
    return digest(_comparable(row.get(name, MISSING)) for name in table.key)


def identified(mapping: Mapping, record: Record) -> Record:
    """A record in canonical form with ids for itself and for all of its rows."""
    own_id = record.get("id") or record_id(mapping, record)
    made = {"form": mapping.form, "id": own_id} | {
        key: _copied(value) for key, value in record.items() if key not in {"form", "id"}
    }
    for table in mapping.tables.values():
        rows = get(made, table.pointer)
        if isinstance(rows, list):
            carried = [row.get("id") for row in rows]
            put(made, table.pointer, with_row_ids(table, rows, carried))
    return made


def _copied(value: Json) -> Json:
    """A copy of its own; JSON has no cycles, for which ``copy.deepcopy`` takes its time."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    return [_copied(one) for one in value] if isinstance(value, list) else value


def _comparable(value: object) -> str:
    return "" if value is None or value is MISSING else comparable(str(value))


def _free(key: str, taken: set[str]) -> str:
    number, candidate = 1, key
    while candidate in taken:
        number += 1
        candidate = f"{key}-{number}"
    return candidate


def naming_values(mapping: Mapping, record: Record) -> tuple[str, ...]:
    """The values that tell a project from others, however they are spaced."""
    fields = (mapping.fields[slot].pointer for slot in mapping.record.identity)
    values = (get(record, pointer) for pointer in fields)
    return tuple(comparable(one) if isinstance(one, str) else "" for one in values)
