"""The command status: where a round stands, on the screen or as the ledger that offices file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import (
    PATH,
    dry_run_option,
    force_option,
    forms_option,
    json_option,
    level_option,
    repo_option,
    under_option,
)

if TYPE_CHECKING:
    from pathlib import Path

_STATES = ("未回", "已收", "退回", "冲突", "已审", "退回修改", "取消")


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
@under_option
@level_option
@click.option("--wide", "is_wide", is_flag=True, help="All columns, ids among them.")
@force_option
@dry_run_option
@json_option
@repo_option()
@forms_option()
@pass_settings
def status(
    settings: Settings,
    round_name: str,
    *,
    unit: str | None,
    states: tuple[str, ...],
    output: Path | None,
    under: str | None,
    level: int | None,
    is_wide: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Show where a round stands: every project with its state, and for whom it waits.

    ROUND is a year and a name, such as 2023/一上. There is a row for each project that went out
    or came in: its state, for whom it waits and whether it is late, when the last one came, and
    how many errors and warnings it has. With --wide also how often, on which workbook the last
    one was filled in and whether that is an old one, and the ids.
    """
    from xlsync.report.words.rounds import level_table, standing_lines, standing_table

    with settings.repository() as repository:
        rows = api.status(repository, round_name, unit=unit, states=states, under=under)
        unit_of = api.units(repository).rolled(level)
        closing = api.round_closing(repository, round_name)
        others = {} if unit or states or under else api.other_forms(repository, round_name)
        if output is not None:
            api.write_ledger(
                *(output, round_name, rows, unit_of),
                repository=repository,
                forms=settings.forms,
                force=force,
            )
    if as_json:
        write_json([row.as_json() for row in rows])
    else:
        table = (
            standing_table(rows, is_wide=is_wide) if level is None else level_table(rows, unit_of)
        )
        print_report(standing_lines(round_name, rows, others, closing), table)
