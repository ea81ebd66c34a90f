"""The migrations at hand, and the entry by which a record of any form becomes one of another."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from xlsync.carry.carrying import Carried, carry
from xlsync.carry.fitting import mistakes
from xlsync.carry.migration import Migration, identity
from xlsync.errors import FormError, XlsyncError
from xlsync.form.extending import data_folder
from xlsync.form.loading import load_toml
from xlsync.record import put

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from xlsync.form import Form
    from xlsync.record import Record

FOLDER = "migrations"


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
