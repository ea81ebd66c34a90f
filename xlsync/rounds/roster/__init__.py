"""A coordinator's list of projects, one row each, to the fields that it fixes in their workbooks.

Everything that is wrong or doubtful with a roster is found in one pass, with sheet, cell and what
to do, so that nothing goes out before all of it can.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from xlsync.base.errors import MistypedError
from xlsync.base.grid import Address
from xlsync.base.language import in_chinese
from xlsync.base.problems import Severity, problem
from xlsync.form.field_names import told_apart
from xlsync.rounds.roster.columns import Assigning
from xlsync.rounds.roster.heads import find_heads, likely_heads
from xlsync.rounds.roster.rows import RosterProject, Rows
from xlsync.rounds.roster.words import ID, vocabulary
from xlsync.sources import open_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from xlsync.base.grid import Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form
    from xlsync.rounds.roster.heads import Heads

__all__ = ["MAX_BYTES", "Roster", "RosterProject", "doubtful", "open_roster", "read_roster"]

MAX_BYTES = 32 * 1024 * 1024

_SAMPLES = 2

_SETTLED = frozenset(
    {"R003", "R010", "R011", "R012", "R014", "R015", "R018", "R023", "S003", "X006", "X007"}
)
"""Warnings of what is certain, or changes nothing; all others wait for a person's yes."""


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """A column of a list: its number from 1, its head, and what it was understood as.

    ``field`` is the name of a field, ``id``, or None for a column that is left alone;
    ``samples`` are the first texts below the head.
    """

    number: int
    letter: str
    head: str
    field: str | None
    samples: tuple[str, ...]


@dataclass(slots=True)
class Roster:
    """Every project of a list, its columns, and everything that is wrong with the list."""

    sheet: str | None = None
    projects: list[RosterProject] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    columns: list[ReadColumn] = field(default_factory=list)

    def report(self, found: Problem, address: Address) -> None:
        """Note a problem at a cell."""
        self.problems.append(found.at(self.sheet, address.a1))


def doubtful(problems: Iterable[Problem]) -> list[Problem]:
    """The warnings that a person has to confirm before anything is written."""
    return [
        one for one in problems if one.severity is Severity.WARNING and one.code not in _SETTLED
    ]


def open_roster(form: Form, path: Path, chosen: Mapping[int, str] | None = None) -> Roster:
    """Read a roster from a workbook, or from a text with a sign between its values.

    ``chosen`` says what columns are, by their numbers, as :class:`ReadColumn` does; an empty
    text leaves one alone.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"文件超过 {MAX_BYTES // 1024 // 1024} MB，未读取。"
            return Roster(problems=[problem("X001", message)])
        data = path.read_bytes()
    except OSError as error:
        return Roster(
            problems=[problem("X001", f"文件打不开：{in_chinese(error.strerror or str(error))}。")]
        )
    return read_roster(form, open_table(path.suffix.lower(), data), chosen)


def read_roster(form: Form, workbook: Workbook, chosen: Mapping[int, str] | None = None) -> Roster:
    """Read a roster; problems are in the order of the sheet, those of the file first.

    Raises:
        XlsyncError: when a chosen field is none of the form.
    """
    if not workbook.sheets:
        return Roster(problems=workbook.problems)
    for name in (chosen or {}).values():
        if name not in {"", ID, *form.mapping.fields}:
            raise MistypedError(f"{form.id} 没有“{name}”这一栏。")
    words = replace(vocabulary(form), chosen=chosen or {})
    heads, problems = find_heads(form, words, workbook)
    if heads is None:
        likely = likely_heads(workbook)
        columns = _columns(likely) if likely else []
        return Roster(problems=[*workbook.problems, *problems], columns=columns)
    Assigning(form, words, heads).assign()
    rows = Rows(form, words, heads)
    rows.read()
    found = [*heads.problems, *rows.problems]
    found.sort(key=lambda one: Address.parse(one.cell) if one.cell else Address(0, 0))
    return Roster(
        heads.sheet.name or None, rows.projects, [*workbook.problems, *found], _columns(heads)
    )


def _columns(heads: Heads) -> list[ReadColumn]:
    below = [cells for row, cells in heads.sheet.rows().items() if row > heads.row]
    return [
        ReadColumn(
            number,
            Address(1, number).a1.rstrip("1"),
            head.shown,
            heads.fields.get(number),
            tuple(islice((cells[number].text for cells in below if number in cells), _SAMPLES)),
        )
        for number, head in sorted(heads.columns.items())
    ]


def column_choices(form: Form) -> dict[str, str]:
    """What a column may be: each field of the form, and ``id``, with what people call it."""
    labels = told_apart(form.mapping)
    fields = form.mapping.fields.items()
    return {ID: "项目编号", **{slot: labels[item.pointer] for slot, item in fields}}
