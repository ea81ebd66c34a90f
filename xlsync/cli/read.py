"""The command read: what stands in files, as JSON Lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync.cli.context import Settings, pass_settings, write_json
from xlsync.cli.options import PATH, forms_option
from xlsync.cli.reading import end, read_files

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.intake import FileReading
    from xlsync.reader import Reading
    from xlsync.record import Json


@click.command()
@click.argument("files", metavar="FILE|DIR...", nargs=-1, required=True, type=PATH)
@forms_option()
@pass_settings
def read(settings: Settings, files: tuple[Path, ...]) -> None:
    """Print what stands in files as JSON Lines, one object for each form found.

    Each FILE, and each file of each DIR, is a workbook, a text, or JSON. A file in which no form
    is found gives an object too, with the problem and without a record.
    """
    readings = []
    for file in read_files(settings, files):
        for reading in file.readings:
            write_json(_printed(file, reading), on_one_line=True)
        readings.append(file)
    end(readings, only_to_terminal=True)


def _printed(file: FileReading, reading: Reading) -> Json:
    place = {"line": reading.start} if file.is_text else {"sheet": reading.sheet}
    return {
        "source": {"file": str(file.path), **place},
        "form": reading.form,
        "record": reading.record,
        "problems": [one.as_json() for one in reading.problems],
    }
