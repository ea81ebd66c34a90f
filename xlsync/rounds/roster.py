"""A coordinator's list of projects, one row each, to the fields that it fixes in their workbooks.

Everything that is wrong or doubtful with a roster is found in one pass, with sheet, cell and what
to do, so that nothing goes out before all of it can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xlsync.base.grid import Address
from xlsync.base.problems import Severity, problem
from xlsync.rounds.roster_columns import Assigning
from xlsync.rounds.roster_heads import find_heads
from xlsync.rounds.roster_rows import RosterProject, Rows
from xlsync.rounds.roster_words import vocabulary
from xlsync.sources import open_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from xlsync.base.grid import Workbook
    from xlsync.base.problems import Problem
    from xlsync.form import Form

__all__ = ["MAX_BYTES", "Roster", "RosterProject", "doubtful", "open_roster", "read_roster"]

MAX_BYTES = 32 * 1024 * 1024

_SETTLED = frozenset(
    {"R003", "R010", "R011", "R012", "R014", "R015", "R018", "R023", "S003", "X006", "X007"}
)
"""Warnings of what is certain, or changes nothing; all others wait for a person's yes."""


@dataclass(slots=True)
class Roster:
    """Every project of a list, and everything that is wrong with the list."""

    sheet: str | None = None
    projects: list[RosterProject] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def report(self, found: Problem, address: Address) -> None:
        """Note a problem at a cell."""
        self.problems.append(found.at(self.sheet, address.a1))


def doubtful(problems: Iterable[Problem]) -> list[Problem]:
    """The warnings that a person has to confirm before anything is written."""
    return [
        one for one in problems if one.severity is Severity.WARNING and one.code not in _SETTLED
    ]


def open_roster(form: Form, path: Path) -> Roster:
    """Read a roster from a workbook, or from a text with a sign between its values."""
    try:
        if path.stat().st_size > MAX_BYTES:
            message = f"文件超过 {MAX_BYTES // 1024 // 1024} MB，未读取。"
            return Roster(problems=[problem("X001", message)])
        data = path.read_bytes()
    except OSError as error:
        return Roster(problems=[problem("X001", f"文件打不开：{error.strerror or error}。")])
    return read_roster(form, open_table(path.suffix.lower(), data))


def read_roster(form: Form, workbook: Workbook) -> Roster:
    """Read a roster; problems are in the order of the sheet, those of the file first."""
    if not workbook.sheets:
        return Roster(problems=workbook.problems)
    words = vocabulary(form)
    heads, problems = find_heads(form, words, workbook)
    if heads is None:
        return Roster(problems=[*workbook.problems, *problems])
    Assigning(form, words, heads).assign()
    rows = Rows(form, words, heads)
    rows.read()
    found = [*heads.problems, *rows.problems]
    found.sort(key=lambda one: Address.parse(one.cell) if one.cell else Address(0, 0))
    return Roster(heads.sheet.name or None, rows.projects, [*workbook.problems, *found])
