"""Totals that the sheet fills in by itself: recognised by their formula and computed again.

A cached result is never trusted: programs drop it, and it may be older than its parts.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Area, Kind
from xlsync.base.problems import problem
from xlsync.workbook.checks import total_formula, totals

if TYPE_CHECKING:
    from xlsync.base.grid import Address
    from xlsync.form import Form
    from xlsync.form.types import ValueType
    from xlsync.reader.located import Found, Located

_IGNORED = str.maketrans("", "", "$ '")


class _Cells:
    """Some cells by their numbers, for formulas."""

    def __init__(self, places: tuple[Address, ...]) -> None:
        self.names = [str(number) for number in range(len(places))]
        self._places = dict(zip(self.names, places, strict=True))

    def cell(self, slot: str) -> str:
        """The reference of a cell."""
        address = self._places[slot]
        return Area(*address, *address).absolute


# The fields of a form lie the same in nearly every file.
@lru_cache(maxsize=256)
def _sum_of(*places: Address) -> str:
    """Our formula for the sum of some cells, as :func:`plain` spells it."""
    cells = _Cells(places)
    return plain(total_formula(cells, cells.names))


@lru_cache(maxsize=64)
def _totals(form: Form) -> dict[str, list[str]]:
    """The totals of a form, each with its parts."""
    return totals(form.mapping)


def compute_totals(located: Located) -> None:
    """Replace every total of ours by the sum of its parts, or by nothing where all are blank.

    A formula passes over amounts that are stored as text, which is told at the part.
    """
    for slot, names in _totals(located.form).items():
        found = located.fields.get(slot)
        if found is None or not located.fields.keys() >= set(names):
            continue
        parts = [_summand(located, name) for name in names]
        texts = [one for one in parts if one.is_text]
        is_ours = _is_sum(located, found, parts)
        spoilt = next((one for one in parts if is_ours and one.spoils), None)
        if spoilt is not None:
            located.fields[slot] = found._replace(cell=spoilt.found.cell)
        elif is_ours or (texts and _missed_texts(located, slot, parts)):
            amounts = [one.amount for one in parts if one.amount is not None]
            located.fields[slot] = _summed(located, slot, amounts)
            for one in texts:
                _tell_text(located, one.slot, slot)
        elif located.sheet.values_only:
            _drop_empty_sum(located, slot, parts)


class _Summand(NamedTuple):
    """A part of a total, or the total, with its amount in 元; None where the cell holds none."""

    slot: str
    found: Found
    amount: Decimal | None
    is_readable: bool

    @property
    def is_text(self) -> bool:
        """Whether it is an amount, not zero, that is stored as a text; formulas add up numbers."""
        return bool(self.amount) and self.found.cell.kind is Kind.TEXT

    @property
    def spoils(self) -> bool:
        """Whether it is an error, or a number that is no amount, which a SUM takes all the same."""
        kind = self.found.cell.kind
        return kind is Kind.ERROR or (kind is Kind.NUMBER and not self.is_readable)


def _summand(located: Located, slot: str) -> _Summand:
    """The amount of a field, be it a number or a text."""
    found = located.fields[slot]
    if not found.cell.text.strip():
        return _Summand(slot, found, None, is_readable=False)
    parsed = _kind(located, slot).parse(found.cell)
    amount = None if parsed.value is None else Decimal(str(parsed.value))
    return _Summand(slot, found, amount, parsed.readable)


def _is_sum(located: Located, total: Found, parts: list[_Summand]) -> bool:
    """Whether a cell holds the very formula that we put there."""
    formula = total.cell.formula
    if formula is None:
        return False
    return plain(formula, located.sheet.name) == _sum_of(*(one.found.address for one in parts))


def _missed_texts(located: Located, slot: str, parts: list[_Summand]) -> bool:
    """Whether a total is a result that left out the parts which are stored as text.

    Another formula than ours, or a value of a file that does not tell which values are results.
    """
    found = located.fields[slot]
    if found.cell.kind is not Kind.NUMBER:
        return False
    if found.cell.formula is None and not located.sheet.values_only:
        return False
    numbers = [one.amount for one in parts if one.found.cell.kind is Kind.NUMBER]
    added = sum((one for one in numbers if one is not None), Decimal(0))
    return _summand(located, slot).amount == added


def _tell_text(located: Located, slot: str, total: str) -> None:
    """Name a part that a total's formula has passed over (S008)."""
    found, fields = located.fields[slot], located.form.mapping.fields
    message = (
        f"“{fields[slot].label}”是文本格式的数字“{found.cell.text}”，表内公式没有把它算进"
        f"“{fields[total].label}”，已按数字读取并重新合计。请把该单元格改为数字格式后重填。"
    )
    one = problem("S008", message, pointer=fields[slot].pointer, found=found.cell.text)
    located.report(one, found.address)


def _drop_empty_sum(located: Located, slot: str, parts: list[_Summand]) -> None:
    """Read a total of nothing as blank where only values are told, and say so (S008).

    The older format gives the blank result of a formula as 0, which nobody typed.
    """
    mapping, found = located.form.mapping, located.fields[slot]
    filled = any(one.found.cell.text.strip() for one in parts)
    if filled or _summand(located, slot).amount != 0:
        return
    item = mapping.fields[slot]
    message = f"“{item.label}”各项均未填，旧格式文件中的 0 读作空白，请核对。"
    one = problem("S008", message, pointer=item.pointer, found=found.cell.text)
    located.report(one, found.address)
    located.fields[slot] = _summed(located, slot, [])


@lru_cache(maxsize=256)
def plain(formula: str, sheet: str = "") -> str:
    """A formula without what programs write differently: dollars, blanks, the own sheet's name."""
    return formula.lstrip("=").translate(_IGNORED).replace(f"{sheet}!", "").upper()


def _kind(located: Located, slot: str) -> ValueType:
    item = located.form.mapping.fields[slot]
    return located.kind(item, item.pointer)


def _summed(located: Located, slot: str, amounts: list[Decimal]) -> Found:
    """The total's cell with the sum of some amounts in 元, as the sheet counts it."""
    found = located.fields[slot]
    text = ""
    if amounts:
        text = f"{_kind(located, slot).content(str(sum(amounts))):f}"
    cell = found.cell._replace(text=text, kind=Kind.NUMBER, formula=None, number_format="General")
    return found._replace(cell=cell)
