"""Everything that a form's sheet can check by itself: the types of cells, then the rules.

The order is that in which a person works: what is wrong, what is still open, what is doubtful.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from xlsync.base.problems import Severity
from xlsync.form.codes import SHARES, operator_spellings
from xlsync.form.rules.sheet import (
    RowView,
    SheetCheck,
    SheetView,
    among,
    array,
    both,
    either,
    filled,
    quoted,
)
from xlsync.workbook.heights import overflows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.form.mapping import FieldBase, Mapping, Table
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


def entry_limits(mapping: Mapping, sheet: SheetView) -> dict[str, tuple[str, list[str]]]:
    """What a client may refuse in each field: a formula that must hold, and what it expects."""
    limits: dict[str, tuple[list[str], list[str]]] = {}
    for slot, item in mapping.fields.items():
        on_sheet = item.kind.on_sheet
        if on_sheet is not None:
            limits[slot] = ([on_sheet.holds.format(cell=sheet.cell(slot))], [on_sheet.expected])
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
            cell = sheet.cell(slot)
            message = (
                f"“{item.label}”文字较多，打印可能不全：请向下拖动这一行的下边线；已够高可不管。"
            )
            wrong = overflows(cell, place, sheet.height(slot))
            yield SheetCheck(LAYOUT, Severity.WARNING, cell, wrong, quoted(message))


def _type_checks(mapping: Mapping, sheet: SheetView) -> Iterator[SheetCheck]:
    for slot, item in mapping.fields.items():
        yield from _type_check(item, sheet.cell(slot), f"“{item.label}”")
    for name, table in mapping.tables.items():
        for row in sheet.rows(name):
            for column, kind in table.columns.items():
                title = f"{table.label}第{row.number}条的“{kind.label}”"
                yield from _type_check(kind, row.cell(column), title)
                yield from _list_check(mapping, table, column, row.cell(column), title)
            yield from _quantity_checks(mapping, table, row)


def _list_check(
    mapping: Mapping, table: Table, column: str, cell: str, title: str
) -> Iterator[SheetCheck]:
    """What is in no closed list of a column; that of an operator is checked with its quantity."""
    codes = mapping.codes.get(table.columns[column].codes or "")
    if codes is None or codes.open or column in table.parts:
        return
    known = array([*codes.values, *codes.none, *codes.spellings])
    wrong = both(filled(cell), f"NOT(IFERROR({among(cell, known)},FALSE))")
    yield SheetCheck(
        "V001", Severity.ERROR, cell, wrong, quoted(f"{title}不在可选范围内，请从列表中选择。")
    )


def _quantity_checks(mapping: Mapping, table: Table, row: RowView) -> Iterator[SheetCheck]:
    """What the reader says of a quantity's cells: no operator, a number that means two things."""
    if table.quantity is None:
        return
    operator, value, unit = (row.cell(name) for name in table.parts)
    known = operator_spellings(mapping, table)
    titles = [f"{table.label}第{row.number}条的“{table.columns[one].label}”" for one in table.parts]
    if known:
        is_known = f"SUMPRODUCT(--(TRIM({operator})={array(known)}))>0"
        wrong = both(filled(operator), f"NOT(IFERROR({is_known},FALSE))")
        message = quoted(f"{titles[0]}不在可选范围内，请从下拉列表中选择。")
        yield SheetCheck("V001", Severity.ERROR, operator, wrong, message)
    is_share = either(*(f'TRIM({unit})="{one}"' for one in sorted(SHARES)))
    # A number with a percent format says what it means; a client without CELL does not tell.
    is_bare = f'IFERROR(LEFT(CELL("format",{value}),1)<>"P",TRUE)'
    wrong = both(f"ISNUMBER({value})", f"N({value})<>0", f"ABS(N({value}))<=1", is_share, is_bare)
    message = quoted(f"{titles[1]}是不大于 1 的数字，分不清是比率还是百分数，请按文本重新填写。")
    yield SheetCheck("V001", Severity.ERROR, value, wrong, message)


def _type_check(item: FieldBase, cell: str, title: str) -> Iterator[SheetCheck]:
    on_sheet = item.kind.on_sheet
    if on_sheet is None:
        message = quoted(f"{title}是错误值，请重新填写文字。")
        yield SheetCheck("V001", Severity.ERROR, cell, f"ISERROR({cell})", message)
    else:
        wrong = both(filled(cell), f"NOT(IFERROR({on_sheet.holds.format(cell=cell)},FALSE))")
        message = quoted(f"{title}{on_sheet.expected}。")
        yield SheetCheck(on_sheet.code, Severity.ERROR, cell, wrong, message)


def _rule_checks(mapping: Mapping, sheet: SheetView) -> Iterator[SheetCheck]:
    for rule in mapping.rules:
        yield from rule.sheet_checks(sheet)
