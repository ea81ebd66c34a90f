"""Rules about amounts: sums that add up, limits, signs, and the unit they were written in."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from xlsync.rules.base import MoneySlot, MoneySlots, RuleBase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.problems import Problem
    from xlsync.rules.subject import Subject


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
            f"“{subject.label(self.total)}”为 {_yuan(total)}，与各项之和 {_yuan(added)} 不符，"
            f"{'多' if total > added else '少'} {_yuan(abs(total - added))}"
            f"（{shown}）。请核对后更正，使总额等于各项之和。"
        )
        yield self.problem(message, subject.pointer(self.total), subject.text(self.total))


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
