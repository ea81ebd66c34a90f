"""Rules about points and shares: what they amount to, and how far they may go."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, Self

from xlsync.base.strict import Field, model_validator
from xlsync.form.rules.base import ColumnKey, FieldName, MoneySlot, PercentSlot, RuleBase, TableRule
from xlsync.form.rules.sheet import (
    GIVEN,
    Limit,
    added_up,
    both,
    decimals,
    either,
    numbers,
    row_title,
    worth,
)
from xlsync.form.types.units import in_unit, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import LimitView, SheetCheck, SheetView
    from xlsync.form.rules.subject import ColumnPlan, FormPlan, Row, Subject

NUMBERS = ("score", "money")
"""Types whose values are numbers that can be added up and compared."""

_PLACES = 6
"""Decimals that count in a comparison: fewer than a spreadsheet's floats are exact to."""

NumberSlots = Annotated[list[str], FieldName(), Field(min_length=1)]
OtherSlots = Annotated[list[str], FieldName()]
OptionalSlot = Annotated[str | None, FieldName()]
Figure = int | float


def _exact(figure: Figure) -> Decimal:
    return Decimal(str(figure))


def _shown(number: Decimal) -> str:
    """A number as people write it: without zeros at its end."""
    return f"{number.quantize(Decimal('0.01')):f}".rstrip("0").rstrip(".")


def shown_number(item: ColumnPlan, number: Decimal) -> str:
    """A number as the sheet shows it: an amount with its unit, points as they are."""
    return told(number, item.counted_in) if item.type == "money" else _shown(number)


def number_in(row: Row, column: str) -> Decimal | None:
    """The number of a cell, None where it is empty."""
    text = row.text(column)
    return None if text is None else Decimal(text)


def not_a_number(kind: str, name: str, found: str) -> Iterator[str]:
    """Say that a field or column of this type holds no number, where it holds none."""
    if found not in NUMBERS:
        yield f"{kind} {name!r} is of type {found!r}, not one of {', '.join(NUMBERS)}"


