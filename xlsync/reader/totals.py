"""Totals that the sheet fills in by itself: recognised by their formula and computed again.

A cached result is never trusted: programs drop it, and it may be older than its parts.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from xlsync.base.grid import Area, Kind
from xlsync.base.problems import problem
from xlsync.form.types import TYPES
from xlsync.workbook.checks import total_formula, totals

if TYPE_CHECKING:
    from xlsync.form.mapping import Mapping
    from xlsync.reader.located import Found, Located

_IGNORED = str.maketrans("", "", "$ '")


class _Cells:
    """Where the fields of a located form lie, for formulas."""

    def __init__(self, located: Located) -> None:
        self._fields = located.fields

    def cell(self, slot: str) -> str:
        """The reference of a field's cell."""
        address = self._fields[slot].address
        return Area(*address, *address).absolute


def compute_totals(located: Located) -> None:
    """Replace every total of ours by the sum of its parts, or by nothing where all are blank."""
    mapping, cells = located.form.mapping, _Cells(located)
    for slot, parts in totals(mapping).items():
        found = located.fields.get(slot)
        if found is None or not located.fields.keys() >= set(parts):
            continue
        if located.sheet.values_only:
            _drop_empty_sum(located, slot, parts)
        elif is_total(found, located.sheet.name, total_formula(cells, parts)):
            wrong = [part for part in parts if _spoils(mapping, part, located.fields[part])]
            if wrong:
                located.fields[slot] = found._replace(cell=located.fields[wrong[0]].cell)
                continue
            amounts = [_amount(mapping, part, located.fields[part]) for part in parts]
            located.fields[slot] = _summed(found, [one for one in amounts if one is not None])


def _drop_empty_sum(located: Located, slot: str, parts: list[str]) -> None:
    """Read a total of nothing as blank where only values are told, and say so (S008).

    The older format gives the blank result of a formula as 0, which nobody typed.
    """
    mapping, found = located.form.mapping, located.fields[slot]
    amounts = [_amount(mapping, part, located.fields[part]) for part in parts]
    if any(one is not None for one in amounts) or _amount(mapping, slot, found) != 0:
        return
    item = mapping.fields[slot]
    message = f"“{item.label}”各项均未填，旧格式文件中的 0 读作空白，请核对。"
    one = problem("S008", message, pointer=item.pointer, found=found.cell.text)
    located.report(one, found.address)
    located.fields[slot] = _summed(found, [])


def _spoils(mapping: Mapping, slot: str, found: Found) -> bool:
    """Whether a part is an error, or a number that is no amount, which a SUM takes all the same."""
    if found.cell.kind is Kind.NUMBER:
        return not TYPES[mapping.fields[slot].type].parse(found.cell).readable
    return found.cell.kind is Kind.ERROR


def is_total(found: Found, sheet: str, expected: str) -> bool:
    """Whether a cell holds the very formula that we put there."""
    formula = found.cell.formula
    return formula is not None and plain(formula, sheet) == plain(expected)


@lru_cache(maxsize=256)
def plain(formula: str, sheet: str = "") -> str:
    """A formula without what programs write differently: dollars, blanks, the own sheet's name."""
    return formula.lstrip("=").translate(_IGNORED).replace(f"{sheet}!", "").upper()


def _amount(mapping: Mapping, slot: str, found: Found) -> Decimal | None:
    """What a spreadsheet's SUM takes from a cell: a number, and nothing else."""
    if found.cell.kind is not Kind.NUMBER:
        return None
    value = TYPES[mapping.fields[slot].type].parse(found.cell).value
    return None if value is None else Decimal(value)


def _summed(found: Found, amounts: list[Decimal]) -> Found:
    text = str(sum(amounts)) if amounts else ""
    cell = found.cell._replace(text=text, kind=Kind.NUMBER, formula=None)
    return found._replace(cell=cell)
