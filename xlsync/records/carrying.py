"""One record from one form to another: what has a place is carried, the rest is told.

A migration is a TOML file in ``mappings/migrations/``. Every field and column of the old form
is either named with its place in the new one or left with a reason, so that nothing is
forgotten; what is wrong with a file is an error that names file, table and key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from xlsync.base.errors import XlsyncError
from xlsync.base.record import MISSING, Json, Record, get, join, put
from xlsync.base.strict import Field, Strict, StringConstraints
from xlsync.form.codes import decoded

if TYPE_CHECKING:
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase, Table

Text = Annotated[str, StringConstraints(min_length=1)]
Path = Annotated[list[Text], Field(min_length=1, max_length=2)]


class Moved(Strict):
    """Levels that stand elsewhere in the new tree, and why.

    ``to`` may be shorter than the levels: the others are left open, for a person to choose.
    """

    levels: Path
    to: Path
    why: Text


class TableMove(Strict):
    """A table of the old form: its name in the new one, and old column → new column."""

    to: str
    columns: dict[str, str]
    left: dict[str, Text] = {}
    moved: list[Moved] = []


class Migration(Strict):
    """One file of ``mappings/migrations/``.

    ``fields`` are old slot → new slot, ``left`` what has no place in the new form and why,
    ``constants`` new slot → value where the new form asks for what the old one did not.
    """

    old: str = Field(key="from")
    new: str = Field(key="to")
    fields: dict[str, str] = {}
    left: dict[str, Text] = {}
    constants: dict[str, Json] = {}
    tables: dict[str, TableMove] = {}


def identity(form: Form) -> Migration:
    """The migration of a form to itself, which carries everything."""
    tables = {
        name: TableMove(to=name, columns={column: column for column in table.columns})
        for name, table in form.mapping.tables.items()
    }
    fields = {slot: slot for slot in form.mapping.fields}
    return Migration(old=form.id, new=form.id, fields=fields, tables=tables)


@dataclass(frozen=True, slots=True)
class Remark:
    """A value that is not in the new record as it was: where it stood, what it said, and why.

    ``row`` is what people call the row of a table that it stood in.
    """

    pointer: str
    label: str
    text: str
    why: str
    row: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """The record of the new form, canonical and with the ids of the old one, and what is left."""

    record: Record
    left: list[Remark] = field(default_factory=list)


def carry(migration: Migration, old: Form, new: Form, record: Record) -> Carried:
    """Carry a canonical record over; absent, null and empty text stay what they are.

    Raises:
        XlsyncError: when the migration does not fit the forms (see :func:`mistakes`).
    """
    return _Carrying(migration, old, new, record).carried()


class _Carrying:
    """One record on its way."""

    def __init__(self, migration: Migration, old: Form, new: Form, record: Record) -> None:
        self.migration = migration
        self.old, self.new = old.mapping, new.mapping
        self.form = new
        self.record = record
        self.left: list[Remark] = []
        self.row_title = ""

    def carried(self) -> Carried:
        """Fields in the order of the old form, then its tables."""
        made: Record = {"form": self.form.id}
        if "id" in self.record:
            made["id"] = self.record["id"]
        for slot, item in self.old.fields.items():
            value = get(self.record, item.pointer)
            target = self.migration.fields.get(slot)
            if target is None:
                self.leave(item.pointer, item, value, self.migration.left[slot])
            elif value is not MISSING:
                place = self.new.fields[target]
                put(made, place.pointer, self.placed(item.pointer, place, value))
        for slot, value in self.migration.constants.items():
            put(made, self.new.fields[slot].pointer, value)
        for name, table in self.old.tables.items():
            self.table(made, name, table)
        canonical, problems = self.form.canonical(made)
        if canonical is None:
            raise XlsyncError(f"{self.migration.old} to {self.form.id}: {problems[0].message}")
        return Carried(self.form.identified(canonical), self.left)

    def table(self, made: Record, name: str, table: Table) -> None:
        """The rows of a table, each with its id; one without anything left is no row."""
        rows, move = get(self.record, table.pointer), self.migration.tables.get(name)
        if not isinstance(rows, list):
            return
        if move is None:
            for index, row in enumerate(rows):
                for column, item in table.columns.items():
                    pointer = f"{table.pointer}{join(index, column)}"
                    self.leave(pointer, item, row.get(column), self.migration.left[name])
            return
        kept: list[Record] = []
        for index, row in enumerate(rows):
            self.row_title = f"第{index + 1}条“{row.get(table.name) or ''}”"
            kept.append(self.row(move, table, row, f"{table.pointer}{join(index)}"))
        self.row_title = ""
        says = [
            row for row in kept if any(row[key] not in {None, ""} for key in row.keys() - {"id"})
        ]
        put(made, self.new.tables[move.to].pointer, says)

    def row(self, move: TableMove, table: Table, row: Record, pointer: str) -> Record:
        """One row: its id, its levels where the new tree has them, its other columns."""
        made: Record = {"id": row["id"]} if "id" in row else {}
        target = self.new.tables[move.to]
        moved = _moved(move, table, row)
        levels = dict(zip(target.levels, moved.to, strict=False)) if moved else {}
        for name, item in table.columns.items():
            value, place = row.get(name, MISSING), f"{pointer}{join(name)}"
            column = move.columns.get(name)
            if column is None:
                self.leave(place, item, value, move.left[name])
            elif moved is not None and name in table.levels:
                made[column] = levels.get(column)
                if made[column] != value:
                    why = f"{moved.why}；这一条已列在“{'/'.join(moved.to)}”之下"
                    self.leave(place, item, value, why)
            elif value is not MISSING:
                made[column] = self.placed(place, target.columns[column], value)
        return made

    def placed(self, pointer: str, place: FieldBase, value: Json) -> Json:
        """A value as the new form writes it, which is told where it is another word."""
        if place.codes is None or not isinstance(value, str):
            return value
        known = decoded(self.new.codes[place.codes], value)
        if known != value:
            self.leave(pointer, place, value, f"新表写作“{known or ''}”")
        return known

    def leave(self, pointer: str, item: FieldBase, value: Json, why: str) -> None:
        """Note a value that is not carried; what says nothing is no loss."""
        if value not in {None, "", MISSING}:
            self.left.append(Remark(pointer, item.label, str(value), why, self.row_title))


def _moved(move: TableMove, table: Table, row: Record) -> Moved | None:
    """The move that concerns a row, by its levels."""
    path = [row.get(name) for name in table.levels]
    return next((one for one in move.moved if path[: len(one.levels)] == one.levels), None)
