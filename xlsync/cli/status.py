"""The command status: where a round stands, on the screen or as the ledger that offices file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import PATH, json_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path

_STATES = ("未回", "已收", "退回", "冲突")


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option("--unit", metavar="TEXT", help="Only units whose name holds this text.")
@click.option(
    "--state",
    "states",
    metavar="STATE",
    multiple=True,
    type=click.Choice(_STATES),
    help=f"Only projects in this state: {', '.join(_STATES)}. May be repeated.",
)
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, help="Write the ledger as a workbook (.xlsx)."
)
@json_option
@repo_option()
@pass_settings
def status(
    settings: Settings,
    round_name: str,
    *,
    unit: str | None,
    states: tuple[str, ...],
    output: Path | None,
    as_json: bool,
) -> None:
    """Show where a round stands: every project with its state, and for whom it waits.

    ROUND is a year and a name, such as 2023/一上. There is a row for each project that went out
    or came in: when and how often, on which workbook the last one was filled in and whether that
    is an old one, and how many errors and warnings there are.
    """
    from xlsync.report.rounds import standing_lines, standing_table

    with settings.repository() as repository:
        rows = api.status(repository, round_name, unit=unit, states=states)
        others = {} if unit or states else api.other_forms(repository, round_name)
    if output is not None:
        api.write_ledger(output, round_name, rows)
    if as_json:
        write_json([row.as_json() for row in rows])
    else:
        print_report(standing_lines(round_name, rows, others), standing_table(rows))
