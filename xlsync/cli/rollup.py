"""The command sum: totals over datasets, and what changed in them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import print_report, write_json
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import (
    PATH,
    dry_run_option,
    force_option,
    json_option,
    level_option,
    under_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command("sum")
@click.argument("datasets", metavar="DATASET...", type=PATH, nargs=-1, required=True)
@click.option(
    "--round", "round_name", metavar="ROUND", help="Which round; by default the last one of all."
)
@click.option("--since", metavar="ROUND", help="What changed since this earlier round.")
@click.option(
    "--indicators", "items", is_flag=True, help="Count indicators and how many are quantified."
)
@level_option
@under_option
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, help="Write all figures as a file (.csv) instead."
)
@force_option
@dry_run_option
@json_option
def sum_up(
    datasets: tuple[Path, ...],
    *,
    round_name: str | None,
    since: str | None,
    items: bool,
    level: int | None,
    under: str | None,
    output: Path | None,
    force: bool,
    as_json: bool,
) -> None:
    """Add up datasets that export wrote, such as one a county.

    Projects and amounts by dataset and, with --level, by the units of that level. An amount that
    was not filled in is counted and never taken for 0. What stands in several datasets counts
    twice; that is told, with exit code 1.
    """
    from xlsync.report.export.dataset.texts import sums_lines, sums_tables

    made = api.roll_up(datasets, round_name, since=since, items=items, level=level, under=under)
    if output is not None:
        api.write_roll_up(output, made, force=force)
    if as_json:
        write_json(made.as_json())
    elif output is not None:
        print_report(sums_lines(made))
    else:
        for table in sums_tables(made):
            print_report([], table)
        print_report(sums_lines(made))
    if made.twice_count:
        sys.exit(FOUND_ERRORS)
