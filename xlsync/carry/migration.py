"""How records of one form become records of another: which field goes where, and what stays.

A migration is a TOML file in ``mappings/migrations/``. Every field and column of the old form
is either named with its place in the new one or left with a reason, so that nothing is
forgotten; what is wrong with a file is an error that names file, table and key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, StringConstraints

from xlsync.record import Json
from xlsync.strict import Strict

if TYPE_CHECKING:
    from xlsync.form import Form

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

    old: Annotated[str, Field(alias="from")]
    new: Annotated[str, Field(alias="to")]
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
    return Migration.model_validate(
        {"from": form.id, "to": form.id, "fields": fields, "tables": tables}
    )
