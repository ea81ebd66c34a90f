"""A record as a row of a dataset: the same columns for every form.

What is added up stands in columns of its own, with the labels of the form; all that the record
says stands in ``record`` as canonical JSON. Which amounts and which rows count comes from the
mapping alone.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from xlsync.base.record import MISSING, get, rows_at
from xlsync.form.types import TYPES, plain_number
from xlsync.form.types.numbers import MoneyType
from xlsync.records import amount_of
from xlsync.report.words.lines import visible
from xlsync.report.words.wording import Wording, field_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.form import Form
    from xlsync.form.mapping import Table

_AMOUNT = pa.struct(
    [
        ("pointer", pa.string()),
        ("label", pa.string()),
        ("is_main", pa.bool_()),
        ("amount", pa.decimal128(18, 2)),
    ]
)
_ITEM = pa.struct(
    [
        ("table", pa.string()),
        ("levels", pa.list_(pa.string())),
        ("places", pa.list_(pa.int32())),
        ("name", pa.string()),
        ("operator", pa.string()),
        ("value", pa.string()),
        ("unit", pa.string()),
        ("is_quantified", pa.bool_()),
    ]
)
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("form", pa.string()),
        ("form_title", pa.string()),
        ("title", pa.string()),
        ("units", pa.list_(pa.string())),
        ("amounts", pa.list_(_AMOUNT)),
        ("items", pa.list_(_ITEM)),
        ("record", pa.string()),
    ]
)
"""The columns of every part. ``units`` begins with the highest and ends with the project's own."""


class RowPlan:
    """What a row takes out of the records of one form."""

    def __init__(self, form: Form) -> None:
        """Look up once what every record needs."""
        mapping = form.mapping
        labels = field_labels(mapping)
        main = {one.pointer for _, one in Wording(mapping).amounts}
        self._form, self._heading = form.id, visible(mapping.title)
        self._title = mapping.fields[mapping.record.title].pointer
        self._amounts = [
            (one.pointer, labels[one.pointer], one.pointer in main, one.type)
            for one in mapping.fields.values()
            if isinstance(TYPES[one.type], MoneyType)
        ]
        self._tables = [
            (one, mapping.trees.get(one.tree or "", {}))
            for one in mapping.tables.values()
            if one.quantity
        ]

    @property
    def digest(self) -> str:
        """The same for forms of which the same record makes the same row."""
        tables = [
            (one.pointer, one.label, one.levels, one.name, one.parts, list(tree.items()))
            for one, tree in self._tables
        ]
        plan = [self._form, self._heading, self._title, self._amounts, tables, str(SCHEMA)]
        return hashlib.sha256(json.dumps(plan).encode()).hexdigest()

    def row(self, record: Record, units: Sequence[str]) -> dict[str, Any]:
        """The row of a record of a unit; an amount that is absent or null is null, and never 0."""
        return {
            "id": record["id"],
            "form": self._form,
            "form_title": self._heading,
            "title": _text(get(record, self._title)),
            "units": list(units),
            "amounts": [
                {
                    "pointer": pointer,
                    "label": label,
                    "is_main": is_main,
                    "amount": amount_of(get(record, pointer), kind),
                }
                for pointer, label, is_main, kind in self._amounts
            ],
            "items": [item for one in self._tables for item in _items(record, *one)],
            "record": json.dumps(record, ensure_ascii=False),
        }


def _items(
    record: Record, table: Table, tree: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    operator, value, unit = table.parts
    for row in rows_at(record, table.pointer):
        written = _text(row.get(value))
        levels = [_text(row.get(one)) or "" for one in table.levels]
        yield {
            "table": visible(table.label),
            "levels": levels,
            "places": _places(levels, tree),
            "name": _text(row.get(table.name)),
            "operator": _text(row.get(operator)),
            "value": written,
            "unit": _text(row.get(unit)),
            "is_quantified": written is not None and plain_number(written) is not None,
        }


def _places(levels: Sequence[str], tree: Mapping[str, Sequence[str]]) -> list[int | None]:
    """Where each level stands among its like in the tree of the form; None where it does not."""
    among = [list(tree), tree.get(levels[0], ())] if levels else []
    return [
        list(options).index(one) if one in options else None
        for one, options in zip(levels, among, strict=True)
    ]


def _text(value: Json) -> str | None:
    return None if value is None or value is MISSING else str(value)
