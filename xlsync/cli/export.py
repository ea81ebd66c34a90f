"""The command export: what a round accepted, as a workbook or for other programs."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from xlsync.base.errors import XlsyncError
from xlsync.cli.context import Settings, pass_settings, print_report
from xlsync.cli.options import PATH, forms_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.report.export import Part
    from xlsync.rounds.exporting import Accepted


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    type=PATH,
    required=True,
    help="A file that ends in .xlsx, .jsonl, .csv or .parquet, or a folder for JSON.",
)
@click.option("--force", is_flag=True, help="Write over files that are there already.")
@repo_option()
@forms_option()
@pass_settings
def export(settings: Settings, round_name: str, *, output: Path, force: bool) -> None:
    """Write what a round accepted into one file, or into a folder.

    ROUND is a year and a name, such as 2023/一上. A workbook (.xlsx) has one row a project, one
    row an indicator on a second sheet, and the sums by unit with a chart; .csv makes a file for
    each of these lists, .jsonl and .parquet have one record a row, and a folder gets a JSON file
    for each project. What waits for a decision is not in it; that is told.
    """
    from xlsync.report.export import write_folder, write_parts
    from xlsync.report.lines import line
    from xlsync.rounds.exporting import accepted

    suffix = output.suffix.lower()
    is_folder = output.is_dir() or not suffix
    if not is_folder and suffix not in _FORMATS:
        known = ", ".join(_FORMATS)
        raise click.UsageError(f"{output}: name a file that ends in {known}, or a folder")
    with settings.repository() as repository:
        found = accepted(settings.forms, repository.snapshot(), round_name)
        if is_folder:
            write_folder(found, output, force=force)
            made = [output]
        else:
            parts = _FORMATS[suffix](found, output)
            write_parts(parts, force=force)
            made = [path for path, _ in parts]
    print_report([line(str(path)) for path in made])
    _tell_disputed(found)


def _tell_disputed(found: Accepted) -> None:
    from xlsync.report.lines import line
    from xlsync.report.terminal import console, print_lines

    if found.disputed:
        text = f"{found.disputed} 个项目还有未定的冲突，导出的只是已收的版本。"
        print_lines(console(sys.stderr), [line(text, "yellow")])


def _workbook(found: Accepted, path: Path) -> list[Part]:
    from xlsync.report.summary_book import write_summary

    return [(path, partial(write_summary, found))]


def _lines(found: Accepted, path: Path) -> list[Part]:
    from xlsync.report.export_text import write_lines

    return [(path, partial(write_lines, found))]


def _tables(found: Accepted, path: Path) -> list[Part]:
    from xlsync.report.export import table_parts

    return table_parts(found, path)


def _parquet(found: Accepted, path: Path) -> list[Part]:
    from xlsync.report.export import form_parts

    try:
        from xlsync.report.export_parquet import write_parquet
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "pyarrow":
            raise
        message = "Parquet needs pyarrow, which is not installed: pip install 'xlsync[parquet]'"
        raise XlsyncError(message) from None
    return form_parts(found, path, write_parquet)


_FORMATS = {".xlsx": _workbook, ".jsonl": _lines, ".csv": _tables, ".parquet": _parquet}
