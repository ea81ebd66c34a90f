"""Totals that the sheet fills in by itself: recognised by their formula and computed again.

A cached result is never trusted: programs drop it, and it may be older than its parts.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from xlsync.base.grid import Area, Kind
from xlsync.base.problems import problem
from xlsync.workbook.checks import total_formula, totals

if TYPE_CHECKING:
    from xlsync.form.types import ValueType
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
    """Replace every total of ours by the sum of its parts, or by nothing where all are blank.

    A formula passes over amounts that are stored as text, which is told at the part.
    """
    mapping, cells = located.form.mapping, _Cells(located)
    for slot, parts in totals(mapping).items():
        found = located.fields.get(slot)
        if found is None or not located.fields.keys() >= set(parts):
            continue
        texts = [part for part in parts if _is_text_amount(located, part)]
        is_ours = is_total(found, located.sheet.name, total_formula(cells, parts))
        wrong = [part for part in parts if is_ours and _spoils(located, part)]
        if wrong:
            located.fields[slot] = found._replace(cell=located.fields[wrong[0]].cell)
            continue
        if not is_ours and not (texts and _missed_texts(located, slot, parts)):
            if located.sheet.values_only:
                _drop_empty_sum(located, slot, parts)
            continue
        amounts = [_amount(located, part) for part in parts]
        located.fields[slot] = _summed(located, slot, [one for one in amounts if one is not None])
        for part in texts:
            _tell_text(located, part, slot)


def _missed_texts(located: Located, slot: str, parts: list[str]) -> bool:
    """Whether a total is a result that left out the parts which are stored as text.

    Another formula than ours, or a value of a file that does not tell which values are results.
    """
    found = located.fields[slot]
    if found.cell.formula is None and not located.sheet.values_only:
        return False
    numbers = [
        _amount(located, part) for part in parts if located.fields[part].cell.kind is Kind.NUMBER
    ]
    added = sum((one for one in numbers if one is not None), Decimal(0))
    return found.cell.kind is Kind.NUMBER and _amount(located, slot) == added


def _is_text_amount(located: Located, slot: str) -> bool:
    """Whether a cell holds an amount, not zero, as a text; a formula adds up numbers alone."""
    is_text = located.fields[slot].cell.kind is Kind.TEXT
    return is_text and bool(_amount(located, slot))


def _tell_text(located: Located, slot: str, total: str) -> None:
    """Name a part that a total's formula has passed over (S008)."""
    found, fields = located.fields[slot], located.form.mapping.fields
    message = (
        f"“{fields[slot].label}”是文本格式的数字“{found.cell.text}”，表内公式没有把它算进"
        f"“{fields[total].label}”，已按数字读取并重新合计。请把该单元格改为数字格式后重填。"
    )
    one = problem("S008", message, pointer=fields[slot].pointer, found=found.cell.text)
    located.report(one, found.address)


def _drop_empty_sum(located: Located, slot: str, parts: list[str]) -> None:
    """Read a total of nothing as blank where only values are told, and say so (S008).

    The older format gives the blank result of a formula as 0, which nobody typed.
    """
    mapping, found = located.form.mapping, located.fields[slot]
    filled = [part for part in parts if located.fields[part].cell.text.strip()]
    if filled or _amount(located, slot) != 0:
        return
    item = mapping.fields[slot]
    message = f"“{item.label}”各项均未填，旧格式文件中的 0 读作空白，请核对。"
    one = problem("S008", message, pointer=item.pointer, found=found.cell.text)
    located.report(one, found.address)
    located.fields[slot] = _summed(located, slot, [])


def _spoils(located: Located, slot: str) -> bool:
    """Whether a part is an error, or a number that is no amount, which a SUM takes all the same."""
    cell = located.fields[slot].cell
    if cell.kind is Kind.NUMBER:
        return not _kind(located, slot).parse(cell).readable
    return cell.kind is Kind.ERROR


def is_total(found: Found, sheet: str, expected: str) -> bool:
    """Whether a cell holds the very formula that we put there."""
    formula = found.cell.formula
    return formula is not None and plain(formula, sheet) == plain(expected)


@lru_cache(maxsize=256)
def plain(formula: str, sheet: str = "") -> str:
    """A formula without what programs write differently: dollars, blanks, the own sheet's name."""
    return formula.lstrip("=").translate(_IGNORED).replace(f"{sheet}!", "").upper()


def _kind(located: Located, slot: str) -> ValueType:
    item = located.form.mapping.fields[slot]
    return located.kind(item, item.pointer)


def _amount(located: Located, slot: str) -> Decimal | None:
    """The amount of a field in 元, be it a number or a text; None where it is none."""
    cell = located.fields[slot].cell
    if cell.formula is not None and not cell.text:
        return None
    value = _kind(located, slot).parse(cell).value if cell.text.strip() else None
    return None if value is None else Decimal(str(value))


def _summed(located: Located, slot: str, amounts: list[Decimal]) -> Found:
    """The total's cell with the sum of some amounts in 元, as the sheet counts it."""
    found = located.fields[slot]
    text = ""
    if amounts:
        text = f"{_kind(located, slot).content(str(sum(amounts))):f}"
    cell = found.cell._replace(text=text, kind=Kind.NUMBER, formula=None, number_format="General")
    return found._replace(cell=cell)
