"""The quantities of a table: how its code lists take an indicator value apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.form.codes import decoded
from xlsync.types import Quantity, is_fraction, parse_quantity

if TYPE_CHECKING:
    from collections.abc import Collection

    from xlsync.mapping import CodeList, Mapping, Table


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


def is_plain(mapping: Mapping, table: Table, text: str) -> bool:
    """Whether a text is a value and nothing else, so that it reads as it stands."""
    return quantity_of(mapping, table, text) == (None, text, None) and not is_fraction(text)


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
