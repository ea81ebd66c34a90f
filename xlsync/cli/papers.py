"""The command print: all filled forms of a round as one PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, progress_bar
from xlsync.cli.options import PATH, forms_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command("print")
@click.argument("round_name", metavar="ROUND")
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, required=True, help="The file, such as X.pdf."
)
@click.option("--unit", metavar="TEXT", help="Only units whose name holds this text.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@repo_option()
@forms_option()
@pass_settings
def print_command(
    settings: Settings, round_name: str, *, output: Path, unit: str | None, force: bool
) -> None:
    """Write the forms that a round accepted into one PDF, to be printed.

    They are in the order of the roster, each unit together, with a bookmark for each unit and
    each project. LibreOffice has to be installed.
    """
    from xlsync.report.lines import line

    with settings.repository() as repository, progress_bar("排版") as progress:
        count = api.print_round(
            repository,
            round_name,
            output,
            settings.forms,
            unit=unit,
            force=force,
            progress=progress,
        )
    print_report([line(f"{output}：{count} 份表。" if count else "没有要打印的表。")])
