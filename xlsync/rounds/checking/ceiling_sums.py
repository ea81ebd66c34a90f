"""Sums of the projects of a round against its ceiling list.

The records are gone through once for the sums, and once more for the names of the projects of
those units that ask for too much or have no ceiling.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from xlsync.base.problems import Problem, Severity
from xlsync.form.rules.of_rounds import Ceiling
from xlsync.form.types.units import told
from xlsync.rounds.kept.findings import CeilingUse, Finding
from xlsync.rounds.kept.units import unit_key
from xlsync.rounds.sending.ceilings import WHOLE, ceiling_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.form import Form
    from xlsync.rounds.checking.audited_records import AuditedRecord, AuditedRecords
    from xlsync.rounds.kept.findings import Project
    from xlsync.rounds.kept.units import UnitTree
    from xlsync.rounds.sending.ceilings import CeilingLine


@dataclass(slots=True)
class _Sum:
    """What projects ask for under one ceiling; rule and form are those of the first of them."""

    rule: Ceiling
    form: Form
    amount: Decimal = Decimal(0)
    count: int = 0
    exceeds: bool = False
    asking: list[tuple[Decimal, Project]] = field(default_factory=list)
    """Those who ask for anything, where it is too much."""


@dataclass(slots=True)
class _Heading:
    """One column of the ceiling list; ``sums`` are by the key of the unit that has a ceiling."""

    rule: Ceiling
    lines: list[CeilingLine]
    listed: frozenset[str]
    sums: dict[str, _Sum] = field(default_factory=dict)
    without: dict[str, list[Project]] = field(default_factory=dict)
    """The projects of each unit for which nobody set a ceiling."""


class CeilingSums:
    """What the projects of a round ask for under its ceilings."""

    def __init__(
        self, records: AuditedRecords, lines: Sequence[CeilingLine], tree: UnitTree
    ) -> None:
        """Add up nothing yet; ``lines`` is the ceiling list, ``tree`` says who is above whom."""
        self._records, self._lines, self._tree = records, lines, tree
        self._above: dict[str, list[str]] = {}
        self._headings: dict[str, _Heading] = {}

    def above(self, group: str) -> list[str]:
        """The keys of all that stands above a unit: the whole round, units, itself."""
        if group not in self._above:
            names = self._tree.path(group) if group in self._tree else [group]
            self._above[group] = [WHOLE, *map(unit_key, names)]
        return self._above[group]

    def findings(self) -> tuple[list[CeilingUse], list[Finding]]:
        """How far each ceiling is used, and units that exceed theirs or have none."""
        if not self._lines:
            return [], []
        for item in self._records:
            for rule in item.rules(Ceiling):
                self._add(item, rule)
        uses = [use for one in self._headings.values() for use in _uses(one)]
        if any(one.without or _exceeding(one) for one in self._headings.values()):
            for item in self._records:
                for rule in item.rules(Ceiling):
                    self._name(item, rule)
        return uses, [found for one in self._headings.values() for found in _told(one)]

    def _add(self, item: AuditedRecord, rule: Ceiling) -> None:
        if rule.heading not in self._headings:
            lines = [one for one in self._lines if one.heading == rule.heading]
            listed = frozenset(ceiling_key(one.unit) for one in lines)
            self._headings[rule.heading] = _Heading(rule, lines, listed)
        heading = self._headings[rule.heading]
        amount = item.amount(rule.amount) or Decimal(0)
        for key in self._under(heading, item):
            below = heading.sums.setdefault(key, _Sum(rule, item.form))
            below.amount += amount
            below.count += 1
        if self._is_without(heading, item):
            heading.without[item.entry.group] = []

    def _name(self, item: AuditedRecord, rule: Ceiling) -> None:
        heading = self._headings[rule.heading]
        amount = item.amount(rule.amount)
        for key in self._under(heading, item) if amount else ():
            if heading.sums[key].exceeds:
                heading.sums[key].asking.append((amount or Decimal(0), item.project))
        if self._is_without(heading, item):
            heading.without[item.entry.group].append(item.project)

    def _under(self, heading: _Heading, item: AuditedRecord) -> frozenset[str]:
        return heading.listed.intersection(self.above(item.entry.group))

    def _is_without(self, heading: _Heading, item: AuditedRecord) -> bool:
        above = self.above(item.entry.group)[1:]
        return bool(heading.listed - {WHOLE}) and not heading.listed.intersection(above)


def _below(heading: _Heading) -> Iterator[tuple[CeilingLine, _Sum | None]]:
    """Each ceiling, and what is asked for under it; None where nobody is."""
    for line in heading.lines:
        yield line, heading.sums.get(ceiling_key(line.unit))


def _uses(heading: _Heading) -> Iterator[CeilingUse]:
    """How far each ceiling is used; those that are exceeded are marked."""
    for line, below in _below(heading):
        if below is None:
            yield CeilingUse(line, Decimal(0), 0)
            continue
        below.exceeds = below.exceeds or below.amount > line.amount
        yield CeilingUse(line, below.amount, below.count)


def _exceeding(heading: _Heading) -> bool:
    return any(one.exceeds for one in heading.sums.values())


def _told(heading: _Heading) -> Iterator[Finding]:
    for line, below in _below(heading):
        if below is not None and below.amount > line.amount:
            yield _exceeded(line, below)
    rule = heading.rule
    for projects in heading.without.values():
        group = projects[0].group
        message = f"控制数名单里没有“{group}”的{rule.heading}，它的合计没有核对。"
        yield Finding(Problem(rule.code, Severity.WARNING, message), group, tuple(projects))


def _exceeded(line: CeilingLine, below: _Sum) -> Finding:
    rule, total = below.rule, below.amount
    field_ = below.form.mapping.fields[rule.amount]
    unit = field_.counted_in
    message = (
        f"{below.count} 个项目的“{field_.label}”合计 {told(total, unit)}，"
        f"超过{line.heading} {told(line.amount, unit)}，多 {told(total - line.amount, unit)}。"
        "请压减，或核对控制数。"
    )
    found = Problem(rule.code, rule.severity, message, pointer=field_.pointer)
    largest = sorted(below.asking, key=lambda one: -one[0])
    return Finding(found, line.unit, tuple(project for _, project in largest))
