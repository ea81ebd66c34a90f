"""The migrations at hand: which one leads from a form to another, and whether it fits both.

One fits where nothing in it is unknown, nothing stands twice and nothing is forgotten.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsync.base.errors import FormError, XlsyncError
from xlsync.base.record import put
from xlsync.form.extending import data_folder
from xlsync.form.loading import load_toml
from xlsync.form.types import TYPES
from xlsync.records.carrying import Carried, Migration, carry, identity

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.form.mapping import FieldBase, Table
    from xlsync.records.carrying import TableMove

    Tree = Mapping[str, Sequence[str]]
    from collections.abc import Mapping
    from pathlib import Path

    from xlsync.base.record import Record

FOLDER = "migrations"


def mistakes(migration: Migration, old: Form, new: Form) -> Iterator[str]:
    """What is wrong between a migration and its two forms, each with table and key."""
    before, after = old.mapping, new.mapping
    side = _OldNames("", "fields", migration.fields, migration.left, before.tables)
    yield from side.mistakes(before.fields, after.fields)
    yield from _constants(migration, after.fields)
    targets = [move.to for move in migration.tables.values()]
    for name in before.tables:
        if name not in {*migration.tables, *migration.left}:
            yield f"tables: {name!r} of the old form is neither here nor in left"
    for name, move in migration.tables.items():
        where = f"tables.{name}"
        if name not in before.tables:
            yield f"{where}: the old form has no {name!r}"
        elif move.to not in after.tables or targets.count(move.to) > 1:
            reason = "stands there twice" if move.to in after.tables else "is not in the new form"
            yield f"{where}.to: {move.to!r} {reason}"
        else:
            tables = before.tables[name], after.tables[move.to]
            trees = (
                before.trees.get(tables[0].tree or "", {}),
                after.trees.get(tables[1].tree or "", {}),
            )
            yield from _table(where, move, tables, trees)


class _OldNames(NamedTuple):
    """Names of the old form and where they go, as one table of the file says it.

    ``others`` are names that may be left as well.
    """

    where: str
    key: str
    moves: Mapping[str, str]
    left: Mapping[str, str]
    others: Container[str] = ()

    def mistakes(self, old: Mapping[str, FieldBase], new: Mapping[str, FieldBase]) -> Iterator[str]:
        """What is unknown, twice, of another type, or forgotten."""
        for one in self.moves:
            if (reason := self._wrong(one, old, new)) is not None:
                yield f"{self.where}{self.key}.{one}: {reason}"
        for name in self.left:
            if name not in old and name not in self.others:
                yield f"{self.where}left.{name}: the old form has no {name!r}"
        place = f"{self.where}{self.key}"
        for name in old:
            if name not in self.moves and name not in self.left:
                yield f"{place}: {name!r} of the old form is neither here nor in left"

    def _wrong(
        self, one: str, old: Mapping[str, FieldBase], new: Mapping[str, FieldBase]
    ) -> str | None:
        other = self.moves[one]
        if one not in old:
            return f"the old form has no {one!r}"
        if one in self.left:
            return "it is in left as well"
        if other not in new:
            return f"the new form has no {other!r}"
        if list(self.moves.values()).count(other) > 1:
            return f"{other!r} stands there twice"
        if old[one].type != new[other].type:
            return f"{old[one].type!r} cannot become {new[other].type!r}"
        return None


def _constants(migration: Migration, new: Mapping[str, FieldBase]) -> Iterator[str]:
    for slot, value in migration.constants.items():
        if slot not in new:
            yield f"constants.{slot}: the new form has no {slot!r}"
        elif slot in migration.fields.values():
            yield f"constants.{slot}: it is carried over already"
        elif not _is_canonical(new[slot].type, value):
            yield f"constants.{slot}: {value!r} is no {new[slot].type}"


def _is_canonical(type_name: str, value: Json) -> bool:
    kind = TYPES[type_name]
    try:
        return isinstance(value, kind.json_type) and kind.canonical(value) == value
    except ValueError:
        return False


def _table(
    where: str, move: TableMove, tables: tuple[Table, Table], trees: tuple[Tree, Tree]
) -> Iterator[str]:
    old, new = tables
    side = _OldNames(f"{where}.", "columns", move.columns, move.left)
    yield from side.mistakes(old.columns, new.columns)
    for number, moved in enumerate(move.moved, start=1):
        named = (("levels", moved.levels, "old"), ("to", moved.to, "new"))
        for (key, path, which), tree in zip(named, trees, strict=True):
            if not _stands(tree, path):
                shown = "/".join(path)
                yield f"{where}.moved[{number}].{key}: {shown!r} is not in the {which} tree"
    for path in ([first, second] for first in trees[0] for second in trees[0][first]):
        is_moved = any(path[: len(one.levels)] == one.levels for one in move.moved)
        if not is_moved and not _stands(trees[1], path):
            yield f"{where}.moved: {'/'.join(path)!r} is not in the new tree and is not moved"


def _stands(tree: Tree, path: Sequence[str]) -> bool:
    first, *rest = path
    return first in tree and all(second in tree[first] for second in rest)


class Migrations:
    """Every migration that is installed, and those of a folder of the user's own."""

    def __init__(self, forms: Mapping[str, Form], extra: Path | None = None) -> None:
        """Look beside the installed mappings and beside the user's, whose come first."""
        self._forms = forms
        self._folders = [data_folder("mappings")]
        if extra is not None:
            self._folders.append(extra / "mappings")

    def form(self, form_id: str) -> Form:
        """The form of a record.

        Raises:
            XlsyncError: when there is none of that id.
        """
        if form_id not in self._forms:
            raise XlsyncError(f"no form {form_id!r}; there are: {', '.join(sorted(self._forms))}")
        return self._forms[form_id]

    def has(self, old: str, new: str) -> bool:
        """Whether a migration leads from one form to another one."""
        return (old, new) in self._known

    def find(self, old: str, new: str) -> Migration:
        """The migration between two forms.

        Raises:
            XlsyncError: when there is none, or its file is wrong.
        """
        if old == new:
            return identity(self._forms[old])
        if (old, new) not in self._known:
            known = ", ".join(f"{one} to {other}" for one, other in sorted(self._known))
            message = f"no migration from {old} to {new}; there are: {known or 'none'}"
            raise XlsyncError(message)
        path, migration = self._known[old, new]
        found = list(mistakes(migration, self._forms[old], self._forms[new]))
        if found:
            raise FormError([f"{path}: {one}" for one in found])
        return migration

    @cached_property
    def _known(self) -> dict[tuple[str, str], tuple[Path, Migration]]:
        known: dict[tuple[str, str], tuple[Path, Migration]] = {}
        for folder in self._folders:
            for path in sorted((folder / FOLDER).glob("*.toml")):
                migration = load_toml(path, Migration)
                for form_id in (migration.old, migration.new):
                    if form_id not in self._forms:
                        raise FormError([f"{path}: there is no form {form_id!r}"])
                known[migration.old, migration.new] = (path, migration)
        return known


def carry_over(
    migrations: Migrations, new: Form, record: Record, year: int | None = None
) -> Carried:
    """A canonical record of any form as one of the new form, for a year where one is told.

    Raises:
        XlsyncError: when no migration leads from its form to the new one.
    """
    old = migrations.form(record["form"])
    made = carry(migrations.find(old.id, new.id), old, new, record)
    slot = new.mapping.record.year
    if year is None or slot is None:
        return made
    put(made.record, new.mapping.fields[slot].pointer, year)
    dated, _ = new.canonical(made.record)
    before = old.mapping.record.year
    said = old.mapping.fields[before].pointer if before else None
    left = [one for one in made.left if one.pointer != said]
    return Carried(dated or made.record, left)
