"""Sums of money over the records that changed: by group and in all, before and after.

Only changed records are summed, because only they are loaded; what did not change adds nothing
to a difference. A record that went to another group takes its amount from one to the other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.diff import amount_of
from xlsync.record import get
from xlsync.report.wording import Wording, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.diff import RecordDelta
    from xlsync.mapping import FormField
    from xlsync.record import Record

_NOTHING = Decimal("0.00")


@dataclass(slots=True)
class Sum:
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
    groups: dict[str, Sum] = field(default_factory=dict)
    total: Sum = field(default_factory=Sum)


def funds(records: Iterable[RecordDelta]) -> list[Funds]:
    """The sums of each total of the forms, in their order; groups sorted by name.

    A form without sums is summed by its first amount. An empty amount counts as nothing, and
    an amount that changed nowhere is left out.
    """
    made: dict[str, Funds] = {}
    wordings: dict[str, Wording] = {}
    for record in records:
        wording = wordings.setdefault(record.mapping.form, Wording(record.mapping))
        for label, amount in wording.amounts:
            _add(made.setdefault(label, Funds(label)), wording, amount, record)
    for one in made.values():
        one.groups = dict(sorted(one.groups.items()))
    return [one for one in made.values() if one.groups]


def _add(made: Funds, wording: Wording, amount: FormField, record: RecordDelta) -> None:
    old, new = (_amount(amount, side) for side in (record.old, record.new))
    before, after = (_group(wording, side) for side in (record.old, record.new))
    is_elsewhere = record.old is not None and record.new is not None and before != after
    if old == new and not (is_elsewhere and old):
        return
    made.total.add(record.id, old=old, new=new)
    if record.old is not None:
        made.groups.setdefault(before, Sum()).add(record.id, old=old)
    if record.new is not None:
        made.groups.setdefault(after, Sum()).add(record.id, new=new)


def _amount(field: FormField, record: Record | None) -> Decimal:
    if record is None:
        return _NOTHING
    return amount_of(get(record, field.pointer), field.type) or _NOTHING


def _group(wording: Wording, record: Record | None) -> str:
    plan = wording.places.mapping
    return name_of(get(record, plan.fields[plan.record.group].pointer))
