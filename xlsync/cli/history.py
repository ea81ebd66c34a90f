"""The commands log and show: the life of one record, and how it stood at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import PATH, dry_run_option, force_option, json_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("record", required=False)
@click.option(
    "--audit",
    is_flag=True,
    help="Show every commit instead: who, when, on which machine, by which command and version.",
)
@json_option
@repo_option()
@pass_settings
def log(settings: Settings, record: str | None, *, audit: bool, as_json: bool) -> None:
    """Show the life of a record over all rounds, the newest first.

    What went out, what came back and what became of it: new, updated, merged, waiting, refused
    and why, corrected. RECORD is an id, the beginning of one (four characters or more), a title,
    or a part of one that no other record has. A version (版本) goes behind the @ of show and
    diff. With --audit and without RECORD, all commits of the repository are shown.
    """
    from xlsync.report.words.rounds import life_table, trail_table

    if audit:
        with settings.repository() as repository:
            commits = api.trail(repository, record)
        if as_json:
            write_json([one.trail() for one in commits])
        else:
            print_report([], trail_table(commits))
        return
    if record is None:
        raise api.UsageError("which record? Write an id or a title, or --audit for all commits")

    with settings.repository() as repository:
        events = api.log(repository, record)
    if as_json:
        write_json([one.as_json() for one in events])
    else:
        print_report([], life_table(events))


@click.command()
@click.argument("record", metavar="[ROUND/]RECORD[@REV]")
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, help="Write it into this file, as it is kept."
)
@force_option
@dry_run_option
@repo_option()
@pass_settings
def show(settings: Settings, record: str, *, output: Path | None, force: bool) -> None:
    """Print a record as JSON, or write it into a file.

    RECORD is an id or a title, or a part of them (see log); ROUND is a round such as 2023/一上,
    by default the latest that has the record; REV is a version as log shows it, or a branch or
    tag, by default the last.
    """
    with settings.repository() as repository:
        found = api.show(repository, record)
    if output is None:
        write_json(found)
    else:
        api.write_record(output, found, force=force)
