"""The command generate: a workbook for each record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync.cli.context import Settings, pass_settings, with_progress
from xlsync.cli.options import PATH, forms_option
from xlsync.cli.reading import end, read_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from xlsync.base.record import Record
    from xlsync.exchange.reading import FileReading
    from xlsync.form import Form


@click.command()
@click.argument("form_id", metavar="FORM")
@click.argument("records", metavar="[RECORD]...", nargs=-1, type=PATH)
@click.option(
    "-o", "--output", metavar="DIR", type=PATH, required=True, help="The folder for the workbooks."
)
@click.option("--password", metavar="TEXT", default="", help="Protect the sheets with a password.")
@click.option(
    "--lock",
    "locked",
    metavar="FIELD",
    multiple=True,
    help="A field of the mapping that the recipient cannot change; repeatable.",
)
@click.option(
    "--carry-over", is_flag=True, help="Take records of other forms too; tell what has no place."
)
@click.option(
    "--year",
    metavar="YEAR",
    type=click.IntRange(1900, 9999),
    help="With --carry-over: the year of the new records; without it, none is made up.",
)
@click.option("--force", is_flag=True, help="Write over workbooks that are there already.")
@forms_option()
@pass_settings
def generate(
    settings: Settings,
    form_id: str,
    records: tuple[Path, ...],
    output: Path,
    *,
    password: str,
    locked: tuple[str, ...],
    carry_over: bool,
    year: int | None,
    force: bool,
) -> None:
    """Write workbooks to send out, one for each record, and print their paths.

    FORM is the id of a form, as `xlsync forms` lists it. Each RECORD is a file that holds filled
    forms (JSON, a workbook, or a text), or a folder of such files; where none is given, one
    blank workbook is written. Every workbook is read back before it is handed over.

    With --carry-over a RECORD of another form, such as that of last year, is carried over to
    FORM; what has no place there is told on standard error, with the reason.
    """
    from xlsync.base.files import make_folder, refuse_existing, write_file
    from xlsync.exchange.workbooks import workbook, workbook_names

    form = settings.form(form_id)
    for name in locked:
        if name not in form.mapping.fields:
            known = ", ".join(form.mapping.fields)
            raise click.BadParameter(f"{name!r} is no field; there are: {known}")
    if carry_over and not records:
        raise click.UsageError("--carry-over needs a RECORD")
    if year is not None and not carry_over:
        raise click.UsageError("--year goes with --carry-over")
    files = list(read_files(settings, records))
    if carry_over:
        _carry_over(settings, form, files, year)
    made: list[Record | None] = [None] if not records else [*_records_of(form, files)]
    paths = [output / name for name in workbook_names(form, made)]
    make_folder(output)
    if not force:
        refuse_existing(paths)
    pairs = list(zip(paths, made, strict=True))
    for path, record in with_progress(pairs, "generate"):
        write_file(path, workbook(form, record, locked=locked, password=password))
        click.echo(str(path))
    end(files)


def _records_of(form: Form, files: list[FileReading]) -> Iterator[Record]:
    """The records that a workbook can be made for; the others get problems that say why not."""
    from xlsync.base.problems import problem
    from xlsync.exchange.workbooks import unfit

    for file in files:
        for reading in file.readings:
            if reading.record is None:
                continue
            if reading.form != form.id:
                message = f"这份记录属于表 {reading.form}，不是 {form.id}，没有生成工作簿。"
                reading.problems.append(problem("X005", message, pointer="/form"))
            elif found := unfit(form, reading.record):
                known = {(one.code, one.pointer) for one in reading.problems}
                reading.problems += [one for one in found if (one.code, one.pointer) not in known]
            else:
                yield reading.record


def _carry_over(settings: Settings, form: Form, files: list[FileReading], year: int | None) -> None:
    """Put records of the form in the place of those that were read; tell what is left."""
    import sys

    from xlsync.records import carry_over
    from xlsync.report.sentences import carried_lines
    from xlsync.report.terminal import console, print_lines

    told = []
    migrations = settings.migrations()
    for file in files:
        for reading in file.readings:
            if reading.record is not None:
                carried = carry_over(migrations, form, reading.record, year)
                reading.form, reading.record = form.id, carried.record
                told.append((form.title(carried.record), carried.left))
    print_lines(console(sys.stderr), carried_lines(told))
