"""The commands log and show: the life of one record, and how it stood at a time."""

from __future__ import annotations

import click

from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import json_option, repo_option


@click.command()
@click.argument("record")
@json_option
@repo_option()
@pass_settings
def log(settings: Settings, record: str, *, as_json: bool) -> None:
    """Show the history of a record over all rounds, the newest version first.

    RECORD is an id, the beginning of one (four characters or more), a title, or a part of one
    that no other record has. The version in the first column goes behind the @ of show and diff.
    """
    from xlsync.report.rounds import history_table

    with settings.repository() as repository:
        _, _, entry = repository.resolve(record)
        revisions = repository.log(entry.id)
    if as_json:
        write_json(
            [
                {
                    "commit": one.commit,
                    "time": one.time.isoformat(),
                    "author": one.author,
                    "round": one.round,
                    "kind": one.kind.value,
                    "path": one.path,
                    "message": one.message,
                }
                for one in revisions
            ]
        )
    else:
        print_report([], history_table(revisions))


@click.command()
@click.argument("record", metavar="[ROUND/]RECORD[@REV]")
@repo_option()
@pass_settings
def show(settings: Settings, record: str) -> None:
    """Print a record as JSON.

    RECORD is an id or a title, or a part of them (see log); ROUND is a round such as 2023/一上,
    by default the latest that has the record; REV is a version as log shows it, or a branch or
    tag, by default the last.
    """
    with settings.repository() as repository:
        snapshot, _, entry = repository.resolve(record)
        write_json(snapshot.record(entry))
