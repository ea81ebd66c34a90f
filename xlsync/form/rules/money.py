"""Rules about amounts: sums that add up, limits, signs, and the unit they were written in."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal, Self

from xlsync.base.strict import Field, model_validator
from xlsync.form.rules.base import MoneySlot, MoneySlots, RuleBase
from xlsync.form.rules.sheet import (
    GIVEN,
    Limit,
    added_up,
    both,
    decimals,
    either,
    numbers,
    shown,
    worth,
)
from xlsync.form.types.units import UNITS, YUAN, in_unit, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlsync.base.problems import Problem
    from xlsync.form.rules.sheet import LimitView, SheetCheck, SheetView
    from xlsync.form.rules.subject import FormPlan, Subject


_LARGER = "万元"
"""The unit that people fill in where the form asks for 元."""


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
        tell = partial(subject.told, self.total)
        shown = "，".join(
            f"“{subject.label(slot)}”{'未填' if amount is None else subject.told(slot, amount)}"
            for slot, amount in parts.items()
        )
        message = (
            f"“{subject.label(self.total)}”为 {tell(total)}，与各项之和 {tell(added)}不符，"
            f"{'多' if total > added else '少'} {tell(abs(total - added))}"
            f"（{shown}）。请核对后更正，使总额等于各项之和。"
        )
        yield self.problem(message, subject.pointer(self.total), subject.text(self.total))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where they differ by a cent or more."""
        fields = sheet.plan.fields
        total, parts = sheet.number(self.total), [sheet.number(slot) for slot in self.parts]
        unit, label = fields[self.total].counted_in, fields[self.total].label
        pairs = zip(parts, (fields[slot] for slot in self.parts), strict=True)
        added = added_up(list(pairs), unit)
        wrong = both(
            numbers(total),
            f"COUNT({','.join(parts)})>0",
            *(
                either(f"{sheet.length(slot)}=0", numbers(part))
                for slot, part in zip(self.parts, parts, strict=True)
            ),
            f"ROUND({total}-{added},{decimals(unit)})<>0",
        )
        message = f"“{label}”与各项之和{GIVEN}不符，请核对更正。"
        yield self.sheet_check(self.field(self.total), wrong, message, shown(added, unit))

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
            f"“{subject.label(self.slot)}”{subject.told(self.slot, amount)} 大于"
            f"“{subject.label(self.limit)}”{subject.told(self.limit, limit)}，"
            f"超出 {subject.told(self.slot, amount - limit)}，"
            "请核对后更正其中有误的一项。"
        )
        yield self.problem(message, subject.pointer(self.slot), subject.text(self.slot))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong where it does."""
        amount, limit = sheet.number(self.slot), sheet.number(self.limit)
        one, other = (sheet.plan.fields[slot] for slot in (self.slot, self.limit))
        apart = f"ROUND({worth(amount, one)}-{worth(limit, other)},2)>0"
        message = f"“{one.label}”大于“{other.label}”{GIVEN}，请核对更正。"
        wrong, most = both(numbers(amount, limit), apart), shown(limit, other.counted_in)
        yield self.sheet_check(self.field(self.slot), wrong, message, most)


class NotNegative(RuleBase):
    """None of these amounts is below zero."""

    kind: Literal["not-negative"]
    amounts: MoneySlots

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each amount below zero."""
        for slot in self.amounts:
            amount = subject.amount(slot)
            if amount is not None and amount < 0:
                told = subject.told(slot, amount)
                message = f"“{subject.label(slot)}”为 {told}，金额不能为负数，请更正。"
                yield self.problem(message, subject.pointer(slot), subject.text(slot))

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Wrong for each amount below zero."""
        for slot in self.amounts:
            amount = sheet.number(slot)
            message = f"“{sheet.plan.fields[slot].label}”不能为负数，请更正。"
            wrong = both(numbers(amount), f"{amount}<0")
            yield self.sheet_check(self.field(slot), wrong, message)

    def limits(self, sheet: LimitView) -> Iterator[Limit]:
        """Each amount at least zero."""
        for slot in self.amounts:
            yield Limit(slot, f"N({sheet.cell(slot)})>=0", "不能为负数")


class Magnitude(RuleBase):
    """None of these amounts is so small or large that it was probably meant in another unit.

    The bounds are in 元. A field in 元 may have been filled in 万元, which makes it too small; one
    in 万元 in 元, which makes it too large.
    """

    kind: Literal["magnitude"]
    amounts: MoneySlots
    below: Annotated[int, Field(gt=0)] | None = None
    above: Annotated[int, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _has_a_bound(self) -> Self:
        if self.below is None and self.above is None:
            raise ValueError("needs below or above")
        return self

    def findings(self, subject: Subject) -> Iterator[Problem]:
        """One finding for each positive amount beyond a bound."""
        for slot in self.amounts:
            amount, item = subject.amount(slot), subject.plan.fields[slot]
            if amount is None or amount <= 0:
                continue
            for bound, word, other, meant in self._bounds(amount, item.counted_in):
                message = (
                    f"“{item.label}”为 {subject.told(slot, amount)}，"
                    f"{word} {in_unit(Decimal(bound), item.counted_in):,f} {item.counted_in}，"
                    f"疑似按{other}填写。本表以{item.counted_in}为单位：若本意是 "
                    f"{told(meant, other)}，请改为 {_figure(meant, item.counted_in)}；"
                    "若无误可不改。"
                )
                yield self.problem(message, subject.pointer(slot), subject.text(slot))

    def _bounds(self, amount: Decimal, unit: str) -> Iterator[tuple[int, str, str, Decimal]]:
        """The bound that an amount is beyond: in a word, the unit meant, and what it was then."""
        if self.below is not None and amount < self.below:
            yield self.below, "不足", _LARGER, amount / UNITS[unit] * UNITS[_LARGER]
        if self.above is not None and amount > self.above:
            yield self.above, "超过", YUAN, amount / UNITS[unit]

    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """Doubtful for each positive amount beyond a bound."""
        for slot in self.amounts:
            amount, item = sheet.number(slot), sheet.plan.fields[slot]
            bounds = ((self.below, "<", _LARGER), (self.above, ">", YUAN))
            for bound, sign, other in bounds:
                if bound is None:
                    continue
                beyond = f"{worth(amount, item)}{sign}{bound}"
                wrong = both(numbers(amount), f"{amount}>0", beyond)
                message = (
                    f"“{item.label}”疑似按{other}填写，本表以{item.counted_in}为单位；"
                    "若无误可不改。"
                )
                yield self.sheet_check(self.field(slot), wrong, message)

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """A bound that speaks of the field's own unit, besides what is wrong with any rule."""
        yield from super().mistakes(plan)
        for slot in self.amounts:
            unit = plan.fields[slot].counted_in
            if self.below is not None and UNITS[unit] >= UNITS[_LARGER]:
                yield f"field {slot!r} is in {unit}, so `below` can tell nothing of it"
            if self.above is not None and unit == YUAN:
                yield f"field {slot!r} is in {unit}, so `above` can tell nothing of it"


def _figure(amount: Decimal, unit: str) -> str:
    return told(amount, unit).partition(" ")[0]
