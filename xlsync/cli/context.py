"""What every command shares: the forms at hand, the repository, and how output is written."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from click._termui_impl import ProgressBar
    from rich.table import Table

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Form
    from xlsync.records import Migrations
    from xlsync.report.lines import Line
    from xlsync.repository import Repository

Item = TypeVar("Item")


@dataclass
class Settings:
    """Where the forms and the repository are, as options and environment say."""

    forms_folder: Path | None = None
    repo: Path = field(default_factory=Path)

    @cached_property
    def forms(self) -> dict[str, Form]:
        """Every form at hand by id; XlsyncError when a file of theirs is wrong."""
        from xlsync.form import Catalogue

        return {form.id: form for form in Catalogue(self.forms_folder)}

    def form(self, form_id: str) -> Form:
        """One form; XlsyncError when there is none of that id."""
        from xlsync.form import Catalogue

        return Catalogue(self.forms_folder)[form_id]

    def migrations(self) -> Migrations:
        """The migrations between the forms at hand."""
        from xlsync.records import Migrations

        return Migrations(self.forms, self.forms_folder)

    def repository(self) -> Repository:
        """The repository; XlsyncError when there is none."""
        from xlsync.repository import Repository

        return Repository.open(self.repo)


pass_settings = click.make_pass_decorator(Settings, ensure=True)


def print_report(lines: Iterable[Line], table: Table | None = None) -> None:
    """Print a table, if any, and lines to standard output."""
    from xlsync.report.terminal import console, print_lines

    target = console(sys.stdout)
    if table is not None and table.row_count:
        target.print(table)
    print_lines(target, lines)


def print_problems(files: Iterable[tuple[str, Iterable[Problem], bool]]) -> None:
    """Print problems by file to standard error."""
    from xlsync.report.problems import file_lines
    from xlsync.report.terminal import console, print_lines

    print_lines(console(sys.stderr), file_lines(files))


def write_json(value: Json, *, on_one_line: bool = False) -> None:
    """Write JSON to standard output."""
    from xlsync.report.terminal import write_json as write

    write(sys.stdout, value, on_one_line=on_one_line)


def with_progress(items: Sequence[Item], label: str) -> Iterator[Item]:
    """The items, with a progress bar on standard error where that is a terminal.

    There is none where the results go to a screen too: bar and results would share a line.
    """
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function that is told how many of how many are done.

    It draws a bar on standard error where that is a terminal, from its first call on.
    """
    with ExitStack() as stack:
        shown: list[ProgressBar[int]] = []

        def step(done: int, total: int) -> None:
            if not shown and total and sys.stderr.isatty():
                bar = click.progressbar(length=total, label=label, file=sys.stderr)
                shown.append(stack.enter_context(bar))
            for bar in shown:
                bar.update(done - bar.pos)

        yield step
