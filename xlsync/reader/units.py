"""In which unit the amounts of a form that was found are counted, as its sheet says.

A heading, a line or a label may state a unit that is not the form's. What is stated is believed,
converted and told once; where two statements contradict each other, no amount is read.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.grid import Address, Area, Kind
from xlsync.base.problems import problem
from xlsync.form.types import MoneyType, UncertainMoney, money_in
from xlsync.form.types.numbers import says_its_unit
from xlsync.form.types.units import (
    is_said_of_all,
    may_say_unit,
    said_by_label,
    said_unit,
    stated_unit,
    told,
)
from xlsync.reader.located import kind_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from xlsync.base.grid import Cell, Workbook
    from xlsync.form.mapping import FieldBase
    from xlsync.reader.located import Found, Located
    from xlsync.reader.titles import Region

_MOST_TOLD = 8
_CLOSING = 3
"""Rows at the end of a form where a line above the next one may stand."""
_OURS = "本表下发时的单位"
_COMMENT = 40
"""Characters of a comment that says a unit, the name of who wrote it on the first line."""
_QUOTED = {"S007", "S012"}
"""Findings of sources that quote what stands outside of cells."""


class UnitStatement(NamedTuple):
    """A text that states a unit, and the cells that it stands over or beside.

    ``rows`` and ``columns`` are those of a heading; a line over the whole sheet has neither.
    """

    unit: str
    text: str
    address: Address | None
    rows: range = range(0)
    columns: range = range(0)

    def covers(self, place: Address) -> bool:
        """Whether it heads a cell: the row to its right, or the column below it."""
        if self.address is None:
            return False
        is_beside = place.row in self.rows and place.column > self.address.column
        return is_beside or (place.column in self.columns and place.row > self.address.row)


@dataclass(slots=True)
class _Amount:
    """A field or column of amounts: where its (first) cell is, and what speaks of it."""

    item: FieldBase
    pointer: str
    cells: list[Found]
    label: Address | None = None
    said: list[UnitStatement] = field(default_factory=list)


def is_unit_line(text: str) -> bool:
    """Whether a text says a unit and nothing else, such as ``单位：万元``."""
    said = said_unit(text)
    return said is not None and not said.label


def closing_lines(region: Region) -> Iterator[str]:
    """Lines at the end of a form that say a unit: they may as well belong to the next one."""
    for row in list(region.rows.values())[-_CLOSING:]:
        yield from (cell.text for cell in row.values() if is_unit_line(cell.text))


def take_unit_lines(workbook: Workbook) -> None:
    """Believe what text boxes, comments and margins of documents say of the unit of amounts.

    Texts that say nothing else are moved from the workbook's problems, and from the comments, to
    the sheets that they stand on.
    """
    for sheet in workbook.sheets:
        for address, text in list(sheet.comments.items()):
            if len(text) <= _COMMENT and is_unit_line(text.rpartition("\n")[2]):
                sheet.beside += (sheet.comments.pop(address).rpartition("\n")[2],)
    kept = []
    for one in workbook.problems:
        sheets = [sheet for sheet in workbook.sheets if one.sheet in {None, sheet.name}]
        if one.code in _QUOTED and sheets and one.found and is_unit_line(one.found):
            for sheet in sheets:
                sheet.beside += (one.found,)
        else:
            kept.append(one)
    workbook.problems = kept


def unit_statements(
    located: Located, cells: Mapping[Address, Cell], above: Iterable[str] = ()
) -> list[UnitStatement]:
    """Every text that states a unit: in some cells, beside them, and ``above`` the form.

    Beside are the name of the sheet, the margins of its pages and its text boxes.
    """
    sheet = located.sheet
    margins = filter(is_unit_line, sheet.printed)
    above = [sheet.name, *margins, *sheet.beside, *above]
    lines = [UnitStatement(said.unit, text, None) for text in above if (said := said_unit(text))]
    values = _values(located)
    # Hardly any text may say a unit, and what else there is to know is asked for those alone.
    saying = {
        address: cell.text
        for address, cell in cells.items()
        if cell.kind is Kind.TEXT and address not in values and may_say_unit(cell.text)
    }
    labels = set(located.labels.values())
    captions = located.form.caption_index
    for address, text in sorted(saying.items()):
        is_label = address in labels or text in captions
        said = (said_by_label if is_label else said_unit)(text)
        if said is not None:
            lines.append(UnitStatement(said.unit, text, address))
    return lines if _agree(located, lines) else _placed(located, cells, lines)


def _agree(located: Located, statements: Iterable[UnitStatement]) -> bool:
    """Whether all say the one unit in which the form counts, whatever they stand beside."""
    units = located.form.units
    return len(units) == 1 and {one.unit for one in statements} == units


def _values(located: Located) -> set[Address]:
    """The cells of the values that were found."""
    found = chain.from_iterable(
        item.cells.values() for items in located.items.values() for item in items
    )
    return {address for address, _ in chain(located.fields.values(), found)}


def _placed(
    located: Located, cells: Mapping[Address, Cell], statements: Iterable[UnitStatement]
) -> list[UnitStatement]:
    """The statements, headings with the rows and columns that they stand over."""
    merges = {area.first: area for area in located.sheet.merges}
    filled: dict[int, list[int]] = {}
    for row, column in sorted(address for address, cell in cells.items() if cell.text.strip()):
        filled.setdefault(row, []).append(column)
    return [
        one
        if one.address is None or is_said_of_all(one.text)
        else _heading(one, merges.get(one.address) or Area(*one.address, *one.address), filled)
        for one in statements
    ]


def _heading(one: UnitStatement, area: Area, filled: Mapping[int, Sequence[int]]) -> UnitStatement:
    """A heading in an area; ``filled`` are the columns in use, row by row."""
    rows = list(filled)
    under = islice(rows, bisect_right(rows, area.bottom), None)
    below = (row for row in under if filled[row][0] <= area.right)
    beside = (column for column in filled[area.top] if column > area.right)
    bottom = max(area.bottom, next(below, area.bottom + 1) - 1)
    right = max(area.right, min(beside, default=area.right + 1) - 1)
    return one._replace(rows=range(area.top, bottom + 1), columns=range(area.left, right + 1))


def settle_units(
    located: Located, statements: Sequence[UnitStatement], *, is_ours: bool = False
) -> None:
    """Decide in which unit each amount is counted, and tell what is not the form's own.

    A sheet of ours (``is_ours``) was made for the unit of its form, so that any other which it
    states now contradicts that.
    """
    if _agree(located, statements):
        return
    amounts = list(_amounts(located))
    others = set(located.labels.values())
    for amount in amounts:
        place = amount.cells[0].address
        own = [one for one in statements if one.address and one.address == amount.label]
        beside = [one for one in statements if _names(one, place)]
        heads = [one for one in statements if one.address not in others and one.covers(place)]
        amount.said = own + beside + heads
    used = {one.address for amount in amounts for one in amount.said}
    lines = [one for one in statements if one.address not in used and one.address not in others]
    every = [one for one in statements if one.address in used] + lines
    converted: dict[str, list[_Amount]] = {}
    for amount in amounts:
        said = amount.said + lines or every
        if is_ours and said:
            said = [*said, UnitStatement(amount.item.counted_in, _OURS, None)]
        _settle(located, amount, said, converted)
    for unit, found in converted.items():
        _tell(located, unit, found)
    if not statements and not is_ours:
        _tell_none(located, amounts)


def _names(one: UnitStatement, place: Address) -> bool:
    """Whether a statement is a unit that stands by itself, right behind an amount."""
    return one.address == Address(place.row, place.column + 1) and said_unit(one.text) == (
        one.unit,
        "",
    )


def _amounts(located: Located) -> Iterator[_Amount]:
    mapping = located.form.mapping
    for slot, item in mapping.fields.items():
        found = located.fields.get(slot)
        if found is not None and isinstance(item.kind, MoneyType):
            yield _Amount(item, item.pointer, [found], located.labels.get(slot))
    for name, table in mapping.tables.items():
        for key, column in table.columns.items():
            cells = [one.cells[key] for one in located.items.get(name, ()) if key in one.cells]
            if cells and isinstance(column.kind, MoneyType):
                yield _Amount(column, f"{table.pointer}/0/{key}", cells)


def _settle(
    located: Located,
    amount: _Amount,
    said: Sequence[UnitStatement],
    converted: dict[str, list[_Amount]],
) -> None:
    own, key = amount.item.counted_in, kind_key(amount.pointer)
    unit = stated_unit(own, (one.unit for one in said))
    if unit is None:
        shown = "、".join(dict.fromkeys(_quoted(one) for one in said))
        located.kinds[key] = UncertainMoney(own, shown)
    elif unit != own:
        located.kinds[key] = money_in(unit, is_said=True)
        amount.said = list(said)
        converted.setdefault(unit, []).append(amount)


def _tell_none(located: Located, amounts: Sequence[_Amount]) -> None:
    """Say that the copy leaves out the unit which the form prints."""
    printed = next((text for text in located.form.captions() if said_unit(text)), None)
    every = [found for amount in amounts for found in amount.cells if found.cell.text.strip()]
    cells = [found for found in every if not says_its_unit(found.cell)]
    if printed is None or not any(found.cell.text.strip("0.") for found in cells):
        return
    own = amounts[0].item.counted_in
    shown = " ".join(printed.split())
    message = f"表上没有写明金额的单位（原表为“{shown}”），金额已按{own}读取，请核对。"
    located.report(problem("M006", message), cells[0].address)


def _quoted(one: UnitStatement) -> str:
    if one.text == _OURS:
        return f"{_OURS}是{one.unit}"
    place = one.address.a1 if one.address else "表外"
    return f"{place}“{' '.join(one.text.split())}”"


def _tell(located: Located, unit: str, amounts: Sequence[_Amount]) -> None:
    """One warning for all amounts of a unit, at the text that states it, with both figures."""
    kind, figures = money_in(unit, is_said=True), []
    for amount in amounts:
        for found in amount.cells:
            value = kind.parse(found.cell).value if found.cell.text.strip() else None
            if isinstance(value, str) and Decimal(value):
                figure = f"{told(Decimal(value), unit)}即 {told(Decimal(value))}"
                figures.append(f"“{amount.item.label}”{figure}")
    own = amounts[0].item.counted_in
    statement = amounts[0].said[0]
    more = f"等 {len(figures)} 处" if len(figures) > _MOST_TOLD else ""
    shown = "；".join(figures[:_MOST_TOLD])
    text = " ".join(statement.text.split())
    message = (
        f"“{text}”写明金额单位是{unit}，而本表以{own}为单位：金额读作 {unit}，已换算"
        f"{'：' if figures else ''}{shown}{more}。请核对。"
    )
    one = problem("M006", message, found=statement.text)
    located.report(one, statement.address)