class Ratio(RuleBase):
    """A share says how much of the whole a part is, give or take a tolerance in points."""

    kind: Literal["ratio"]
    slot: PercentSlot
    part: MoneySlot
    whole: MoneySlot
    tolerance: Annotated[Figure, Field(ge=0, lt=100)]

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """A finding where it says something else; none where the whole is nothing."""
        share, part = subject.amount(self.slot), subject.amount(self.part)
        whole = subject.amount(self.whole)
        if share is None or part is None or not whole:
            return
        meant = part / whole * 100
        if abs(round(share - meant, _PLACES)) <= _exact(self.tolerance):
            return
        message = (
            f"“{subject.label(self.slot)}”为 {_shown(share)}%，而“{subject.label(self.part)}”"
            f"{subject.told(self.part, part)} ÷“{subject.label(self.whole)}”"
            f"{subject.told(self.whole, whole)} = {_shown(meant)}%，"
            "请核对更正。"
        )
        yield self.problem(message, subject.pointer(self.slot), subject.text(self.slot))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where it says something else."""
        share, part, whole = (sheet.number(slot) for slot in (self.slot, self.part, self.whole))
        fields = sheet.plan.fields
        units = {fields[slot].counted_in for slot in (self.part, self.whole)}
        meant = f"{part}/{whole}"
        if len(units) > 1:
            meant = f"({worth(part, fields[self.part])})/({worth(whole, fields[self.whole])})"
        apart = f"ABS(ROUND({share}*100-{meant}*100,{_PLACES}))>{self.tolerance}"
        over = f"“{fields[self.part].label}”÷“{fields[self.whole].label}”"
        message = f"“{fields[self.slot].label}”与{over}不符，应为{GIVEN}，请核对更正。"
        wrong, given = both(numbers(share, part, whole), apart), f'TEXT({meant},"0.00%")'
        yield self.sheet_check(self.field(self.slot), wrong, message, given)


class ColumnSum(TableRule):
    """A column, with some fields beside it, adds up to a figure, or to what a field says."""

    kind: Literal["column-sum"]
    column: ColumnKey
    plus: OtherSlots = []
    total: OptionalSlot = None
    equals: Figure | None = None

    @model_validator(mode="after")
    def _says_what_it_adds_up_to(self) -> Self:
        if (self.total is None) == (self.equals is None):
            raise ValueError("needs either total or equals")
        return self

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """A finding where it does not; none where nothing is filled in."""
        rows, table = subject.rows(self.table), subject.plan.tables[self.table]
        slots = [*self.plus, *([self.total] if self.total else [])]
        if subject.has_unread(slots) or any(row.is_unread(self.column) for row in rows):
            return
        values = [number_in(row, self.column) for row in rows]
        values += [subject.amount(slot) for slot in self.plus]
        known = [value for value in values if value is not None]
        wanted = subject.amount(self.total) if self.total else _exact(self.equals or 0)
        added = sum(known, Decimal(0))
        if not known or wanted is None or added == wanted:
            return
        what = self._what(subject.plan)
        tell = partial(shown_number, self._measure(subject.plan))
        if self.total:
            message = (
                f"“{subject.label(self.total)}”为 {tell(wanted)}，与{what}之和 {tell(added)}"
                "不符，请核对更正。"
            )
            yield self.problem(message, subject.pointer(self.total), subject.text(self.total))
        else:
            apart = f"{'多' if added > wanted else '少'} {tell(abs(added - wanted))}"
            message = f"{what}合计 {tell(added)}，应为 {tell(wanted)}，{apart}，请核对更正。"
            yield self.problem(message, table.pointer, _shown(added))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where it does not."""
        plan, item, row = sheet.plan, self._measure(sheet.plan), sheet.row(self.table)
        column = row.all(row.number(self.column))
        filled_in = row.all(row.once(f"IF(IFERROR(LEN({row.text(self.column)}),1)>0,1,0)"))
        pairs = [(column, plan.tables[self.table].columns[self.column])]
        pairs += [(sheet.number(slot), plan.fields[slot]) for slot in self.plus]
        places = decimals(item.counted_in)
        added = f"ROUND({added_up(pairs, item.counted_in)},{places})"
        readable = [
            f"COUNT({column})=SUM({filled_in})",
            *(either(numbers(sheet.number(one)), f"{sheet.length(one)}=0") for one in self.plus),
            f"COUNT({','.join(cell for cell, _ in pairs)})>0",
        ]
        what = self._what(plan)
        if self.total:
            total = sheet.number(self.total)
            spot, label = self.field(self.total), plan.fields[self.total].label
            apart = both(numbers(total), *readable, f"{added}<>ROUND({total},{places})")
            message = f"“{label}”与{what}之和{GIVEN}不符，请核对更正。"
        else:
            spot, wanted = self.spot(), _exact(self.equals or 0)
            apart = both(*readable, f"{added}<>{in_unit(wanted, item.counted_in):f}")
            message = f"{what}合计{GIVEN}，应为 {shown_number(item, wanted)}，请核对更正。"
        yield self.sheet_check(spot, apart, message, f'{added}&""')

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """What is no number, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        kind = plan.tables[self.table].columns[self.column].type
        yield from not_a_number("column", self.column, kind)
        for slot in (*self.plus, *([self.total] if self.total else [])):
            yield from not_a_number("field", slot, plan.fields[slot].type)

    def _measure(self, plan: FormPlan) -> ColumnPlan:
        """What the sum is compared with, or the column where that is a plain figure."""
        return (
            plan.fields[self.total] if self.total else plan.tables[self.table].columns[self.column]
        )

    def _what(self, plan: FormPlan) -> str:
        table = plan.tables[self.table]
        parts = [f"“{table.label}”的“{table.columns[self.column].label}”"]
        return "、".join([*(f"“{plan.fields[slot].label}”" for slot in self.plus), *parts])


class Bounds(RuleBase):
    """Each of these numbers lies between two figures, or on one side of one."""

    kind: Literal["bounds"]
    fields: NumberSlots
    least: Figure | None = None
    most: Figure | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.least is None and self.most is None:
            raise ValueError("needs least or most")
        return self

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each number outside."""
        for slot in self.fields:
            number = subject.amount(slot)
            if number is None or self._holds(number):
                continue
            item = subject.plan.fields[slot]
            message = (
                f"“{item.label}”为 {shown_number(item, number)}，{self._expected(item)}，请更正。"
            )
            yield self.problem(message, subject.pointer(slot), subject.text(slot))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each number outside."""
        for slot in self.fields:
            number, item = sheet.number(slot), sheet.plan.fields[slot]
            message = f"“{item.label}”{self._expected(item)}，请更正。"
            wrong = both(numbers(number), f"NOT({self._on_sheet(worth(number, item))})")
            yield self.sheet_check(self.field(slot), wrong, message)

    def limits(self, sheet: LimitView) -> Iterator[Limit]:
        """Each number within."""
        for slot in self.fields:
            item = sheet.plan.fields[slot]
            number = worth(f"N({sheet.cell(slot)})", item)
            yield Limit(slot, self._on_sheet(number), self._expected(item))

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """What is no number, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        for slot in self.fields:
            yield from not_a_number("field", slot, plan.fields[slot].type)

    def _holds(self, number: Decimal) -> bool:
        return (self.least is None or number >= _exact(self.least)) and (
            self.most is None or number <= _exact(self.most)
        )

    def _on_sheet(self, number: str) -> str:
        bounds = (("<", self.most), (">", self.least))
        return both(*(f"{number}{sign}={one}" for sign, one in bounds if one is not None))

    def _expected(self, item: ColumnPlan) -> str:
        words = (("不小于", self.least), ("不超过", self.most))
        told = (
            f"{word} {shown_number(item, _exact(one))}" for word, one in words if one is not None
        )
        return f"应{'、'.join(told)}"


class ColumnLimit(TableRule):
    """In no row the number of one column goes beyond that of another."""

    kind: Literal["column-limit"]
    column: ColumnKey
    limit: ColumnKey

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each row in which it does."""
        columns = subject.plan.tables[self.table].columns
        one, other = columns[self.column], columns[self.limit]
        for row in subject.rows(self.table):
            number, most = number_in(row, self.column), number_in(row, self.limit)
            if number is not None and most is not None and number > most:
                message = (
                    f"{row.title}的“{row.label(self.column)}”{shown_number(one, number)} 大于"
                    f"“{row.label(self.limit)}”{shown_number(other, most)}，请核对更正。"
                )
                yield self.problem(message, row.pointer(self.column), row.text(self.column))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each row in which it does."""
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        items = [plan.columns[name] for name in (self.column, self.limit)]
        cells = [row.number(name) for name in (self.column, self.limit)]
        apart = "-".join(map(worth, cells, items))
        message = f"{row_title(plan)}的“{items[0].label}”大于“{items[1].label}”，请核对更正。"
        wrong = both(numbers(*cells), f"ROUND({apart},2)>0")
        yield self.sheet_check(self.spot(self.column), wrong, message)

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """What is no number, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        for name in (self.column, self.limit):
            yield from not_a_number("column", name, plan.tables[self.table].columns[name].type)
