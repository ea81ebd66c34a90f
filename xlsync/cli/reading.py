"""What the commands that read files share: one file after the other, and what was found."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync.cli.context import Settings, print_problems, with_progress
from xlsync.cli.ending import FOUND_ERRORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from xlsync.intake import FileReading


def read_files(settings: Settings, paths: tuple[Path, ...]) -> Iterator[FileReading]:
    """Read one file after the other, so that the first is told before the last is read."""
    from xlsync.intake import find_files, read_file

    found = list(find_files(paths))
    if paths and not found:
        click.echo("xlsync: no workbook, text or JSON file there", err=True)
    for path in with_progress(found, "read"):
        yield read_file(settings.forms, path)


def end(files: Iterable[FileReading], *, only_to_terminal: bool = False) -> None:
    """Tell what was found in the files; exit with 1 where there is an error among it."""
    from xlsync.problems import has_error

    found = [
        (str(file.path), reading.problems, file.is_text)
        for file in files
        for reading in file.readings
        if reading.problems
    ]
    if found and (sys.stderr.isatty() or not only_to_terminal):
        print_problems(found)
    if any(has_error(problems) for _, problems, _ in found):
        sys.exit(FOUND_ERRORS)
