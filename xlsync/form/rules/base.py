"""The base of all rule kinds: which names a rule uses, and how it reports what it finds.

A kind is a small declarative class. Its keys say by their type that they hold the name of a
field (:data:`Slot`, :data:`MoneySlot`, …) or of a column, so the names can be checked against
the mapping when it is loaded.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeVar

from xlsync.base.problems import Problem, Severity
from xlsync.base.strict import Field, Strict, StringConstraints
from xlsync.form.rules.sheet import CheckedSpot, Limit, SheetCheck
from xlsync.form.rules.subject import choices, column_choices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from xlsync.form.rules.sheet import LimitView, SheetView
    from xlsync.form.rules.subject import FormPlan, Subject


@dataclass(frozen=True, slots=True)
class FieldName:
    """Marks a key that names fields, of one value type if it is given."""

    type: str | None = None


@dataclass(frozen=True, slots=True)
class ColumnName:
    """Marks a key that names columns of the rule's table."""


Text = Annotated[str, StringConstraints(min_length=1)]
Texts = Annotated[list[Text], Field(min_length=1)]
Slot = Annotated[str, FieldName()]
Slots = Annotated[list[str], FieldName(), Field(min_length=1)]
YearSlot = Annotated[str, FieldName("integer")]
DateSlot = Annotated[str, FieldName("date")]
MoneySlot = Annotated[str, FieldName("money")]
PercentSlot = Annotated[str, FieldName("percent")]
MoneySlots = Annotated[list[str], FieldName("money"), Field(min_length=1)]
ColumnKey = Annotated[str, ColumnName()]
ColumnKeys = Annotated[list[str], ColumnName(), Field(min_length=1)]

Mark = TypeVar("Mark", FieldName, ColumnName)


class RuleBase(Strict, ABC):
    """One rule of a mapping."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]\d{3}$")]
    severity: Annotated[Severity, Field(strict=False)]

    @abstractmethod
    def findings(self, subject: Subject) -> Iterator[Problem]:
        """What the rule finds in a record, unreadable cells included."""

    def check(self, subject: Subject) -> Iterator[Problem]:
        """What the rule finds in a record and nobody has reported yet."""
        for finding in self.findings(subject):
            if finding.pointer not in subject.unread:
                yield finding

    @staticmethod
    def field(slot: str) -> CheckedSpot:
        """A field as a place that may be wrong."""
        return CheckedSpot(None, slot)

    @abstractmethod
    def sheet_checks(self, sheet: SheetView) -> Iterator[SheetCheck]:
        """The same as formulas, one for each field or column of the sheet that may be wrong."""

    def sheet_check(
        self,
        spot: CheckedSpot,
        wrong: str,
        message: str,
        given: str | None = None,
        *,
        gap: bool = False,
    ) -> SheetCheck:
        """A formula of this rule (:class:`SheetCheck`)."""
        return SheetCheck(self.code, self.severity, spot, wrong, message, given, gap)

    def problem(self, message: str, pointer: str, found: str | None = None) -> Problem:
        """A finding of this rule."""
        return Problem(self.code, self.severity, message, pointer=pointer, found=found)

    def slots(self) -> list[str]:
        """The fields that the rule names."""
        return [name for name, _ in self._named(FieldName)]

    def cells(self) -> list[tuple[str, str]]:
        """The columns that the rule names, each with its table."""
        return []

    def limits(self, sheet: LimitView) -> Iterable[Limit]:
        """What a client may refuse at once, because it can be seen in the field alone."""
        del sheet
        return ()

    def totals(self) -> Iterable[tuple[str, list[str]]]:
        """Fields that a sheet can fill in by itself, each with the fields it adds up."""
        return ()

    def values_named(self) -> Iterable[tuple[str, str]]:
        """The values that the rule names, each with the field or column that may hold it."""
        return ()

    def mistakes(self, plan: FormPlan) -> Iterator[str]:
        """Why the rule can never hold, or never fire, in a form; all its names exist there."""
        for slot, mark in self._named(FieldName):
            found = plan.fields[slot].type
            if mark.type not in {None, found}:
                yield f"field {slot!r} is of type {found!r}, not {mark.type!r}"
        for name, value in self.values_named():
            known = self._choices(plan, name)
            if known is not None and value not in known:
                yield f"{value!r} can never stand in {name!r}"

    def _choices(self, plan: FormPlan, name: str) -> Iterable[str] | None:
        return choices(plan, plan.fields[name].codes)

    def _named(self, mark_type: type[Mark]) -> Iterator[tuple[str, Mark]]:
        for key, hint in self.hints().items():
            for mark in getattr(hint, "__metadata__", ()):
                if isinstance(mark, mark_type):
                    value = getattr(self, key)
                    for name in value if isinstance(value, list) else [value]:
                        if name is not None:
                            yield name, mark


class TableRule(RuleBase, ABC):
    """A rule about the rows of one table."""

    table: str

    def spot(self, column: str | None = None) -> CheckedSpot:
        """A column of the table, or where it begins."""
        return CheckedSpot(self.table, column)

    def cells(self) -> list[tuple[str, str]]:
        """The columns that the rule names, each with its table."""
        return [(self.table, name) for name, _ in self._named(ColumnName)]

    def _choices(self, plan: FormPlan, name: str) -> Iterable[str] | None:
        return column_choices(plan, self.table, name)
