"""Sums of money over the records that changed: by group and in all, before and after."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from rich.table import Table

from xlsync.base.record import get
from xlsync.records import amount_of
from xlsync.report.words.terminal import BOX
from xlsync.report.words.wording import Wording, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from xlsync.base.record import Record
    from xlsync.form.mapping import FormField
    from xlsync.records import RecordDelta

_HEADS = ("资金（元）", "单位", "项目", "原", "现", "增减")
_NAMES = 2
"""Columns from the left that hold no numbers."""

_NOTHING = Decimal("0.00")


def funds_table(found: Sequence[Funds]) -> Table:
    """One row a unit for each amount, and one for its total; no rows where nothing changed."""
    table = Table(box=BOX, safe_box=False)
    for index, head in enumerate(_HEADS):
        is_name = index < _NAMES
        table.add_column(head, justify="left" if is_name else "right", overflow="fold")
    for funds in found:
        for group, one in funds.groups.items():
            table.add_row(funds.label, group, *_figures(one))
        table.add_row(funds.label, "合计", *_figures(funds.total), style="bold", end_section=True)
    return table


def _figures(one: AmountChange) -> tuple[str, ...]:
    amounts = (f"{one.old:,}", f"{one.new:,}", f"{one.difference:+,}")
    return (str(len(one.records)), *amounts)


@dataclass(slots=True)
class AmountChange:
    """An amount before and after, over the records in which it changed."""

    old: Decimal = _NOTHING
    new: Decimal = _NOTHING
    records: set[str] = field(default_factory=set)
    """The ids of these records."""

    @property
    def difference(self) -> Decimal:
        """New minus old."""
        return self.new - self.old

    def add(self, record_id: str, *, old: Decimal = _NOTHING, new: Decimal = _NOTHING) -> None:
        """Add one record, or one side of it."""
        self.old += old
        self.new += new
        self.records.add(record_id)


@dataclass(slots=True)
class Funds:
    """One amount of the forms, by its label: its sums by group, and in all."""

    label: str
    groups: dict[str, AmountChange] = field(default_factory=dict)
    total: AmountChange = field(default_factory=AmountChange)


def funds(records: Iterable[RecordDelta], unit_of: Callable[[str], str] = str) -> list[Funds]:
    """The sums of each total of the forms, in their order; groups in that of the records.

    A project that moved to another unit, or whose unit was renamed, is summed up under the unit
    that it has now: it is no loss here and a gain there. A form without sums is summed by its
    first amount. An empty amount counts as nothing, and an amount that changed nowhere is left
    out. ``unit_of`` is the unit under which a unit counts.
    """
    made: dict[str, Funds] = {}
    wordings: dict[str, Wording] = {}
    for record in records:
        wording = wordings.setdefault(record.mapping.form, Wording(record.mapping))
        for label, amount in wording.amounts:
            _add(made.setdefault(label, Funds(label)), wording, amount, record, unit_of)
    return [one for one in made.values() if one.groups]


def _add(
    made: Funds,
    wording: Wording,
    amount: FormField,
    record: RecordDelta,
    unit_of: Callable[[str], str],
) -> None:
    old, new = (_amount(amount, side) for side in (record.old, record.new))
    if old == new:
        return
    group = unit_of(_group(wording, record.old if record.new is None else record.new))
    made.total.add(record.id, old=old, new=new)
    made.groups.setdefault(group, AmountChange()).add(record.id, old=old, new=new)


def _amount(field: FormField, record: Record | None) -> Decimal:
    if record is None:
        return _NOTHING
    return amount_of(get(record, field.pointer), field.type) or _NOTHING


def _group(wording: Wording, record: Record | None) -> str:
    plan = wording.mapping
    return name_of(get(record, plan.fields[plan.record.group].pointer))
