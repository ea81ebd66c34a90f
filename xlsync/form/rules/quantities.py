"""Rules about values that are quantities: a number, and the columns that belong to it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Literal, Self

from xlsync.base.strict import Field, Strict, model_validator
from xlsync.form.rules.base import ColumnKey, TableRule, Text, Texts
from xlsync.form.rules.sheet import array, blank, both, either, filled, quoted, row_title
from xlsync.form.rules.subject import shorten
from xlsync.form.types import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import RowView, SheetCheck, SheetView
    from xlsync.form.rules.subject import Row, Subject


_LONGEST = 20
_PLACES = array(str(place) for place in range(1, _LONGEST + 1)).replace('"', "")
_DIGITS = array("0123456789０１２３４５６７８９")


def is_number(cell: str) -> str:
    """True where a text cell says a plain number.

    Programs would take ``1/2``, ``50%``, ``1e5`` or ``6月30日`` for numbers as well.
    """
    text = f"TRIM({cell})"
    # One that is longer, or has a minus within, is none; the zeros fill up to a fixed length.
    each = f'MID({text}&"{"0" * _LONGEST}",{_PLACES},1)'
    return both(
        filled(cell),
        f"LEN({text})<={_LONGEST}",
        f'SUMPRODUCT(--ISERROR(FIND({each},"-,.0123456789")))=0',
        f'ISERROR(FIND("-",{text},2))',
        f"ISNUMBER({text}*1)",
    )


class NumberNeeds(TableRule):
    """Where a column holds a number, another column is filled in too."""

    kind: Literal["number-needs"]
    column: ColumnKey
    needs: ColumnKey

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each row in which the other column is empty."""
        for row in subject.rows(self.table):
            text = row.text(self.column)
            if text is None or plain_number(text) is None or row.text(self.needs) is not None:
                continue
            message = (
                f"{row.title}的“{row.label(self.column)}”是数字 {text}，"
                f"但“{row.label(self.needs)}”未填写，请补充。"
            )
            yield self.problem(message, row.pointer(self.needs))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Doubtful for each row in which the other column is empty, or says that it is."""
        plan = sheet.plan.tables[self.table]
        codes = plan.columns[self.needs].codes
        none = sheet.plan.codes[codes].none if codes else ()
        for row in sheet.rows(self.table):
            cell, needed = row.cell(self.column), row.cell(self.needs)
            label, missing = (plan.columns[name].label for name in (self.column, self.needs))
            said = f"“{label}”是数字，但“{missing}”未填写，请补充。"
            message = quoted(f"{row_title(plan, row)}的{said}")
            missed = either(blank(needed), *(f"TRIM({needed})={quoted(word)}" for word in none))
            yield self.sheet_check(needed, both(is_number(cell), missed), message)


class Condition(Strict):
    """Something that a row may meet: its column equals, or contains, one of some texts."""

    column: str
    equals: list[Text] = []
    contains: list[Text] = []

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.equals and not self.contains:
            raise ValueError("needs equals or contains")
        return self

    def holds(self, row: Row) -> bool:
        """Whether the row meets it."""
        text = row.text(self.column)
        if text is None:
            return False
        return text in self.equals or any(part in text for part in self.contains)

    def on_sheet(self, row: RowView) -> str:
        """An expression that is true where the row meets it."""
        cell = row.cell(self.column)
        same = f"SUMPRODUCT(--(TRIM({cell})={array(self.equals)}))>0" if self.equals else ""
        part = (
            f"SUMPRODUCT(--ISNUMBER(FIND({array(self.contains)},{cell})))>0"
            if self.contains
            else ""
        )
        return either(*filter(None, (same, part)))


class ConditionalRule(TableRule):
    """A rule about those rows that meet any of some conditions."""

    column: ColumnKey
    when: Annotated[list[Condition], Field(min_length=1)]

    def concerned(self, subject: Subject) -> Iterator[tuple[Row, str]]:
        """The rows that meet a condition and have the column filled in, with its text."""
        for row in subject.rows(self.table):
            text = row.text(self.column)
            if text is not None and any(condition.holds(row) for condition in self.when):
                yield row, text

    def concerned_on_sheet(self, row: RowView) -> str:
        """An expression that is true where the row meets a condition and is filled in."""
        met = either(*(condition.on_sheet(row) for condition in self.when))
        return both(filled(row.cell(self.column)), met)

    def cells(self) -> list[tuple[str, str]]:
        """The columns of the rule and of its conditions, each with its table."""
        return [*super().cells(), *((self.table, item.column) for item in self.when)]

    def values_named(self) -> Iterable[tuple[str, str]]:
        """The values that the conditions wait for."""
        return [(item.column, value) for item in self.when for value in item.equals]


class Quantified(ConditionalRule):
    """In such rows the text says a figure; a range or a figure within words is one too."""

    kind: Literal["quantified"]

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each text without any digit."""
        for row, text in self.concerned(subject):
            if any(character.isdecimal() for character in unicodedata.normalize("NFKC", text)):
                continue
            message = (
                f"{row.title}的“{row.label(self.column)}”为“{shorten(text)}”，没有量化，"
                "请改为可以计量的数字。"
            )
            yield self.problem(message, row.pointer(self.column), text)

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Doubtful for each text without any digit."""
        plan = sheet.plan.tables[self.table]
        for row in sheet.rows(self.table):
            cell, label = row.cell(self.column), plan.columns[self.column].label
            no_digit = f"SUMPRODUCT(--ISNUMBER(FIND({_DIGITS},{cell})))=0"
            message = quoted(f"{row_title(plan, row)}的“{label}”没有量化，请改为可以计量的数字。")
            yield self.sheet_check(cell, both(self.concerned_on_sheet(row), no_digit), message)


class NotUsedWith(ConditionalRule):
    """In such rows these texts do not stand in the column; ``instead`` is the better one."""

    kind: Literal["not-used-with"]
    values: Texts
    instead: Text

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each row in which one does."""
        for row, text in self.concerned(subject):
            if text in self.values:
                message = (
                    f"{row.title}的“{row.label(self.column)}”为“{text}”，"
                    f"这类内容通常只定下限或上限，建议改为“{self.instead}”。"
                )
                yield self.problem(message, row.pointer(self.column), text)

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Doubtful for each row in which one does."""
        plan = sheet.plan.tables[self.table]
        for row in sheet.rows(self.table):
            cell, label = row.cell(self.column), plan.columns[self.column].label
            used = f"SUMPRODUCT(--(TRIM({cell})={array(self.values)}))>0"
            message = quoted(f"{row_title(plan, row)}的“{label}”建议改为“{self.instead}”。")
            yield self.sheet_check(cell, both(self.concerned_on_sheet(row), used), message)

    def values_named(self) -> Iterable[tuple[str, str]]:
        """The values of the conditions, those not to be used, and the better one."""
        own = [(self.column, value) for value in (*self.values, self.instead)]
        return [*super().values_named(), *own]
