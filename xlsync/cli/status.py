"""The command status: where a round stands."""

from __future__ import annotations

import click

from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import json_option, repo_option


@click.command()
@click.argument("round_name", metavar="ROUND")
@json_option
@repo_option()
@pass_settings
def status(settings: Settings, round_name: str, *, as_json: bool) -> None:
    """Show where a round stands: every project with its state.

    ROUND is a year and a name, such as 2023/一上.
    """
    from xlsync.report.rounds import standing_lines, standing_table
    from xlsync.rounds import standings

    with settings.repository() as repository:
        rows = standings(repository.snapshot(), round_name)
    if as_json:
        write_json([row.as_json() for row in rows])
    else:
        print_report(standing_lines(round_name, rows), standing_table(rows))
