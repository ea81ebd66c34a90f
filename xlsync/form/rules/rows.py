"""Rules about the rows of a table: filled in, from the tree, none missing, none twice."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Literal

from xlsync.base.problems import Severity
from xlsync.form.rules.base import ColumnKey, ColumnKeys, TableRule, Texts
from xlsync.form.rules.scores import not_a_number, number_in, shown_number
from xlsync.form.rules.sheet import (
    added_up,
    among,
    blank,
    both,
    decimals,
    either,
    filled,
    numbers,
    packed,
    quoted,
    readable,
    row_title,
    without,
)
from xlsync.form.rules.subject import Row, shorten
from xlsync.form.types import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import SheetCheck, SheetView
    from xlsync.form.rules.subject import FormPlan, Subject


_TO_WIDE = 0xFEE0
_JOKER = re.compile(r"[~*?]")


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

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each row that was begun without a text of the tree."""
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        tree = sheet.plan.trees[plan.tree or ""]
        first, text = row.text(plan.levels[0]), row.text(self.column)
        wrong = both(row.begun, readable(text), f"NOT({among(text, tree)})")
        if self.column != plan.levels[0]:
            pairs = (f"{one}/{other}" for one, others in tree.items() for other in others)
            under = among(f'{first}&"/"&{text}', pairs)
            wrong = both(among(first, tree), readable(text), f"NOT({under})")
        label = plan.columns[self.column].label
        message = f"{row_title(plan)}的“{label}”未选或不匹配，请从列表中选择。"
        yield self.sheet_check(self.spot(self.column), wrong, message)

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """A column that is no level, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        if self.column not in plan.tables[self.table].levels:
            yield f"column {self.column!r} is no level of {self.table!r}"

    def _allowed(self, subject: Subject, row: Row) -> Sequence[str] | None:
        tree = subject.plan.trees[row.plan.tree or ""]
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

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """A gap for each empty cell of a row that was begun."""
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        for column in self.columns:
            message = f"{row_title(plan)}的“{plan.columns[column].label}”未填写，请填写。"
            wrong = both(row.begun, blank(row.text(column)))
            yield self.sheet_check(self.spot(column), wrong, message, gap=True)


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

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each cell that holds nothing but repetitions of one mark."""
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        marks = [mark.upper() for mark in self.placeholders]
        signs = sorted(set("".join(marks)))
        single = "".join(mark for mark in marks if len(mark) == 1)
        for column in self.columns:
            text = f"UPPER({packed(row.text(column))})"
            for wide, sign in zip(map(_wide, signs), signs, strict=True):
                if wide != sign:
                    text = f"SUBSTITUTE({text},{quoted(wide)},{quoted(sign)})"
            text = row.once(text)
            gone = [f"LEN({without(text, [mark])})=0" for mark in marks if len(mark) > 1]
            if single:
                first = f"LEFT({text},1)"
                same = f'LEN(SUBSTITUTE({text},{first},""))=0'
                gone.insert(0, both(f"ISNUMBER(FIND({first},{quoted(single)}))", same))
            label = plan.columns[column].label
            message = f"{row_title(plan)}的“{label}”没有实际内容，请填写具体内容。"
            yield self.sheet_check(self.spot(column), both(filled(text), either(*gone)), message)


def _wide(text: str) -> str:
    """The text in full-width letters and signs."""
    return "".join(chr(ord(one) + _TO_WIDE) if "!" <= one <= "~" else one for one in text)


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
        table = subject.plan.tables[self.table]
        if table.pointer in subject.unread or any(row.is_unread(self.column) for row in rows):
            return
        present = {row.text(self.column) for row in rows}
        for value in self.values:
            if value not in present:
                label = table.columns[self.column].label
                message = f"“{table.label}”中没有“{label}”为“{value}”的内容，请至少补充一条。"
                yield self.problem(message, table.pointer)

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each value that no row has.

        What has to be there is missing once the form was begun, as an empty field is; what is
        only advised waits for the first row. ``COUNTIF`` would not do: ONLYOFFICE counts cells
        that it has not computed yet as empty.
        """
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        texts, label = row.all(row.text(self.column)), plan.columns[self.column].label
        gap = self.severity is Severity.ERROR
        begun = sheet.begun if gap else f"OR({row.all(row.begun)})"
        for value in self.values:
            plain = _JOKER.sub(r"~\g<0>", value)
            wrong = both(begun, f"ISNA(MATCH({quoted(plain)},{texts},0))")
            message = f"“{plan.label}”中没有“{label}”为“{value}”的内容，请至少补充一条。"
            yield self.sheet_check(self.spot(), wrong, message, gap=gap)

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

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each repetition."""
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        texts = [row.text(name) for name in self.columns]
        # No bar within a text can be taken for one between texts or rows.
        texts = [f'SUBSTITUTE({packed(text)},"|","｜")' for text in texts]
        key = '&"|"&'.join(texts)
        all_filled = both(*map(filled, texts))
        key = row.once(f'IFERROR(IF({all_filled},"||"&{key}&"||",""),"")')
        again = f"ISNUMBER(FIND({key},{row.before(key)}))"
        message = f"{row_title(plan)}与上面的一条重复，请清空其中一条或改写。"
        yield self.sheet_check(self.spot(self.columns[-1]), both(filled(key), again), message)


class RowSum(TableRule):
    """In every row one number is the sum of others; a part left empty counts as nothing."""

    kind: Literal["row-sum"]
    total: ColumnKey
    parts: ColumnKeys

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each row in which they differ; none where the total or all parts are."""
        item = subject.plan.tables[self.table].columns[self.total]
        for row in subject.rows(self.table):
            total = number_in(row, self.total)
            known = [part for name in self.parts if (part := number_in(row, name)) is not None]
            added = sum(known, Decimal(0))
            if total is None or not known or added == total:
                continue
            if any(row.is_unread(name) for name in self.parts):
                continue
            message = (
                f"{row.title}的“{row.label(self.total)}”为 {shown_number(item, total)}，"
                f"与各项之和 {shown_number(item, added)}不符，请核对更正。"
            )
            yield self.problem(message, row.pointer(self.total), row.text(self.total))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each row in which they differ."""
        plan, row = sheet.plan.tables[self.table], sheet.row(self.table)
        item = plan.columns[self.total]
        total, parts = row.number(self.total), [row.number(name) for name in self.parts]
        pairs = zip(parts, (plan.columns[name] for name in self.parts), strict=True)
        added = added_up(list(pairs), item.counted_in)
        readable_parts = (
            either(blank(row.text(name)), numbers(part))
            for name, part in zip(self.parts, parts, strict=True)
        )
        wrong = both(
            numbers(total),
            f"COUNT({','.join(parts)})>0",
            *readable_parts,
            f"ROUND({total}-{added},{decimals(item.counted_in)})<>0",
        )
        message = f"{row_title(plan)}的“{item.label}”不等于各项之和，请核对更正。"
        yield self.sheet_check(self.spot(self.total), wrong, message)

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """What is no number, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        for name in (self.total, *self.parts):
            yield from not_a_number("column", name, plan.tables[self.table].columns[name].type)
