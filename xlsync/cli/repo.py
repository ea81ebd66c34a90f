"""Commands that work on a repository: init, collect, status, log, show."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync.cli.context import (
    Settings,
    pass_settings,
    print_problems,
    print_report,
    ticker,
    write_json,
)
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import PATH, forms_option, json_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.rounds import Collection


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=PATH)
@repo_option()
@pass_settings
def init(settings: Settings, folder: Path | None) -> None:
    """Make a new, empty repository.

    DIR is a folder that is new or empty; by default that of -R, or the current folder. The
    repository is a bare git repository: it can be cloned, pushed and pulled with git.
    """
    from xlsync.repository import Repository

    target = folder or settings.repo
    Repository.init(target).close()
    click.echo(f"版本库已建立：{target.resolve()}")


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.argument("paths", metavar="FILE|DIR...", nargs=-1, required=True, type=PATH)
@json_option
@repo_option()
@forms_option()
@pass_settings
def collect(settings: Settings, round_name: str, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Read returned files into a round, as one commit.

    ROUND is a year and a name, such as 2023/一上. Each FILE, and each file of each DIR, is a
    workbook, a text, or JSON. What has no problem of severity error becomes the round's version
    of its record; what has one is sent back: it is kept as received, and what was accepted
    before stays. Files that were collected before change nothing.
    """
    from xlsync.problems import has_error
    from xlsync.report.rounds import collection_lines, outcome_table
    from xlsync.rounds import collect as collect_files

    with settings.repository() as repository:
        collection = collect_files(repository, settings.forms, round_name, paths, ticker("读取"))
    if as_json:
        write_json(
            {
                "round": collection.round,
                "commit": collection.commit,
                "forms": [one.as_json() for one in collection.outcomes],
            }
        )
    else:
        print_report(collection_lines(collection), outcome_table(collection))
        _print_refusals(collection)
    if any(has_error(one.problems) for one in collection.outcomes):
        sys.exit(FOUND_ERRORS)


def _print_refusals(collection: Collection) -> None:
    """Why forms were not accepted."""
    refused = [
        (f"{one.path} {one.place}".rstrip(), one.problems, one.is_text)
        for one in collection.outcomes
        if not one.is_accepted
    ]
    if refused:
        print_problems(refused)


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
