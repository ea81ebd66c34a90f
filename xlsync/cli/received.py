"""The command received: the files of a round as they came, refused ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import PATH, dry_run_option, json_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.argument("record", required=False)
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    type=PATH,
    help="Write the files into this folder, as they came.",
)
@dry_run_option
@json_option
@repo_option()
@pass_settings
def received(
    settings: Settings,
    round_name: str,
    record: str | None,
    *,
    output: Path | None,
    as_json: bool,
) -> None:
    """Show the files that came in a round, and write them out as they came.

    Whatever became of them, also what was refused. RECORD is an id, the beginning of one, or a
    part of a title as the file itself has it; without it, all files of the round.
    """
    from xlsync.report.words.lines import line
    from xlsync.report.words.rounds import received_table

    with settings.repository() as repository:
        found = api.received(repository, round_name, record)
        if output is not None:
            api.write_received(repository, found, output)
    if as_json:
        write_json([one.as_json() for one in found])
    else:
        print_report([] if found else [line("还没有收到文件。")], received_table(found))
