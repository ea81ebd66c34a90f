"""The command status: where a round stands, on the screen or as the ledger that offices file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import PATH, json_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.rounds import Standing

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
    from xlsync.rounds import standings
    from xlsync.rounds.status import others

    with settings.repository() as repository:
        snapshot = repository.snapshot()
        rows = [one for one in standings(snapshot, round_name) if _is_wanted(one, unit, states)]
        beside = {} if unit or states else others(snapshot, round_name)
    if output is not None:
        _write_ledger(output, round_name, rows)
    if as_json:
        write_json([row.as_json() for row in rows])
    else:
        print_report(standing_lines(round_name, rows, beside), standing_table(rows))


def _is_wanted(row: Standing, unit: str | None, states: tuple[str, ...]) -> bool:
    in_unit = unit is None or unit in row.group
    return in_unit and (not states or any(row.is_in(one) for one in states))


def _write_ledger(output: Path, round_name: str, rows: list[Standing]) -> None:
    from xlsync.base.files import make_folder, write_file
    from xlsync.report.ledger_book import ledger_workbook

    if output.suffix.lower() != ".xlsx":
        raise click.UsageError(f"{output}: the ledger is a workbook, name it .xlsx")
    make_folder(output.parent)
    write_file(output, ledger_workbook(round_name, rows))
