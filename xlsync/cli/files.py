"""Commands that work on files alone: forms, generate, read, diff."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsync.cli.context import (
    FOUND_ERRORS,
    Settings,
    print_problems,
    print_report,
    with_progress,
    write_json,
)
from xlsync.errors import XlsyncError

if TYPE_CHECKING:
    from xlsync.diff import RecordDelta
    from xlsync.intake import FileReading
    from xlsync.record import Json, Record
    from xlsync.reader import Reading

_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_obj
def forms(settings: Settings, *, as_json: bool) -> None:
    """List the forms that are installed, and those of --forms DIR."""
    rows = [
        {"form": form.id, "title": form.mapping.title, "template": str(form.template_path)}
        for form in settings.forms.values()
    ]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        click.echo(f"{row['form']}  {row['title']}  ({row['template']})")


@click.command()
@click.argument("form_id", metavar="FORM")
@click.argument("records", metavar="[RECORD]...", nargs=-1, type=_FILE)
@click.option("-o", "--output", type=_FILE, required=True, help="The folder for the workbooks.")
@click.option("--password", default="", help="Protect the sheets with this password.")
@click.option("--force", is_flag=True, help="Write over workbooks that are there already.")
@click.pass_obj
def generate(
    settings: Settings,
    form_id: str,
    records: tuple[Path, ...],
    output: Path,
    password: str,
    *,
    force: bool,
) -> None:
    """Write one workbook for each RECORD, or a blank one where none is given.

    RECORD is a file that holds filled forms: JSON, a workbook, or a text.
    """
    from xlsync.files import make_folder, refuse_existing, write_file
    from xlsync.generate import workbook, workbook_names

    form = settings.form(form_id)
    files = _read_files(settings, records)
    made: list[Record | None] = [
        reading.record
        for file in files
        for reading in file.readings
        if reading.record is not None and reading.form == form.id
    ]
    if not records:
        made = [None]
    paths = [output / name for name in workbook_names(form, made)]
    make_folder(output)
    if not force:
        refuse_existing(paths)
    pairs = list(zip(paths, made, strict=True))
    for path, record in with_progress(pairs, "generate"):
        write_file(path, workbook(form, record, password))
        click.echo(str(path))
    _end(files)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_FILE)
@click.pass_obj
def read(settings: Settings, files: tuple[Path, ...]) -> None:
    """Print what stands in each FILE as JSON Lines, one object for each form found.

    FILE is a workbook, a text, JSON, or a folder of them.
    """
    readings = []
    for file in _read_files(settings, files, lazily=True):
        for reading in file.readings:
            write_json(_printed(file, reading), indent=None)
        readings.append(file)
    _end(readings, only_to_terminal=True)


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_obj
def diff(settings: Settings, old: str, new: str, *, as_json: bool) -> None:
    """Show what changed from OLD to NEW.

    Each is a file or folder, a round such as 2023/一上, or one record as [ROUND/]RECORD[@REV].
    """
    from xlsync.report.deltas import as_json as deltas_json
    from xlsync.report.deltas import delta_lines

    deltas = _compare(settings, old, new)
    if as_json:
        write_json(deltas_json(deltas))
    else:
        print_report(delta_lines(deltas))


def _compare(settings: Settings, old: str, new: str) -> list[RecordDelta]:
    from xlsync.repository import is_round
    from xlsync.rounds import compare_files, compare_rounds

    sides = (old, new)
    if all(is_round(side) and not Path(side).exists() for side in sides):
        return compare_rounds(settings.forms, settings.repository().snapshot(), old, new)
    before, after = (_records(settings, side) for side in sides)
    return compare_files(settings.forms, before, after)


def _records(settings: Settings, side: str) -> list[Record]:
    """The records that one side of a comparison names."""
    path = Path(side)
    if path.exists():
        files = _read_files(settings, (path,))
        records = [one.record for file in files for one in file.readings if one.record]
        unread = [
            one for file in files for one in file.readings if one.record is None and one.problems
        ]
        if unread:
            _end(files)
        return records
    if path.suffix and "@" not in side:
        raise XlsyncError(f"{side}: no such file")
    snapshot, _, entry = settings.repository().resolve(side)
    return [snapshot.record(entry)]


def _read_files(
    settings: Settings, paths: tuple[Path, ...], *, lazily: bool = False
) -> list[FileReading]:
    from xlsync.intake import find_files, read_file

    found = list(find_files(paths))
    made = (read_file(settings.forms, path) for path in with_progress(found, "read"))
    return made if lazily else list(made)


def _printed(file: FileReading, reading: Reading) -> Json:
    place = {"line": reading.start} if file.is_text else {"sheet": reading.sheet}
    return {
        "source": {"file": str(file.path), **place},
        "form": reading.form,
        "record": reading.record,
        "problems": [one.as_json() for one in reading.problems],
    }


def _end(files: list[FileReading], *, only_to_terminal: bool = False) -> None:
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
