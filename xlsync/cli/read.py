"""The command read: what stands in files, as JSON Lines."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, write_json
from xlsync.cli.options import PATH, dry_run_option, force_option, forms_option
from xlsync.cli.reading import end, read_files

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("files", metavar="FILE|DIR...", nargs=-1, required=True, type=PATH)
@click.option(
    "--return",
    "folder",
    metavar="DIR",
    type=PATH,
    help="Write a workbook to send back for each form with problems into this folder.",
)
@click.option("--password", metavar="TEXT", default="", help="Protect these sheets with it.")
@click.option(
    "--warnings", "with_warnings", is_flag=True, help="Also send back what has warnings alone."
)
@click.option("--json", "as_json", is_flag=True, help="With --return, print the JSON too.")
@force_option
@dry_run_option
@forms_option()
@pass_settings
def read(
    settings: Settings,
    files: tuple[Path, ...],
    folder: Path | None,
    *,
    password: str,
    with_warnings: bool,
    as_json: bool,
    force: bool,
) -> None:
    """Print what stands in files as JSON Lines, one object for each form found.

    Each FILE, and each file of each DIR, is a workbook, a text, or JSON. A file in which no form
    is found gives an object too, with the problem and without a record. With --return, each form
    with errors gives a workbook to send back instead: what was typed, with the cells in question
    marked and commented, and a list of what to correct.
    """
    from xlsync.report.words.problems import correction_line

    readings = []
    for file in read_files(settings, files):
        for one in file.as_json() if as_json or folder is None else ():
            write_json(one, on_one_line=True)
        readings.append(replace(file, data=b""))  # a folder of them need not fit into memory
    if folder is not None:
        made = api.write_corrections(
            readings,
            folder,
            settings.forms,
            password=password,
            with_warnings=with_warnings,
            force=force,
        )
        for correction, path in made:
            click.echo(correction_line(correction, path), err=True)
    end(readings, only_to_terminal=True)
