"""The command year: one project's year over all its forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, written
from xlsync.cli.options import PATH, dry_run_option, force_option, forms_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("record", metavar="RECORD")
@click.option("--year", metavar="YEAR", help="The year; by default the last one of the project.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=PATH,
    help="Write it as a workbook (.xlsx) or page (.html).",
)
@force_option
@dry_run_option
@repo_option()
@forms_option()
@pass_settings
def year(
    settings: Settings, record: str, *, year: str | None, output: Path | None, force: bool
) -> None:
    """Show one project's year: declared, revised, monitored and achieved, side by side.

    Each round of the year that accepted the project is a column, whatever form it is on; fields,
    rows and columns stand beside those that a migration carries them from. What differs from the
    round before is marked, and what the rules between forms find is told. RECORD is as for log.
    """
    from xlsync.report.books.project_years import year_lines
    from xlsync.report.words.lines import line, visible

    with settings.repository() as repository:
        made = api.project_year(repository, record, settings.forms, year=year)
    if output is not None:
        api.write_year(output, made, force=force)
    print_report([*year_lines(made), *([line(visible(f"{written(output)}。"))] if output else [])])
