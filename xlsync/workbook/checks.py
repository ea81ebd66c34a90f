"""Everything that a form's sheet can check by itself: the types of cells, then the rules.

The order is that in which a person works: what is wrong, what is still open, what is doubtful.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from xlsync.base.problems import Severity
from xlsync.form.codes import SHARES, operator_spellings
from xlsync.form.rules.sheet import (
    CheckedSpot,
    LimitView,
    SheetCheck,
    SheetView,
    among,
    both,
    filled,
    readable,
    row_title,
)
from xlsync.workbook.heights import overflows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.mapping import FieldBase, Mapping
    from xlsync.form.rules.sheet import RowView
    from xlsync.workbook.heights import Room


def sheet_checks(mapping: Mapping, sheet: FormView) -> list[SheetCheck]:
    """Every check: errors, then gaps, then warnings, each in the order of the rules."""
    checks = [*_type_checks(mapping, sheet), *_rule_checks(mapping, sheet)]
    checks += _layout_checks(mapping, sheet)
    return sorted(checks, key=lambda check: check.rank)


def totals(mapping: Mapping) -> dict[str, list[str]]:
    """The fields that the sheet fills in by itself, each with those that it adds up.

    Nothing is filled in where they are counted in several units.
    """
    fields = mapping.fields
    return {
        total: parts
        for rule in mapping.rules
        for total, parts in rule.totals()
        if {fields[part].unit for part in parts} == {fields[total].unit}
    }


class FormView(SheetView, Protocol):
    """A form's sheet with the room that its fields have."""

    def room(self, slot: str) -> Room | None:
        """The room of a field whose text wraps within its row; None for any other."""

    def height(self, slot: str) -> str:
        """An expression for the points of a field's row when the workbook was made."""


class Cells(Protocol):
    """Something that knows where fields lie."""

    def cell(self, slot: str) -> str:
        """The reference of a field's cell."""


def total_formula(sheet: Cells, parts: list[str]) -> str:
    """The formula of such a field: blank until one of the parts is filled in."""
    cells = ",".join(map(sheet.cell, parts))
    return f'IF(COUNT({cells})=0,"",SUM({cells}))'


def entry_limits(mapping: Mapping, sheet: LimitView) -> dict[str, tuple[str, list[str]]]:
    """What a client may refuse in each field: a formula that must hold, and what it expects."""
    limits: dict[str, tuple[list[str], list[str]]] = {}
    for slot, item in mapping.fields.items():
        on_sheet = item.kind.on_sheet
        if on_sheet is not None:
            is_right = (on_sheet.briefly or on_sheet.holds).format(cell=sheet.cell(slot))
            limits[slot] = ([is_right], [on_sheet.expected])
    for rule in mapping.rules:
        for limit in rule.limits(sheet):
            holds, expected = limits.setdefault(limit.slot, ([], []))
            holds.append(limit.holds)
            expected.append(limit.expected)
    return {slot: (both(*holds), expected) for slot, (holds, expected) in limits.items()}


LAYOUT = "layout"
"""Stands for a code where the sheet remarks on the page; nothing is wrong with the record."""


def _layout_checks(mapping: Mapping, sheet: FormView) -> Iterator[SheetCheck]:
    """Texts that a row cannot show; merged cells do not grow by themselves."""
    for slot, item in mapping.fields.items():
        place = sheet.room(slot)
        if place is not None and item.codes is None and item.kind.on_sheet is None:
            message = (
                f"“{item.label}”文字较多，打印可能不全：请向下拖动这一行的下边线；已够高可不管。"
            )
            wrong = overflows(sheet, slot, place)
            yield SheetCheck(LAYOUT, Severity.WARNING, CheckedSpot(None, slot), wrong, message)


def _type_checks(mapping: Mapping, sheet: SheetView) -> Iterator[SheetCheck]:
    for slot, item in mapping.fields.items():
        is_filled = f"{sheet.length(slot)}>0"
        title = f"“{item.label}”"
        number = sheet.number(slot) if item.kind.on_sheet else ""
        yield _type_check(
            item, CheckedSpot(None, slot), (sheet.text(slot), is_filled, number), title
        )
    for name, table in mapping.tables.items():
        row = sheet.row(name)
        for column, kind in table.columns.items():
            title = f"{row_title(table)}的“{kind.label}”"
            text, spot = row.text(column), CheckedSpot(name, column)
            is_filled = f"IFERROR(LEN({text}),1)>0"
            number = row.number(column) if kind.kind.on_sheet else ""
            yield _type_check(kind, spot, (text, is_filled, number), title)
            codes = mapping.codes.get(kind.codes or "")
            # That of an operator is checked with its quantity.
            if codes is not None and not codes.open and column not in table.parts:
                known = [*codes.values, *codes.none, *codes.spellings]
                yield _list_check(spot, text, known, f"{title}不在可选范围内，请从列表中选择。")
        yield from _quantity_checks(mapping, name, row)


def _type_check(
    item: FieldBase, spot: CheckedSpot, cell: tuple[str, str, str], title: str
) -> SheetCheck:
    text, is_filled, number = cell
    on_sheet = item.kind.on_sheet
    if on_sheet is None:
        message = f"{title}是错误值，请重新填写文字。"
        return SheetCheck("V001", Severity.ERROR, spot, f"ISERROR({text})", message)
    wrong = both(is_filled, f'{number}=""')
    return SheetCheck(on_sheet.code, Severity.ERROR, spot, wrong, f"{title}{on_sheet.expected}。")


def _list_check(spot: CheckedSpot, text: str, known: list[str], message: str) -> SheetCheck:
    """What is in no closed list."""
    wrong = both(filled(text), readable(text), f"NOT({among(text, known)})")
    return SheetCheck("V001", Severity.ERROR, spot, wrong, message)


def _quantity_checks(mapping: Mapping, name: str, row: RowView) -> Iterator[SheetCheck]:
    """What the reader says of a quantity's cells: no operator, a number that means two things."""
    table = mapping.tables[name]
    if table.quantity is None:
        return
    operator, value, unit = table.parts
    titles = [f"{row_title(table)}的“{table.columns[one].label}”" for one in table.parts]
    known = operator_spellings(mapping, table)
    if known:
        message = f"{titles[0]}不在可选范围内，请从下拉列表中选择。"
        yield _list_check(CheckedSpot(name, operator), row.text(operator), known, message)
    cell = row.cell(value)
    # A number with a percent format says what it means; a client without CELL does not tell.
    is_bare = f'NOT(IFERROR(LEFT(CELL("format",{cell}),1)="P",1=0))'
    is_share = among(row.text(unit), sorted(SHARES))
    wrong = both(f"ISNUMBER({cell})", f"{cell}<>0", f"ABS({cell})<=1", is_share, is_bare)
    message = f"{titles[1]}是不大于 1 的数字，分不清是比率还是百分数，请按文本重新填写。"
    yield SheetCheck("V001", Severity.ERROR, CheckedSpot(name, value), wrong, message)


def _rule_checks(mapping: Mapping, sheet: SheetView) -> Iterator[SheetCheck]:
    for rule in mapping.rules:
        yield from rule.sheet_checks(sheet)
