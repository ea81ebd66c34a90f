"""The rule that a shortfall is explained: fewer points than there are, a target that was missed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from xlsync.base.problems import Severity
from xlsync.base.strict import Field, Strict, model_validator
from xlsync.form.rules.base import ColumnKey, TableRule
from xlsync.form.rules.quantities import is_number
from xlsync.form.rules.scores import NUMBERS
from xlsync.form.rules.sheet import among, blank, both, either, numbers, quoted, row_title, worth
from xlsync.form.types import plain_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import RowView, SheetCheck, SheetView
    from xlsync.form.rules.subject import FormPlan, Row, Subject

_MISSED: dict[str, tuple[Callable[[Decimal, Decimal], bool], str]] = {
    "≥": (lambda actual, target: actual < target, "<"),
    "≤": (lambda actual, target: actual > target, ">"),
    ">": (lambda actual, target: actual <= target, "<="),
    "<": (lambda actual, target: actual >= target, ">="),
}
"""When a figure misses its target: in a record, and on the sheet; any other sign is equality."""


class Deviation(Strict):
    """Something that a row has to explain.

    Either the text of ``column`` is one that ``equals`` lists, or its number is ``below`` that of
    another column, or the figure in it ``misses`` the target in another column, whose ``operator``
    says which way; ``unit`` is the column whose text may follow the figure. Only figures are
    compared, words say for themselves.
    """

    column: str
    equals: list[str] = []
    below: str | None = None
    misses: str | None = None
    operator: str | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if sum(map(bool, (self.equals, self.below, self.misses))) != 1:
            raise ValueError("needs one of equals, below and misses")
        if self.misses is None and (self.operator is not None or self.unit is not None):
            raise ValueError("operator and unit belong to misses")
        return self

    def columns(self) -> list[str]:
        """Every column that it looks at."""
        named = (self.column, self.below, self.misses, self.operator, self.unit)
        return [name for name in named if name is not None]

    def found(self, row: Row) -> str | None:
        """What is to be explained in a row, or None."""
        if self.equals:
            text = row.text(self.column)
            return f"“{row.label(self.column)}”为“{text}”" if text in self.equals else None
        number, other = self._number(row, self.column), self.below or self.misses or ""
        against = self._number(row, other)
        if number is None or against is None:
            return None
        sign = (row.text(self.operator) or "") if self.operator else ""
        if self.below is not None:
            is_off = number < against
        else:
            is_off = _MISSED[sign][0](number, against) if sign in _MISSED else number != against
        if not is_off:
            return None
        shown = (f"“{row.label(name)}”{row.text(name)}" for name in (self.column, other))
        return "低于".join(shown) if self.below else "未达到".join(shown)

    def on_sheet(self, sheet: SheetView, table: str, row: RowView) -> str:
        """An expression that is true where the row has to explain something."""
        if self.equals:
            return among(row.text(self.column), self.equals)
        if self.below is not None:
            columns = sheet.plan.tables[table].columns
            number, least = row.number(self.column), row.number(self.below)
            apart = f"{worth(number, columns[self.column])}-{worth(least, columns[self.below])}"
            return both(numbers(number, least), f"IFERROR(ROUND({apart},2)<0,1=0)")
        figure, goal = (self._figure(row, name) for name in (self.column, self.misses or ""))
        one, other = (f'SUBSTITUTE({text},",","")*1' for text in (figure, goal))
        missed = f"{one}<>{other}"
        if self.operator is not None:
            sign = row.text(self.operator)
            for text, (_, relation) in _MISSED.items():
                missed = f"IF({sign}={quoted(text)},{one}{relation}{other},{missed})"
        return both(is_number(row, figure), is_number(row, goal), f"IFERROR({missed},1=0)")

    def _number(self, row: Row, name: str) -> Decimal | None:
        text = row.text(name)
        unit = row.text(self.unit) if self.unit else None
        return plain_number(text.strip().removesuffix(unit or "")) if text else None

    def _figure(self, row: RowView, name: str) -> str:
        text = row.text(name)
        if not self.unit:
            return text
        unit = row.text(self.unit)
        return row.once(f'IF(LEN({unit})>0,TRIM(SUBSTITUTE({text},{unit},"")),{text})')


class NeedsReason(TableRule):
    """A row that falls short gives a reason."""

    kind: Literal["needs-reason"]
    column: ColumnKey
    when: Annotated[list[Deviation], Field(min_length=1)]

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each row without one, saying what falls short."""
        for row in subject.rows(self.table):
            if row.text(self.column) is not None:
                continue
            found = next(filter(None, (one.found(row) for one in self.when)), None)
            if found is not None:
                message = f"{row.title}的{found}，请在“{row.label(self.column)}”中说明。"
                yield self.problem(message, row.pointer(self.column))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """A gap, or a doubt where it is only advised, for each row without one."""
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        gap = self.severity is Severity.ERROR
        off = either(*(one.on_sheet(sheet, self.table, row) for one in self.when))
        message = f"{row_title(plan)}有偏差，请在“{plan.columns[self.column].label}”中说明原因。"
        wrong = both(blank(row.text(self.column)), off)
        yield self.sheet_check(self.spot(self.column), wrong, message, gap=gap)

    def cells(self) -> list[tuple[str, str]]:
        """The columns of the rule and of what is to be explained, each with its table."""
        named = [name for one in self.when for name in one.columns()]
        return [*super().cells(), *((self.table, name) for name in named)]

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """What cannot be compared, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        columns = plan.tables[self.table].columns
        for one in self.when:
            for name in (one.column, one.below) if one.below else ():
                if name is not None and columns[name].type not in NUMBERS:
                    found = columns[name].type
                    yield f"column {name!r} is of type {found!r}, not one of {', '.join(NUMBERS)}"

    def values_named(self) -> Iterator[tuple[str, str]]:
        """The texts that have to be explained."""
        return ((one.column, text) for one in self.when for text in one.equals)
