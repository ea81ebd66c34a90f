"""A round as Parquet: every record as it is in JSON, with true amounts, dates and rows.

Columns are named and nested like the JSON, and a table is a list of structures. Absent and null
are one here, which JSON tells apart.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyarrow import parquet

from xlsync.base.errors import XlsyncError
from xlsync.base.record import put, rows_at, split
from xlsync.form.types import TYPES
from xlsync.form.types.dates import DateType
from xlsync.form.types.numbers import IntegerType, MoneyType
from xlsync.form.types.scores import PercentType, ScoreType
from xlsync.form.types.texts import LabelType, TextType
from xlsync.report.export.columns import (
    RECORD_ID,
    ExportPlace,
    field_places,
    row_places,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import IO

    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import Mapping
    from xlsync.rounds.state.exporting import FormRecords

_BATCH = 500
"""Records that are in memory at a time."""

_FORM = ExportPlace("", "/form")
# Digits in all, and behind the point: an amount has two, a share may have many.
_AMOUNT, _SHARE = pa.decimal128(18, 2), pa.decimal128(38, 20)


def write_parquet(records: FormRecords, file: IO[bytes]) -> None:
    """One row a record.

    Raises:
        XlsyncError: when a share has more digits than the file can hold.
    """
    plan = _RowPlan(records.form.mapping)
    schema = _schema(records.form.mapping)
    with parquet.ParquetWriter(file, schema) as writer:
        for batch in _batches(records):
            rows = [plan.row(record) for record in batch]
            try:
                writer.write_table(pa.Table.from_pylist(rows, schema=schema))
            except pa.ArrowInvalid as error:
                ids = f"{batch[0]['id']} to {batch[-1]['id']}"
                raise XlsyncError(f"records {ids} do not fit into Parquet: {error}") from None


def _schema(mapping: Mapping) -> pa.Schema:
    tree: dict[str, Any] = {}
    for place in (_FORM, RECORD_ID, *field_places(mapping)):
        put(tree, place.pointer, _arrow_type(place.type))
    for table in mapping.tables.values():
        columns = [RECORD_ID, *row_places(table)]
        row = pa.struct([(split(one.pointer)[-1], _arrow_type(one.type)) for one in columns])
        put(tree, table.pointer, pa.list_(row))
    return pa.schema(_members(tree))


def _members(tree: dict[str, Any]) -> list[tuple[str, pa.DataType]]:
    return [
        (name, pa.struct(_members(one)) if isinstance(one, dict) else one)
        for name, one in tree.items()
    ]


def _arrow_type(type_name: str) -> pa.DataType:
    match TYPES[type_name]:
        case MoneyType() | ScoreType():
            return _AMOUNT
        case PercentType():
            return _SHARE
        case DateType():
            return pa.date32()
        case IntegerType():
            return pa.int64()
        case TextType() | LabelType():
            return pa.string()
    raise XlsyncError(f"Parquet: nobody said which type of column {type_name!r} is")


_READ: dict[pa.DataType, Callable[[Json], object]] = {
    _AMOUNT: Decimal,
    _SHARE: Decimal,
    pa.date32(): dt.date.fromisoformat,
}


class _RowPlan:
    """What becomes of each value of a record, found out once for all records."""

    def __init__(self, mapping: Mapping) -> None:
        places = (_FORM, RECORD_ID, *field_places(mapping))
        self._fields = [(one, _read_as(one)) for one in places]
        self._tables = [
            (
                table.pointer,
                [
                    (split(one.pointer)[-1], _read_as(one))
                    for one in (RECORD_ID, *row_places(table))
                ],
            )
            for table in mapping.tables.values()
        ]

    def row(self, record: Record) -> Record:
        """A record as a row of the file."""
        made: Record = {}
        for place, read in self._fields:
            value = place.value(record)
            put(made, place.pointer, None if value is None else read(value))
        for pointer, columns in self._tables:
            rows = [
                {name: None if row.get(name) is None else read(row[name]) for name, read in columns}
                for row in rows_at(record, pointer)
            ]
            put(made, pointer, rows)
        return made


def _read_as(place: ExportPlace) -> Callable[[Json], object]:
    return _READ.get(_arrow_type(place.type), _same)


def _same(value: Json) -> object:
    return value


def _batches(records: Iterable[Record]) -> Iterator[Sequence[Record]]:
    batch: list[Record] = []
    for record in records:
        batch.append(record)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
