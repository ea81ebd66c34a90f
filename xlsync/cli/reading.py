"""What the commands that read files share: one file after the other, and what was found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.base.language import told
from xlsync.cli.context import Settings, print_problems, progress_bar
from xlsync.cli.ending import FOUND_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from xlsync.exchange.reading import FileReading


def read_files(settings: Settings, paths: tuple[Path, ...]) -> Iterator[FileReading]:
    """Read one file after the other, so that the first is told before the last is read."""
    is_empty = True
    passed: list[Path] = []
    with progress_bar("read", beside_output=True) as progress:
        for file in api.read_files(paths, settings.forms, progress, passed):
            is_empty = False
            yield file
    if paths and is_empty:
        tell_nothing_there()
    note_passed(passed)


def note_passed(passed: Sequence[Path]) -> None:
    """Say once which files were passed over."""
    from xlsync.report.words.problems import passed_line

    if passed:
        click.echo(passed_line(passed), err=True)


def tell_nothing_there() -> None:
    """Say that a folder holds no file in which a form could be."""
    click.echo(f"xlsync: {told('no file there')}", err=True)


def end(files: Iterable[FileReading], *, only_to_terminal: bool = False) -> None:
    """Tell what was found in the files; exit with 1 where there is an error among it."""
    found = [
        (str(file.path), reading.problems, file.is_text)
        for file in files
        for reading in file.readings
        if reading.problems
    ]
    if found and (sys.stderr.isatty() or not only_to_terminal):
        print_problems(found)
    if any(api.has_error(problems) for _, problems, _ in found):
        sys.exit(FOUND_ERRORS)
