"""Rules about values that are quantities: a number, and the columns that belong to it."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Annotated, Literal, Self

from xlsync.base.strict import Field, Strict, model_validator
from xlsync.form.rules.base import ColumnKey, TableRule, Text, Texts
from xlsync.form.rules.sheet import among, blank, both, contains, either, filled, row_title
from xlsync.form.rules.subject import shorten
from xlsync.form.types import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import RowView, SheetCheck, SheetView
    from xlsync.form.rules.subject import Row, Subject


_LONGEST = 20
"""Characters of a number; what is longer is none."""

_NARROW = "0123456789"
_WIDE = "０１２３４５６７８９"


def is_number(row: RowView, text: str) -> str:
    """True where a text of a row says a plain number.

    Programs would take ``1/2``, ``50%``, ``1e5`` or ``6月30日`` for numbers as well, and each
    another text; so it is told by its shape, in which every digit is a zero.
    """
    shape = text
    for digit in _NARROW[1:]:
        shape = f'SUBSTITUTE({shape},"{digit}","0")'
    shape = row.once(f'IF(LEFT({shape},1)="-",MID({shape},2,{_LONGEST}),{shape})')
    grouped = f'SUBSTITUTE({shape},",000","000")'
    return row.once(
        both(
            f"LEN({text})<={_LONGEST}",
            # Zeros, and a point in the midst of them at most.
            either(
                f'SUBSTITUTE({grouped},"0","")=""',
                both(f'SUBSTITUTE({grouped},"0","")="."', f'RIGHT({shape},1)="0"'),
            ),
            f'LEFT({shape},1)="0"',
            # Three digits after each comma, one to three before the first, none in decimals.
            f'COUNT(FIND(",0000",{shape}),FIND("0000,",{shape}))=0',
            f'ISERROR(FIND(",",MID({shape},FIND(".",{shape}&"."),{_LONGEST})))',
        )
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
            if text is None or row.text(self.needs) is not None or plain_number(text) is None:
                continue
            message = (
                f"{row.title}的“{row.label(self.column)}”是数字 {text}，"
                f"但“{row.label(self.needs)}”未填写，请补充。"
            )
            yield self.problem(message, row.pointer(self.needs))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Doubtful for each row in which the other column is empty, or says that it is."""
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        codes = plan.columns[self.needs].codes
        none = sheet.plan.codes[codes].none if codes else ()
        needed = row.text(self.needs)
        label, missing = (plan.columns[name].label for name in (self.column, self.needs))
        message = f"{row_title(plan)}的“{label}”是数字，但“{missing}”未填写，请补充。"
        missed = either(blank(needed), *([among(needed, none)] if none else []))
        wrong = both(is_number(row, row.text(self.column)), missed)
        yield self.sheet_check(self.spot(self.needs), wrong, message)


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
        text = row.text(self.column)
        same = among(text, self.equals) if self.equals else ""
        part = f"{contains(text, self.contains)}>0" if self.contains else ""
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
        return both(filled(row.text(self.column)), met)

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
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        no_digit = f"{contains(row.text(self.column), _NARROW + _WIDE)}=0"
        label = plan.columns[self.column].label
        message = f"{row_title(plan)}的“{label}”没有量化，请改为可以计量的数字。"
        wrong = both(self.concerned_on_sheet(row), no_digit)
        yield self.sheet_check(self.spot(self.column), wrong, message)


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
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        used = among(row.text(self.column), self.values)
        message = (
            f"{row_title(plan)}的“{plan.columns[self.column].label}”建议改为“{self.instead}”。"
        )
        wrong = both(self.concerned_on_sheet(row), used)
        yield self.sheet_check(self.spot(self.column), wrong, message)

    def values_named(self) -> Iterable[tuple[str, str]]:
        """The values of the conditions, those not to be used, and the better one."""
        own = [(self.column, value) for value in (*self.values, self.instead)]
        return [*super().values_named(), *own]
