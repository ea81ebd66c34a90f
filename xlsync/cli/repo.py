"""Commands that work on a repository: init, collect, status, log, show."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlsync.cli.context import (
    FOUND_ERRORS,
    Settings,
    print_problems,
    print_report,
    ticker,
    write_json,
)

if TYPE_CHECKING:
    from xlsync.rounds import Collection

_FILE = click.Path(path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=_FILE)
@click.pass_obj
def init(settings: Settings, folder: Path | None) -> None:
    """Make a new, empty repository in DIR (by default that of -R, or the current folder)."""
    from xlsync.repository import Repository

    target = folder or settings.repo
    Repository.init(target).close()
    click.echo(f"版本库已建立：{target.resolve()}")


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.argument("paths", metavar="FILE|DIR...", nargs=-1, required=True, type=_FILE)
@_JSON
@click.pass_obj
def collect(settings: Settings, round_name: str, paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Read returned files and folders into a ROUND such as 2023/一上, as one commit."""
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
        (f"{one.path} {one.place}".rstrip(), one.problems, False)
        for one in collection.outcomes
        if not one.is_accepted
    ]
    if refused:
        print_problems(refused)


@click.command()
@click.argument("round_name", metavar="ROUND")
@_JSON
@click.pass_obj
def status(settings: Settings, round_name: str, *, as_json: bool) -> None:
    """Show where a ROUND stands: every project with its state."""
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
@_JSON
@click.pass_obj
def log(settings: Settings, record: str, *, as_json: bool) -> None:
    """Show the history of a RECORD: an id, the beginning of one, or a part of the title."""
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
@click.argument("record")
@click.pass_obj
def show(settings: Settings, record: str) -> None:
    """Print a RECORD as JSON; [ROUND/]RECORD[@REV] names a round or an older version."""
    with settings.repository() as repository:
        snapshot, _, entry = repository.resolve(record)
        write_json(snapshot.record(entry))
