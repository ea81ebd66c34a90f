"""Code lists: which value a text stands for, and how they take a quantity apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.problems import problem
from xlsync.base.record import MISSING, join, rows_at
from xlsync.form.types import Quantity, comparable, is_fraction, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json, Record
    from xlsync.form.mapping import CodeList, FieldBase, Mapping, Table
    from xlsync.form.types.base import Content


_TICKED = "☑☒✓✔√■●◉"
_BOX = re.compile(f"([{_TICKED}□☐○◯◻])")
_ENDS = re.compile(r"^[\s、,，;；/]+|[\s、,，;；/]+$")
_FEWEST = 2

TICKS = frozenset(f"{_TICKED}vV是有1")
"""What people put into a column to say that it is the one."""

SHARES = frozenset({"%", "‰"})
"""Units beside which a bare number may have lost its percent format."""


def coded(codes: CodeList, text: str) -> tuple[str | None] | None:
    """The value that a text stands for, in a tuple of one, or None where the list is silent.

    Of printed options with a box each (``新增项目☑ 延续项目□``) the one that is ticked counts;
    where none is, the text stands for no value, and the list is silent where several are.
    """
    key = comparable(text)
    if key in codes.known:
        return (codes.known[key],)
    boxes = choices(text) if _BOX.search(text) else []
    if len(boxes) < _FEWEST or any(comparable(one.text) not in codes.known for one in boxes):
        return None
    ticked = [comparable(one.text) for one in boxes if one.is_ticked]
    if len(ticked) > 1:
        return None
    return (codes.known[ticked[0]] if ticked else None,)


class TickableOption(NamedTuple):
    """An option as paper prints it, and whether its box is ticked."""

    text: str
    is_ticked: bool


def choices(text: str) -> list[TickableOption]:
    """The options of a text in which each has a box before or behind it; none for another text."""
    parts = [part for part in _BOX.split(text.strip()) if part.strip()]
    is_ahead = bool(parts) and _BOX.fullmatch(parts[0]) is not None
    boxes, texts = (parts[::2], parts[1::2]) if is_ahead else (parts[1::2], parts[::2])
    is_paired = len(boxes) == len(texts) and all(map(_BOX.fullmatch, boxes))
    if not is_paired or any(map(_BOX.fullmatch, texts)):
        return []
    return [
        TickableOption(_ENDS.sub("", one), box in _TICKED)
        for one, box in zip(texts, boxes, strict=True)
    ]


def on_cell(mapping: Mapping, item: FieldBase, value: Json) -> Content | None:
    """A value as a cell of the form holds it: options with boxes as the line that paper prints.

    None where the cell stays blank: for null, absent and empty text alike.
    """
    codes = mapping.codes[item.codes] if item.codes else None
    is_blank = value is None or value is MISSING or value == ""
    if codes is not None and codes.boxes and (is_blank or value in codes.values):
        return codes.ticked(value)
    return None if is_blank else item.kind.content(value)


def is_unticked(codes: CodeList | None, text: str) -> bool:
    """Whether a text is the line of a list's options with no box ticked."""
    return codes is not None and bool(codes.boxes) and coded(codes, text) == (None,)


def decoded(codes: CodeList, text: Json) -> Json:
    """The value that a text stands for; the text itself where the list is silent."""
    known = coded(codes, text)
    return known[0] if known else text


def quantity_of(mapping: Mapping, table: Table, text: str) -> Quantity:
    """Operator, value and unit of a text, by the spellings and units of the table's lists."""
    units = _codes(mapping, table, -1)
    quantity = parse_quantity(text, _written(mapping, table), _words(mapping, table))
    if units is None or quantity.unit is None:
        return quantity
    return quantity._replace(unit=decoded(units, quantity.unit))


def is_worded(mapping: Mapping, table: Table, text: str) -> bool:
    """Whether a text says its operator in words."""
    units = _written(mapping, table)
    return parse_quantity(text, units) != parse_quantity(text, units, _words(mapping, table))


def is_outside(mapping: Mapping, table: Table, operator: str) -> bool:
    """Whether a text is no operator, in no spelling, where the list of them is closed."""
    operators = _codes(mapping, table, 0)
    return operators is not None and not operators.open and coded(operators, operator) is None


def operator_spellings(mapping: Mapping, table: Table) -> list[str]:
    """Every text that stands for an operator or for none, where the list of them is closed."""
    operators = _codes(mapping, table, 0)
    if operators is None or operators.open:
        return []
    return [*operators.values, *operators.none, *operators.spellings]


def is_plain(mapping: Mapping, table: Table, text: str) -> bool:
    """Whether a text is a value and nothing else, so that it reads as it stands."""
    return quantity_of(mapping, table, text) == (None, text, None) and not is_fraction(text)


def outside_lists(mapping: Mapping, record: Record) -> Iterator[Problem]:
    """The values of columns that are in no closed code list (V001), as JSON may hold them.

    A field says by a rule of its own how much that matters.
    """
    for table in mapping.tables.values():
        closed = {
            name: mapping.codes[column.codes]
            for name, column in table.columns.items()
            if column.codes and not mapping.codes[column.codes].open
        }
        for index, row in enumerate(rows_at(record, table.pointer) if closed else ()):
            for name, codes in closed.items():
                text = row.get(name)
                if text and coded(codes, text) is None:
                    pointer = f"{table.pointer}{join(index, name)}"
                    message = (
                        f"{mapping.locate(pointer).title}：“{text}”不在可选范围内，"
                        f"请改为：{'、'.join([*codes.values, *codes.none])}。"
                    )
                    yield problem("V001", message, pointer=pointer, found=text)


def _codes(mapping: Mapping, table: Table, part: int) -> CodeList | None:
    """The code list of the operator, or of the unit."""
    name = table.columns[table.parts[part]].codes
    return mapping.codes[name] if name else None


def _written(mapping: Mapping, table: Table) -> Collection[str]:
    """Every spelling of a unit."""
    units = _codes(mapping, table, -1)
    return units.written if units else ()


def _words(mapping: Mapping, table: Table) -> dict[str, str]:
    """Spellings of the operators that are words."""
    operators = _codes(mapping, table, 0)
    return operators.words if operators else {}
