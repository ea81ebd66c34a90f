"""One project's year: what was declared, revised, monitored and achieved, side by side.

Each step is the last accepted version of a round of the year, whatever form it is on. Fields, rows
and columns of another form are put beside those that a migration carries them from; what no
migration knows begins a line of its own, so that nothing that any form says is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.errors import UnknownNameError
from xlsync.base.record import MISSING, get, rows_at
from xlsync.form.field_names import told_apart
from xlsync.form.types import comparable
from xlsync.records.carrying import identity
from xlsync.records.migrations import Migrations
from xlsync.rounds.checking.auditing import audit_of
from xlsync.rounds.state.exporting import counted_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xlsync.base.record import Json, Record
    from xlsync.form import Form, Forms
    from xlsync.form.mapping import FieldBase, Table
    from xlsync.records.carrying import Migration
    from xlsync.repository import Snapshot
    from xlsync.rounds.kept.findings import Finding


@dataclass(frozen=True, slots=True)
class YearStep:
    """What one round of the year accepted of the project."""

    round: str
    form: Form
    record: Record


@dataclass(frozen=True, slots=True)
class YearValue:
    """A value of one step, with the field or column that says how it is written."""

    value: Json
    item: FieldBase


@dataclass(frozen=True, slots=True)
class YearItem:
    """A row of a table in one step, and the table that says what its columns mean."""

    row: Record
    table: Table


@dataclass(slots=True)
class YearLine:
    """One field through the year, by the number of the step; steps without it are left out."""

    label: str
    values: dict[int, YearValue] = field(default_factory=dict)


@dataclass(slots=True)
class YearRow:
    """One row of a table through the year."""

    items: dict[int, YearItem] = field(default_factory=dict)


@dataclass(slots=True)
class YearTable:
    """A table through the year: its label where it first stands, and the steps that have it."""

    label: str
    rows: list[YearRow] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ProjectYear:
    """A project's year: its steps in the order of the rounds, and what they say side by side.

    ``findings`` are what the rules between forms find about the project, by round.
    """

    record: str
    group: str
    title: str
    year: str
    steps: list[YearStep]
    lines: list[YearLine]
    tables: list[YearTable]
    findings: list[tuple[str, Finding]]


def project_year(
    forms: Forms, snapshot: Snapshot, record_id: str, year: str | None = None
) -> ProjectYear:
    """Put together what the rounds of a year accepted of a project; by default of its last year.

    Raises:
        XlsyncError: when no round of the year accepted it, or a form of it is missing.
    """
    held = {
        name: snapshot.record(entry)
        for name in snapshot.rounds()
        if (entry := counted_records(snapshot, name).get(record_id)) is not None
    }
    years = [name.partition("/")[0] for name in held]
    wanted = year or max(years, default="")
    rounds = [name for name in held if name.partition("/")[0] == wanted]
    if not rounds:
        known = "、".join(dict.fromkeys(years)) or "无"
        raise UnknownNameError(f"{wanted} 年没有收下这个项目的表；有的年度：{known}")
    migrations = Migrations(forms, forms.folder)
    steps = [YearStep(name, migrations.form(held[name]["form"]), held[name]) for name in rounds]
    links = _Links(steps, migrations)
    last = steps[-1]
    return ProjectYear(
        record=record_id,
        group=last.form.group(last.record),
        title=last.form.title(last.record),
        year=wanted,
        steps=steps,
        lines=list(_lines(links)),
        tables=list(_tables(links)),
        findings=[
            (name, one)
            for name in rounds
            for one in audit_of(forms, snapshot, name, {record_id})
            if any(each.record == record_id for each in one.projects)
        ],
    )


class _Links:
    """What each step takes over from an earlier one."""

    def __init__(self, steps: Sequence[YearStep], migrations: Migrations) -> None:
        self.steps = steps
        self.before: list[tuple[int, Migration] | None] = []
        for at, step in enumerate(steps):
            found = (
                (earlier, made)
                for earlier in reversed(range(at))
                if (made := _migration(migrations, steps[earlier].form, step.form)) is not None
            )
            self.before.append(next(found, None))

    def fields(self, at: int) -> tuple[int, dict[str, str]] | None:
        """The step before, and the old slot of each slot that comes from it."""
        link = self.before[at]
        return link and (link[0], {new: old for old, new in link[1].fields.items()})

    def tables(self, at: int) -> tuple[int, dict[str, str]] | None:
        """The same for tables."""
        link = self.before[at]
        return link and (link[0], {move.to: old for old, move in link[1].tables.items()})


def _migration(migrations: Migrations, old: Form, new: Form) -> Migration | None:
    if old.id == new.id:
        return identity(old)
    return migrations.find(old.id, new.id) if migrations.has(old.id, new.id) else None


def _lines(links: _Links) -> Iterator[YearLine]:
    """Every field that says something in any step."""
    lines: list[YearLine] = []
    where: dict[tuple[int, str], YearLine] = {}
    for at, step in enumerate(links.steps):
        labels = told_apart(step.form.mapping)
        link = links.fields(at)
        for slot, item in step.form.mapping.fields.items():
            earlier = where.get((link[0], link[1].get(slot, ""))) if link else None
            if earlier is None:
                earlier = YearLine(labels[item.pointer])
                lines.append(earlier)
            where[at, slot] = earlier
            value = get(step.record, item.pointer)
            if value is not MISSING:
                earlier.values[at] = YearValue(value, item)
    for line in lines:
        if any(one.value not in {None, ""} for one in line.values.values()):
            yield line


def _tables(links: _Links) -> Iterator[YearTable]:
    """Every table with rows in any step; rows are known by their ids, then by what they name."""
    made: list[YearTable] = []
    where: dict[tuple[int, str], YearTable] = {}
    for at, step in enumerate(links.steps):
        link = links.tables(at)
        for name, table in step.form.mapping.tables.items():
            earlier = where.get((link[0], link[1].get(name, ""))) if link else None
            if earlier is None:
                earlier = YearTable(table.label)
                made.append(earlier)
            where[at, name] = earlier
            earlier.steps.append(at)
            rows = rows_at(step.record, table.pointer)
            _add(earlier, at, [YearItem(row, table) for row in rows])
    yield from (one for one in made if one.rows)


def _add(table: YearTable, at: int, items: Sequence[YearItem]) -> None:
    """Put the items of a step to their rows; a new one stands behind the one before it."""
    by_id: dict[str, YearRow] = {}
    by_name: dict[tuple[str, ...], YearRow] = {}
    for row in table.rows:
        for one in row.items.values():
            by_id[one.row["id"]] = row
            by_name[_key(one)] = row
    place = 0
    for item in items:
        found = by_id.get(item.row["id"]) or by_name.get(_key(item))
        if found is None or at in found.items:
            found = YearRow()
            table.rows.insert(place, found)
        found.items[at] = item
        place = table.rows.index(found) + 1


def _key(item: YearItem) -> tuple[str, ...]:
    names = (*item.table.levels, item.table.name)
    return tuple(comparable(str(item.row.get(name) or "")) for name in names)
