"""Rules about dates: their order, the year they cover, and how long they last.

A year is the calendar year throughout, because that is the budget year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from xlsync.form.rules.base import ColumnKey, DateSlot, RuleBase, Slot, TableRule, Text, YearSlot
from xlsync.form.rules.sheet import (
    Limit,
    both,
    numbers,
    quoted,
    row_title,
    sound,
    sound_in_row,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import SheetCheck, SheetView
    from xlsync.form.rules.subject import FormPlan, Subject


class Period(RuleBase):
    """A rule about the days from ``start`` to ``end``."""

    start: DateSlot
    end: DateSlot

    def days(self, subject: Subject) -> tuple[dt.date, dt.date] | None:
        """Both days, or None where one is missing."""
        start, end = subject.day(self.start), subject.day(self.end)
        return None if start is None or end is None else (start, end)

    def years(self, sheet: SheetView) -> tuple[str, str]:
        """Expressions for the first and the last year."""
        return f"YEAR(N({sheet.cell(self.start)}))", f"YEAR(N({sheet.cell(self.end)}))"

    def ordered_days(self, sheet: SheetView) -> str:
        """An expression that is true where both days are there, the first one first."""
        start, end = sheet.cell(self.start), sheet.cell(self.end)
        return both(sound(sheet, self.start, self.end), f"N({end})>=N({start})")


class DateOrder(Period):
    """A period does not end before it starts."""

    kind: Literal["date-order"]

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """A finding where it does."""
        days = self.days(subject)
        if days is None or days[0] <= days[1]:
            return
        start, end = days
        message = (
            f"“{subject.label(self.end)}”{end} 早于“{subject.label(self.start)}”{start}，"
            f"相差 {(start - end).days} 天，请更正其中有误的日期。"
        )
        yield self.problem(message, subject.pointer(self.end), str(end))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where it does."""
        start, end = sheet.cell(self.start), sheet.cell(self.end)
        wrong = both(sound(sheet, self.start, self.end), f"N({end})<N({start})")
        later, earlier = (sheet.plan.fields[slot].label for slot in (self.end, self.start))
        message = quoted(f"“{later}”早于“{earlier}”，请更正其中有误的日期。")
        yield self.sheet_check(end, wrong, message)

    def limits(self, sheet: SheetView) -> Iterator[Limit]:
        """The end not before the start, seen at both; so a period is moved later from its end."""
        start, end = sheet.cell(self.start), sheet.cell(self.end)
        earlier, later = (sheet.plan.fields[slot].label for slot in (self.start, self.end))
        holds = f"NOT({both(numbers(start, end), f'N({end})<N({start})')})"
        yield Limit(self.end, holds, f"不能早于“{earlier}”")
        yield Limit(self.start, holds, f"不能晚于“{later}”，往后改期请先改“{later}”")


class WithinPeriod(Period):
    """A year is one of those that a period touches."""

    kind: Literal["within-period"]
    slot: YearSlot

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """A finding where it is not; none where the period ends before it starts."""
        days, year = self.days(subject), subject.value(self.slot)
        if days is None or not isinstance(year, int) or days[0] > days[1]:
            return
        start, end = days
        if not start.year <= year <= end.year:
            message = (
                f"“{subject.label(self.slot)}”{year} 不在“{subject.label(self.start)}”{start} 至"
                f"“{subject.label(self.end)}”{end} 之内，请核对。"
            )
            yield self.problem(message, subject.pointer(self.slot), str(year))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where it is not."""
        year, (first, last) = sheet.cell(self.slot), self.years(sheet)
        outside = f"OR(N({year})<{first},N({year})>{last})"
        wrong = both(sound(sheet, self.slot), self.ordered_days(sheet), outside)
        label = sheet.plan.fields[self.slot].label
        message = quoted(f"“{label}”不在计划起止日期之内，请核对。")
        yield self.sheet_check(year, wrong, message)


class Duration(Period):
    """Where a field has a certain value, the period lies in one year, or in several."""

    kind: Literal["duration"]
    slot: Slot
    equals: Text
    expect: Literal["one-year", "several-years"]

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """A finding where it does not; none where the period ends before it starts."""
        days = self.days(subject)
        if days is None or subject.text(self.slot) != self.equals or days[0] > days[1]:
            return
        start, end = days
        if (start.year == end.year) == (self.expect == "one-year"):
            return
        fact, wanted = ("未跨年", "应跨年") if start.year == end.year else ("跨年", "应在一年之内")
        message = (
            f"“{subject.label(self.slot)}”为“{self.equals}”，实施期{wanted}，"
            f"但 {start} 至 {end} {fact}，请核对“{subject.label(self.slot)}”、"
            f"“{subject.label(self.start)}”和“{subject.label(self.end)}”。"
        )
        yield self.problem(message, subject.pointer(self.slot), self.equals)

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where it does not."""
        cell, (first, last) = sheet.cell(self.slot), self.years(sheet)
        relation, wanted = ("<>", "应在一年之内") if self.expect == "one-year" else ("=", "应跨年")
        is_meant = sheet.says(self.slot, self.equals)
        wrong = both(is_meant, self.ordered_days(sheet), f"{first}{relation}{last}")
        message = quoted(f"“{self.equals}”的实施期{wanted}，请核对计划起止日期。")
        yield self.sheet_check(cell, wrong, message)

    def values_named(self) -> Iterable[tuple[str, str]]:
        """The value that the rule waits for."""
        return [(self.slot, self.equals)]


class RowDates(TableRule):
    """In no row the date of one column is before that of another."""

    kind: Literal["row-dates"]
    start: ColumnKey
    end: ColumnKey

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each row in which it is."""
        for row in subject.rows(self.table):
            start, end = row.text(self.start), row.text(self.end)
            if start is not None and end is not None and end < start:
                message = (
                    f"{row.title}的“{row.label(self.end)}”{end} 早于“{row.label(self.start)}”"
                    f"{start}，请更正其中有误的日期。"
                )
                yield self.problem(message, row.pointer(self.end), end)

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each row in which it is."""
        plan = sheet.plan.tables[self.table]
        later, earlier = (plan.columns[name].label for name in (self.end, self.start))
        for row in sheet.rows(self.table):
            start, end = row.cell(self.start), row.cell(self.end)
            wrong = both(sound_in_row(plan, row, self.start, self.end), f"N({end})<N({start})")
            message = quoted(f"{row_title(plan, row)}的“{later}”早于“{earlier}”，请更正。")
            yield self.sheet_check(end, wrong, message)

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """What is no date, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        for name in (self.start, self.end):
            found = plan.tables[self.table].columns[name].type
            if found != "date":
                yield f"column {name!r} is of type {found!r}, not 'date'"
