"""Rules about the rows of a table: filled in, from the tree, none missing, none twice."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal

from xlsync.rules.base import ColumnKey, ColumnKeys, TableRule, Texts
from xlsync.rules.subject import Row, shorten
from xlsync.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.problems import Problem
    from xlsync.rules.plan import Plan
    from xlsync.rules.subject import Subject


class InTree(TableRule):
    """The text of a level is in the tree, the second level under its first."""

    kind: Literal["in-tree"]
    column: ColumnKey

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each row; none about a second level whose first is not known."""
        for row in subject.rows(self.table):
            text, allowed = row.text(self.column), self._allowed(subject, row)
            if allowed is None or text in allowed:
                continue
            was = "未填写" if text is None else f"填写的“{shorten(text)}”不在可选范围内"
            message = (
                f"{row.title}的“{row.label(self.column)}”{was}，{self._under(row)}"
                f"可选：{'、'.join(allowed)}。请改选其中一项。"
            )
            yield self.problem(message, row.pointer(self.column), text)

    def mistakes(self, plan: Plan) -> Iterator[str]:
        """A column that is no level, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        if self.column not in plan.tables[self.table].levels:
            yield f"column {self.column!r} is no level of {self.table!r}"

    def _allowed(self, subject: Subject, row: Row) -> Sequence[str] | None:
        tree = subject.plan.trees[row.plan.tree]
        first = row.plan.levels[0]
        return list(tree) if self.column == first else tree.get(row.text(first) or "")

    def _under(self, row: Row) -> str:
        first = row.plan.levels[0]
        return "" if self.column == first else f"“{row.text(first)}”之下"


class Filled(TableRule):
    """These columns are filled in, in every row."""

    kind: Literal["filled"]
    columns: ColumnKeys

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each empty cell."""
        for row in subject.rows(self.table):
            for column in self.columns:
                if row.text(column) is None:
                    message = f"{row.title}的“{row.label(column)}”未填写，请填写。"
                    yield self.problem(message, row.pointer(column))


class NoPlaceholder(TableRule):
    """No cell of these columns holds a mark that only stands for something to come.

    A mark counts however often it is repeated, in any width and case.
    """

    kind: Literal["no-placeholder"]
    columns: ColumnKeys
    placeholders: Texts

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each such cell."""
        repeated = _repeated(tuple(self.placeholders))
        for row in subject.rows(self.table):
            for column in self.columns:
                text = row.text(column)
                if text is not None and repeated.fullmatch(comparable(text)):
                    message = (
                        f"{row.title}的“{row.label(column)}”只填了“{shorten(text)}”，"
                        "没有实际内容，请填写具体内容；不需要这一条时请清空整行。"
                    )
                    yield self.problem(message, row.pointer(column), text)


@cache
def _repeated(marks: tuple[str, ...]) -> re.Pattern[str]:
    repetitions = (f"(?:{re.escape(comparable(mark))})+" for mark in marks)
    return re.compile("|".join(repetitions), re.IGNORECASE)


class AtLeastOne(TableRule):
    """Each of these values stands in some row."""

    kind: Literal["at-least-one"]
    column: ColumnKey
    values: Texts

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each value that no row has; none where a cell was not readable."""
        rows = subject.rows(self.table)
        if any(row.is_unread(self.column) for row in rows):
            return
        present = {row.text(self.column) for row in rows}
        table = subject.plan.tables[self.table]
        for value in self.values:
            if value not in present:
                label = table.columns[self.column].label
                message = f"“{table.label}”中没有“{label}”为“{value}”的内容，请至少补充一条。"
                yield self.problem(message, table.pointer)

    def values_named(self) -> Iterable[tuple[str, str]]:
        """The values that have to be there."""
        return [(self.column, value) for value in self.values]


class Unique(TableRule):
    """No two rows agree in all of these columns; the last of them is the one to change."""

    kind: Literal["unique"]
    columns: ColumnKeys

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each repetition, naming the first row; empty cells equal nothing."""
        first_of: dict[tuple[str, ...], Row] = {}
        for row in subject.rows(self.table):
            key = tuple(comparable(row.text(column) or "") for column in self.columns)
            first = first_of.setdefault(key, row) if all(key) else row
            if first is not row:
                last = self.columns[-1]
                same = "、".join(f"“{row.label(column)}”" for column in self.columns)
                message = (
                    f"{row.title}与第{first.index + 1}条重复（{same}相同），"
                    "请清空其中一条，或改写使两者有别。"
                )
                yield self.problem(message, row.pointer(last), row.text(last))
