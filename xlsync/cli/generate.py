"""The command generate: a workbook for each record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_left, progress_bar
from xlsync.cli.options import PATH, dry_run_option, force_option, forms_option
from xlsync.cli.reading import end, read_files

if TYPE_CHECKING:
    from pathlib import Path


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
    help="A field that the recipient cannot change, by its label or its slot; repeatable.",
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
@force_option
@dry_run_option
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
    form = settings.forms.find(form_id)
    api.check_fields(form, locked)
    if carry_over and not records:
        raise click.UsageError("--carry-over needs a RECORD")
    if year is not None and not carry_over:
        raise click.UsageError("--year goes with --carry-over")
    files = list(read_files(settings, records))
    if carry_over:
        print_left(api.carry_over_files(form, files, year=year, forms=settings.forms))
    made = api.fitting_records(form, files) if records else [None]
    with progress_bar("generate", beside_output=True) as progress:
        for path in api.write_workbooks(
            form,
            made,
            output,
            locked=locked,
            password=password,
            force=force,
            progress=progress,
        ):
            click.echo(str(path))
    end(files)
