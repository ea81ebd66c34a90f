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

    from xlsync.exchange.reading import FileReading


def read_files(settings: Settings, paths: tuple[Path, ...]) -> Iterator[FileReading]:
    """Read one file after the other, so that the first is told before the last is read."""
    from xlsync.exchange.reading import find_arrivals, find_files, read_arrival

    found = list(find_files(paths))
    if paths and not found:
        click.echo("xlsync: no workbook, text or JSON file there", err=True)
    for path in with_progress(found, "read"):
        for arrival in find_arrivals([path]):
            yield read_arrival(settings.forms, arrival)


def write_copies(
    settings: Settings, files: Iterable[FileReading], folder: Path, *, password: str, force: bool
) -> None:
    """Write a workbook to send back for each form with problems, and say what came of it."""
    from xlsync.base.errors import XlsyncError
    from xlsync.base.files import make_folder, refuse_existing, write_file
    from xlsync.exchange import cases, copy_names, correction_copy
    from xlsync.report.lines import visible

    going = []
    for file in files:
        path = file.path
        found = cases(settings.forms, file.readings, path.stem, is_text=file.is_text)
        going += [(path, case) for case in found]
        if not any(one.form in settings.forms for one in file.readings):
            _note(f"{visible(str(path))}：没有找到要收的表，没有可以退回的工作簿。")
    paths = [folder / name for name in copy_names(case for _, case in going)]
    make_folder(folder)
    if not force:
        refuse_existing(paths)
    for path, (source, case) in zip(paths, going, strict=True):
        try:
            data = correction_copy(case, password=password)
        except XlsyncError as error:
            _note(f"{visible(str(source))}：没有生成退回的工作簿（{visible(str(error))}）。")
        else:
            write_file(path, data)
            _note(f"{visible(str(source))} → {visible(str(path))}")


def _note(text: str) -> None:
    click.echo(text, err=True)


def end(files: Iterable[FileReading], *, only_to_terminal: bool = False) -> None:
    """Tell what was found in the files; exit with 1 where there is an error among it."""
    from xlsync.base.problems import has_error

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
