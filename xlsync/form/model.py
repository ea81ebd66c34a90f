"""The record model of a form, built from its mapping.

The model gives every record its canonical form: known keys only, in the order of the form,
values of the right type. Absent, null and empty text stay what they are.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.base.problems import Problem, problem
from xlsync.base.record import MISSING, Json, Record, join, rows_at, split
from xlsync.form.codes import decoded
from xlsync.form.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.mapping import CodeList, FieldBase, Mapping, Table
    from xlsync.form.types import ValueType

ID_PATTERN = "[0-9a-z][0-9a-z-]{0,39}"

_ID = re.compile(ID_PATTERN)

MAX_ROWS = 1_000
"""Items that one table of a record may have: far more than any form, and bounded."""

_WRONG_TYPE = {str: "应为文字", int: "应为整数", list: "应为列表", dict: "应为对象"}


@dataclass
class _Checked:
    """One record on its way: what is wrong with it, in the order of the form."""

    problems: list[Problem] = field(default_factory=list)

    def refuse(self, pointer: str, reason: str, found: Json) -> object:
        """Note what is wrong; nothing stands there then."""
        if isinstance(found, bool | int | Decimal):
            found = str(found).lower()
        elif isinstance(found, dict | list):
            found = json.dumps(found, ensure_ascii=False, default=str)
        shown = found if isinstance(found, str) else None
        place = "" if pointer else "记录："
        self.problems.append(problem("X005", f"{place}{reason}。", pointer=pointer, found=shown))
        return MISSING

    def is_a(self, kind: type, pointer: str, value: Json) -> bool:
        """Whether a value is of a type of JSON; true and false are no numbers."""
        if isinstance(value, kind) and not isinstance(value, bool):
            return True
        self.refuse(pointer, _WRONG_TYPE[kind], value)
        return False


@dataclass(frozen=True, slots=True)
class _Value:
    """A value of a type, or null; other spellings of a code are the code itself."""

    kind: ValueType
    codes: CodeList | None

    def read(self, checked: _Checked, pointer: str, value: Json) -> Json:
        if value is None:
            return None
        kind = self.kind.json_type
        if type(value) is not kind and not checked.is_a(kind, pointer, value):
            return MISSING
        try:
            made = self.kind.canonical(value)
        except ValueError as error:
            return checked.refuse(pointer, _reason(error), value)
        return made if self.codes is None or made is None else decoded(self.codes, made)


@dataclass(frozen=True, slots=True)
class _Form:
    """The id of the form itself, which a record must say."""

    id: str

    def read(self, checked: _Checked, pointer: str, value: Json) -> Json:
        return value if value == self.id else checked.refuse(pointer, "不是这张表的记录", value)


class _Id:
    """The id of a record or a row."""

    def read(self, checked: _Checked, pointer: str, value: Json) -> Json:
        if not checked.is_a(str, pointer, value):
            return MISSING
        reason = "编号只能含小写字母、数字和连字符"
        return value if _ID.fullmatch(value) else checked.refuse(pointer, reason, value)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a table."""

    row: RecordModel

    def read(self, checked: _Checked, pointer: str, value: Json) -> Json:
        if not checked.is_a(list, pointer, value):
            return MISSING
        if len(value) > MAX_ROWS:
            checked.problems.append(problem("X005", f"超过 {MAX_ROWS} 行。", pointer=pointer))
            return MISSING
        return [
            self.row.read(checked, f"{pointer}{join(index)}", row)
            for index, row in enumerate(value)
        ]


@dataclass(frozen=True, slots=True)
class RecordModel:
    """An object of these keys and no others, in this order; ``required`` are never absent."""

    keys: dict[str, _Value | _Form | _Id | _Rows | RecordModel]
    required: tuple[str, ...] = ()

    def read(self, checked: _Checked, pointer: str, value: Json) -> Json:
        """The object in canonical form, as far as it can be."""
        if not checked.is_a(dict, pointer, value):
            return MISSING
        made = {}
        for key, kind in self.keys.items():
            if key in value:
                made[key] = kind.read(checked, pointer + join(key), value[key])
            elif key in self.required:
                at = pointer + join(key)
                checked.problems.append(problem("X005", "缺少这一项。", pointer=at))
        for key in value:
            if key not in self.keys:
                checked.refuse(pointer + join(key), "表中没有这一项", value[key])
        return made


def record_model(mapping: Mapping) -> RecordModel:
    """What the mapping's records are made of."""
    tree: Record = {"form": _Form(mapping.form), "id": _Id()}
    for item in mapping.fields.values():
        _plant(tree, item.pointer, _value(mapping, item))
    for table in mapping.tables.values():
        row: Record = {"id": _Id()}
        row |= {name: _value(mapping, column) for name, column in table.columns.items()}
        _plant(tree, table.pointer, _Rows(RecordModel(row)))
    return RecordModel(_objects(tree), required=("form",))


def canonical(
    model: RecordModel, mapping: Mapping, record: Json
) -> tuple[Record | None, list[Problem]]:
    """Return the record in canonical form, or None and what is wrong with it (X005).

    Objects without members are left out: they say no more than their absence.
    """
    checked = _Checked()
    read = model.read(checked, "", record)
    if checked.problems:
        return None, checked.problems
    made = _pruned(read)
    problems = [one for table in mapping.tables.values() for one in _row_problems(table, made)]
    return (None, problems) if problems else (made, [])


def _pruned(record: Record) -> Record:
    members = {
        key: _pruned(value) if isinstance(value, dict) else value for key, value in record.items()
    }
    return {key: value for key, value in members.items() if value != {}}


def _row_problems(table: Table, record: Record) -> Iterator[Problem]:
    """Rows must say something, and ids must tell them apart."""
    seen: set[str] = set()
    for index, row in enumerate(rows_at(record, table.pointer)):
        pointer = f"{table.pointer}{join(index)}"
        if all(row.get(name) in {None, ""} for name in table.columns):
            yield problem("X005", "这一行没有内容。", pointer=pointer)
        if row.get("id") in seen:
            message = "行编号与前面的行重复。"
            yield problem("X005", message, pointer=f"{pointer}/id", found=row["id"])
        if row.get("id"):
            seen.add(row["id"])


def _reason(error: ValueError) -> str:
    # A UnicodeError speaks of codecs.
    return "含有残缺的字符" if isinstance(error, UnicodeError) else str(error)


def _plant(tree: Record, pointer: str, kind: _Value | _Rows) -> None:
    *parents, last = split(pointer)
    for part in parents:
        tree = tree.setdefault(part, {})
    tree[last] = kind


def _objects(tree: Record) -> Record:
    return {
        key: RecordModel(_objects(value)) if isinstance(value, dict) else value
        for key, value in tree.items()
    }


def _value(mapping: Mapping, item: FieldBase) -> _Value:
    return _Value(TYPES[item.type], mapping.codes[item.codes] if item.codes else None)
