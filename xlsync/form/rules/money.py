"""Rules about amounts: sums that add up, limits, signs, and the unit they were written in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from xlsync.form.rules.base import MoneySlot, MoneySlots, RuleBase
from xlsync.form.rules.sheet import Limit, blank, both, either, quoted, sound, yuan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import SheetCheck, SheetView
    from xlsync.form.rules.subject import Subject


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f} 元"


class Sum(RuleBase):
    """A total is the sum of its parts; a part left empty counts as nothing."""

    kind: Literal["sum"]
    total: MoneySlot
    parts: MoneySlots

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """A finding where they differ; none where the total or all parts are empty."""
        total = subject.amount(self.total)
        parts = {slot: subject.amount(slot) for slot in self.parts}
        known = [amount for amount in parts.values() if amount is not None]
        if total is None or not known or subject.has_unread(self.parts):
            return
        added = sum(known, Decimal(0))
        if total == added:
            return
        shown = "，".join(
            f"“{subject.label(slot)}”{'未填' if amount is None else _yuan(amount)}"
            for slot, amount in parts.items()
        )
        message = (
            f"“{subject.label(self.total)}”为 {_yuan(total)}，与各项之和 {_yuan(added)}不符，"
            f"{'多' if total > added else '少'} {_yuan(abs(total - added))}"
            f"（{shown}）。请核对后更正，使总额等于各项之和。"
        )
        yield self.problem(message, subject.pointer(self.total), subject.text(self.total))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where they differ by a cent or more."""
        total, parts = sheet.cell(self.total), [sheet.cell(slot) for slot in self.parts]
        added = f"SUM({','.join(parts)})"
        wrong = both(
            sound(sheet, self.total),
            f"COUNT({','.join(parts)})>0",
            *(either(blank(sheet.cell(slot)), sound(sheet, slot)) for slot in self.parts),
            f"ROUND(N({total})-{added},2)<>0",
        )
        label = sheet.plan.fields[self.total].label
        message = (
            f"{quoted(f'“{label}”为 ')}&{yuan(total)}&{quoted('，与各项之和 ')}&{yuan(added)}"
            f"&{quoted('不符，请核对更正。')}"
        )
        yield self.sheet_check(total, wrong, message)

    def totals(self) -> list[tuple[str, list[str]]]:
        """The field that a sheet can fill in by itself, with the fields it adds up."""
        return [(self.total, self.parts)]


class NotMoreThan(RuleBase):
    """An amount does not go beyond another."""

    kind: Literal["not-more-than"]
    slot: MoneySlot
    limit: MoneySlot

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """A finding where it does."""
        amount, limit = subject.amount(self.slot), subject.amount(self.limit)
        if amount is None or limit is None or amount <= limit:
            return
        message = (
            f"“{subject.label(self.slot)}”{_yuan(amount)} 大于"
            f"“{subject.label(self.limit)}”{_yuan(limit)}，超出 {_yuan(amount - limit)}，"
            "请核对后更正其中有误的一项。"
        )
        yield self.problem(message, subject.pointer(self.slot), subject.text(self.slot))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where it does."""
        amount, limit = sheet.cell(self.slot), sheet.cell(self.limit)
        wrong = both(sound(sheet, self.slot, self.limit), f"ROUND(N({amount})-N({limit}),2)>0")
        label, bound = (sheet.plan.fields[slot].label for slot in (self.slot, self.limit))
        message = (
            f"{quoted(f'“{label}”')}&{yuan(amount)}&{quoted(f'大于“{bound}”')}&{yuan(limit)}"
            f"&{quoted('，请核对更正。')}"
        )
        yield self.sheet_check(amount, wrong, message)


class NotNegative(RuleBase):
    """None of these amounts is below zero."""

    kind: Literal["not-negative"]
    amounts: MoneySlots

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each amount below zero."""
        for slot in self.amounts:
            amount = subject.amount(slot)
            if amount is not None and amount < 0:
                message = f"“{subject.label(slot)}”为 {_yuan(amount)}，金额不能为负数，请更正。"
                yield self.problem(message, subject.pointer(slot), subject.text(slot))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each amount below zero."""
        for slot in self.amounts:
            cell = sheet.cell(slot)
            message = quoted(f"“{sheet.plan.fields[slot].label}”不能为负数，请更正。")
            yield self.sheet_check(cell, both(sound(sheet, slot), f"N({cell})<0"), message)

    def limits(self, sheet: SheetView) -> Iterator[Limit]:
        """Each amount at least zero."""
        for slot in self.amounts:
            yield Limit(slot, f"N({sheet.cell(slot)})>=0", "不能为负数")


class Magnitude(RuleBase):
    """None of these amounts is so small that it was probably written in 万元."""

    kind: Literal["magnitude"]
    amounts: MoneySlots
    below: Annotated[int, Field(gt=0)]

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each positive amount below the bound."""
        for slot in self.amounts:
            amount = subject.amount(slot)
            if amount is not None and 0 < amount < self.below:
                message = (
                    f"“{subject.label(slot)}”为 {_yuan(amount)}，不足 {self.below:,} 元，"
                    f"疑似按万元填写。本表以元为单位：若本意是 {amount:,.2f} 万元，"
                    f"请改为 {amount * 10_000:,.2f}；若无误可不改。"
                )
                yield self.problem(message, subject.pointer(slot), subject.text(slot))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Doubtful for each positive amount below the bound."""
        for slot in self.amounts:
            cell = sheet.cell(slot)
            wrong = both(sound(sheet, slot), f"N({cell})>0", f"N({cell})<{self.below}")
            label = sheet.plan.fields[slot].label
            message = quoted(f"“{label}”疑似按万元填写，本表以元为单位；若无误可不改。")
            yield self.sheet_check(cell, wrong, message)
