"""The commands review and print: papers of a round for a reviewer, and for the printer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, progress_bar
from xlsync.cli.options import (
    PATH,
    cluster_option,
    force_option,
    forms_option,
    preview_option,
    repo_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option(
    "-o", "--output", metavar="DIR", type=PATH, required=True, help="The folder for the workbook."
)
@click.option("--unit", metavar="TEXT", help="Only units whose name holds this text.")
@force_option
@preview_option
@repo_option()
@forms_option()
@pass_settings
def review(
    settings: Settings,
    round_name: str,
    *,
    output: Path,
    unit: str | None,
    force: bool,
    is_preview: bool,
) -> None:
    """Write a workbook on which a reviewer says what he thinks of each project.

    One row a project: key figures, warnings, what changed since the last round. The reviewer
    chooses 通过, 退回 or 有条件通过 and gives a reason; the workbook is then collected like any
    file. A word counts for the content that the reviewer saw, and falls away when it changes.
    """
    from xlsync.report.words.lines import line

    with settings.repository() as repository:
        path = api.write_review(
            *(repository, round_name, output, settings.forms),
            unit=unit,
            force=force,
            is_preview=is_preview,
        )
    print_report([line(str(path))])


@click.command("print")
@click.argument("round_name", metavar="ROUND")
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, required=True, help="The file, such as X.pdf."
)
@click.option("--unit", metavar="TEXT", help="Only units whose name holds this text.")
@force_option
@preview_option
@cluster_option
@repo_option()
@forms_option()
@pass_settings
def print_command(
    settings: Settings,
    round_name: str,
    *,
    output: Path,
    unit: str | None,
    force: bool,
    is_preview: bool,
) -> None:
    """Write the forms that a round accepted into one PDF, to be printed.

    They are in the order of the roster, each unit together, with a bookmark for each unit and
    each project. LibreOffice has to be installed.
    """
    from xlsync.report.words.lines import line

    with settings.repository() as repository, progress_bar("排版") as progress:
        count = api.print_round(
            repository,
            round_name,
            output,
            settings.forms,
            unit=unit,
            force=force,
            is_preview=is_preview,
            progress=progress,
        )
    print_report([line(f"{output}：{count} 份表。" if count else "没有要打印的表。")])
