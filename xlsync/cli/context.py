"""What every command shares: the forms at hand, the repository, and how output is written."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.base.acting import is_preview

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from click._termui_impl import ProgressBar
    from rich.table import Table

    from xlsync.base.problems import Problem
    from xlsync.base.record import Json
    from xlsync.form import Forms
    from xlsync.records import Remark
    from xlsync.report.words.lines import Line
    from xlsync.repository import Repository


@dataclass
class Settings:
    """Where the forms and the repository are, as options and environment say."""

    forms_folder: Path | None = None
    repo: Path = field(default_factory=Path)

    @cached_property
    def forms(self) -> Forms:
        """Every form at hand by id; XlsyncError when the folder of the user's own is none."""
        return api.forms(self.forms_folder)

    def repository(self) -> Repository:
        """The repository; XlsyncError when there is none."""
        return api.open_repository(self.repo)


pass_settings = click.make_pass_decorator(Settings, ensure=True)


def print_report(lines: Iterable[Line], table: Table | None = None) -> None:
    """Print a table, if any, and lines to standard output."""
    from xlsync.report.words.terminal import console, print_lines

    target = console(sys.stdout)
    if table is not None and table.row_count:
        target.print(table)
    print_lines(target, lines)


def print_findings(lines: Iterable[Line], table: Table) -> None:
    """Print a table of findings, and lines, to standard error."""
    from xlsync.report.words.terminal import console, print_lines

    target = console(sys.stderr)
    target.print(table)
    print_lines(target, lines)


def print_problems(files: Iterable[tuple[str, Iterable[Problem], bool]]) -> None:
    """Print problems by file to standard error."""
    from xlsync.report.words.problems import file_lines
    from xlsync.report.words.terminal import console, print_lines

    print_lines(console(sys.stderr), file_lines(files))


def print_left(records: Sequence[tuple[str, Iterable[Remark]]]) -> None:
    """Print what could not be carried over to another form, by title, to standard error."""
    from xlsync.report.words.sentences import carried_lines
    from xlsync.report.words.terminal import console, print_lines

    print_lines(console(sys.stderr), carried_lines(records))


def written(path: Path) -> str:
    """Where something was written, or would be."""
    return f"{'将写在' if is_preview() else '写在'} {path}"


def write_json(value: Json, *, on_one_line: bool = False) -> None:
    """Write JSON to standard output."""
    from xlsync.report.words.machine import write_json as write

    write(sys.stdout, value, on_one_line=on_one_line)


@contextmanager
def progress_bar(
    label: str, *, beside_output: bool = False
) -> Iterator[Callable[[int, int], None]]:
    """A function that is told how many of how many are done.

    It draws a bar on standard error where that is a terminal, from its first call on. There is
    none ``beside_output`` that goes to a screen meanwhile: the two would share a line.
    """
    is_shown = sys.stderr.isatty() and not (beside_output and sys.stdout.isatty())
    with ExitStack() as stack:
        shown: list[ProgressBar[int]] = []

        def step(done: int, total: int) -> None:
            if not shown and total and is_shown:
                bar = click.progressbar(length=total, label=label, file=sys.stderr)
                shown.append(stack.enter_context(bar))
            for bar in shown:
                bar.update(done - bar.pos)

        yield step
