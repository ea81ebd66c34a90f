"""The quantities of a table: how its code lists take an indicator value apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlsync.form.codes import decoded
from xlsync.types import Quantity, is_fraction, parse_quantity

if TYPE_CHECKING:
    from xlsync.mapping import Mapping, Table


def quantity_of(mapping: Mapping, table: Table, text: str) -> Quantity:
    """Operator, value and unit of a text, by the spellings and units of the table's lists."""
    unit = _codes(table, -1)
    units = mapping.codes[unit] if unit else None
    quantity = parse_quantity(text, _spellings(mapping, unit), _words(mapping, table))
    if units is None or quantity.unit is None:
        return quantity
    return quantity._replace(unit=decoded(units, quantity.unit))


def is_worded(mapping: Mapping, table: Table, text: str) -> bool:
    """Whether a text says its operator in words."""
    units = _spellings(mapping, _codes(table, -1))
    return parse_quantity(text, units) != parse_quantity(text, units, _words(mapping, table))


def is_plain(mapping: Mapping, table: Table, text: str) -> bool:
    """Whether a text is a value and nothing else, so that it reads as it stands."""
    return quantity_of(mapping, table, text) == (None, text, None) and not is_fraction(text)


def _codes(table: Table, part: int) -> str | None:
    """The code list of the operator, or of the unit."""
    return table.columns[table.parts[part]].codes


def _spellings(mapping: Mapping, name: str | None) -> list[str]:
    codes = mapping.codes[name] if name else None
    return [*codes.values, *codes.spellings] if codes else []


def _words(mapping: Mapping, table: Table) -> dict[str, str]:
    """Spellings of the operators that are words."""
    codes = _codes(table, 0)
    spellings = mapping.codes[codes].spellings if codes else {}
    return {word: value for word, value in spellings.items() if word.isalpha()}
