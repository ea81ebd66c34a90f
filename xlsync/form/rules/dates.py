"""Rules about dates: their order, the year they cover, and how long they last.

A year is the calendar year throughout, because that is the budget year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from xlsync.form.rules.base import ColumnKey, DateSlot, RuleBase, Slot, TableRule, Text, YearSlot
from xlsync.form.rules.sheet import Limit, among, both, numbers, row_title

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import LimitView, SheetCheck, SheetView
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
        return f"YEAR({sheet.number(self.start)})", f"YEAR({sheet.number(self.end)})"

    def ordered_days(self, sheet: SheetView) -> str:
        """An expression that is true where both days are there, the first one first."""
        start, end = sheet.number(self.start), sheet.number(self.end)
        return both(numbers(start, end), f"{end}>={start}")


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
        start, end = sheet.number(self.start), sheet.number(self.end)
        later, earlier = (sheet.plan.fields[slot].label for slot in (self.end, self.start))
        message = f"“{later}”早于“{earlier}”，请更正其中有误的日期。"
        wrong = both(numbers(start, end), f"{end}<{start}")
        yield self.sheet_check(self.field(self.end), wrong, message)

    def limits(self, sheet: LimitView) -> Iterator[Limit]:
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
        year, (first, last) = sheet.number(self.slot), self.years(sheet)
        wrong = both(numbers(year), self.ordered_days(sheet), f"OR({year}<{first},{year}>{last})")
        message = f"“{sheet.plan.fields[self.slot].label}”不在计划起止日期之内，请核对。"
        yield self.sheet_check(self.field(self.slot), wrong, message)


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
        first, last = self.years(sheet)
        relation, wanted = ("<>", "应在一年之内") if self.expect == "one-year" else ("=", "应跨年")
        codes = sheet.plan.codes.get(sheet.plan.fields[self.slot].codes or "")
        said = [self.equals, *([codes.ticked(self.equals)] if codes and codes.boxes else [])]
        is_meant = among(sheet.text(self.slot), said)
        wrong = both(is_meant, self.ordered_days(sheet), f"{first}{relation}{last}")
        message = f"“{self.equals}”的实施期{wanted}，请核对计划起止日期。"
        yield self.sheet_check(self.field(self.slot), wrong, message)

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
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        later, earlier = (plan.columns[name].label for name in (self.end, self.start))
        start, end = row.number(self.start), row.number(self.end)
        message = f"{row_title(plan)}的“{later}”早于“{earlier}”，请更正。"
        wrong = both(numbers(start, end), f"{end}<{start}")
        yield self.sheet_check(self.spot(self.end), wrong, message)

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """What is no date, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        for name in (self.start, self.end):
            found = plan.tables[self.table].columns[name].type
            if found != "date":
                yield f"column {name!r} is of type {found!r}, not 'date'"
