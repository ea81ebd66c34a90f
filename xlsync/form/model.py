"""The record model of a form, built from its mapping.

The model gives every record its canonical form: known keys only, in the order of the form,
values of the right type. Absent, null and empty text stay what they are.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    create_model,
)

from xlsync.base.problems import Problem, problem
from xlsync.base.record import Json, Record, get, join, split
from xlsync.form.codes import decoded
from xlsync.form.types import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic_core import ErrorDetails

    from xlsync.form.mapping import FieldBase, Mapping, Table

ID_PATTERN = "[0-9a-z][0-9a-z-]{0,39}"

Id = Annotated[str, StringConstraints(pattern=f"^{ID_PATTERN}$")]

MAX_ROWS = 1_000
"""Items that one table of a record may have: far more than any form, and bounded."""

_REASONS = {
    "extra_forbidden": "表中没有这一项",
    "missing": "缺少这一项",
    "string_type": "应为文字",
    "int_type": "应为整数",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "string_pattern_mismatch": "编号只能含小写字母、数字和连字符",
    "string_too_long": "文字过长",
    "too_long": f"超过 {MAX_ROWS} 行",
    "literal_error": "不是这张表的记录",
}


class _Object(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


def record_model(mapping: Mapping) -> type[BaseModel]:
    """Build the pydantic model of the mapping's records."""
    tree: dict[str, Any] = {}
    for item in mapping.fields.values():
        _plant(tree, item.pointer, _value(mapping, item))
    for table in mapping.tables.values():
        _plant(tree, table.pointer, _rows(mapping, table))
    envelope = {"form": (Literal[mapping.form], ...), "id": (Id, None)}
    return _object("Record", envelope | _definitions(tree))


def canonical(
    model: type[BaseModel], mapping: Mapping, record: Json
) -> tuple[Record | None, list[Problem]]:
    """Return the record in canonical form, or None and what is wrong with it (X005).

    Objects without members are left out: they say no more than their absence.
    """
    try:
        checked = model.model_validate(record)
    except ValidationError as error:
        return None, [_problem(details) for details in error.errors(include_url=False)]
    made = _pruned(checked.model_dump(exclude_unset=True))
    problems = [one for table in mapping.tables.values() for one in _row_problems(table, made)]
    return (None, problems) if problems else (made, [])


def _pruned(record: Record) -> Record:
    members = {
        key: _pruned(value) if isinstance(value, dict) else value for key, value in record.items()
    }
    return {key: value for key, value in members.items() if value != {}}


def _row_problems(table: Table, record: Record) -> Iterator[Problem]:
    """Rows must say something, and ids must tell them apart."""
    rows = get(record, table.pointer)
    seen: set[str] = set()
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        pointer = f"{table.pointer}{join(index)}"
        if all(row.get(name) in {None, ""} for name in table.columns):
            yield problem("X005", "这一行没有内容。", pointer=pointer)
        if row.get("id") in seen:
            message = "行编号与前面的行重复。"
            yield problem("X005", message, pointer=f"{pointer}/id", found=row["id"])
        if row.get("id"):
            seen.add(row["id"])


def _plant(tree: dict[str, Any], pointer: str, definition: tuple[Any, Any]) -> None:
    *parents, last = split(pointer)
    for part in parents:
        tree = tree.setdefault(part, {})
    tree[last] = definition


def _value(mapping: Mapping, item: FieldBase) -> tuple[Any, Any]:
    """A value of the item's type; other spellings of a code are the code itself."""
    kind = TYPES[item.type]
    value: Any = Annotated[kind.json_type, AfterValidator(kind.canonical)]
    if item.codes:
        value = Annotated[value, AfterValidator(partial(decoded, mapping.codes[item.codes]))]
    return (value | None, None)


def _rows(mapping: Mapping, table: Table) -> tuple[Any, Any]:
    columns = {name: _value(mapping, column) for name, column in table.columns.items()}
    row = _object("Row", {"id": (Id, None)} | columns)
    return (Annotated[list[row], Field(max_length=MAX_ROWS)], None)  # type: ignore[valid-type]


def _definitions(tree: dict[str, Any]) -> dict[str, Any]:
    return {
        key: (_object(key, _definitions(value)), None) if isinstance(value, dict) else value
        for key, value in tree.items()
    }


def _object(name: str, definitions: dict[str, Any]) -> type[BaseModel]:
    return create_model(name, __base__=_Object, **definitions)


def _problem(details: ErrorDetails) -> Problem:
    pointer = join(*details["loc"])
    message = details["msg"].removeprefix("Value error, ")
    reason = _REASONS.get(details["type"], message)
    found = details["input"]
    if isinstance(found, bool | int | Decimal):
        found = str(found).lower()
    if isinstance(found, dict | list) and details["type"] not in {"missing", "too_long"}:
        found = json.dumps(found, ensure_ascii=False, default=str)
    shown = found if isinstance(found, str) else None
    place = "" if pointer else "记录："
    return problem("X005", f"{place}{reason}。", pointer=pointer, found=shown)
