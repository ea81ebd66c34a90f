"""The command export: what a round accepted, as a workbook or for other programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report
from xlsync.cli.options import (
    PATH,
    cluster_option,
    force_option,
    forms_option,
    level_option,
    preview_option,
    repo_option,
    under_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    type=PATH,
    required=True,
    help="A file that ends in .xlsx, .json, .jsonl, .csv or .parquet, a folder for JSON, or one "
    "that ends in .dataset.",
)
@force_option
@preview_option
@under_option
@level_option
@cluster_option
@repo_option()
@forms_option()
@pass_settings
def export(
    settings: Settings,
    round_name: str,
    *,
    output: Path,
    force: bool,
    is_preview: bool,
    under: str | None,
    level: int | None,
) -> None:
    """Write what a round accepted into one file, or into a folder.

    ROUND is a year and a name, such as 2023/一上. A workbook (.xlsx) has one row a project, one
    row an indicator on a second sheet, and the sums by unit with a chart; .csv makes a file for
    each of these lists, .jsonl and .parquet have one record a row, and a folder gets a JSON file
    for each project. A folder that ends in .dataset becomes a dataset for sum, or is brought up
    to date: only units that changed are written. What waits for a decision is not in it; that is
    told.
    """
    from xlsync.report.words.lines import line
    from xlsync.report.words.terminal import console, print_lines

    with settings.repository() as repository:
        made = api.export(
            repository,
            round_name,
            output,
            settings.forms,
            force=force,
            is_preview=is_preview,
            under=under,
            level=level,
        )
    print_report([line(str(path)) for path in made.paths])
    if made.dataset is not None:
        text = (
            f"{made.dataset.projects} 个项目：写入 {made.dataset.written} 个单位，"
            f"未变 {made.dataset.unchanged} 个，移除 {made.dataset.removed} 个。"
        )
        print_report([line(text)])
    if made.disputed:
        text = f"{made.disputed} 个项目还有未定的冲突，导出的只是已收的版本。"
        print_lines(console(sys.stderr), [line(text, "yellow")])
    if made.cancelled:
        text = f"{made.cancelled} 个项目已取消，不在导出的内容中。"
        print_lines(console(sys.stderr), [line(text, "yellow")])
