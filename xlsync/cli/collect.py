"""The command collect: returned files into a round, and what goes back to the units."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync.cli.conflicts import write_conflicts
from xlsync.cli.context import (
    Settings,
    pass_settings,
    print_problems,
    print_report,
    progress_bar,
    write_json,
)
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import PATH, forms_option, json_option, repo_option

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.repository import Repository
    from xlsync.rounds import Collection


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.argument("paths", metavar="FILE|DIR|ZIP...", nargs=-1, required=True, type=PATH)
@click.option(
    "--return",
    "folder",
    metavar="DIR",
    type=PATH,
    help="Write what goes back into this folder: copies for correction, conflicts to decide.",
)
@click.option(
    "--replace",
    "replacing",
    is_flag=True,
    help="A file that contradicts what the round has takes its place, if it came alone.",
)
@json_option
@repo_option()
@forms_option()
@pass_settings
def collect(
    settings: Settings,
    round_name: str,
    paths: tuple[Path, ...],
    *,
    folder: Path | None,
    replacing: bool,
    as_json: bool,
) -> None:
    """Read returned files into a round, as one commit.

    ROUND is a year and a name, such as 2023/一上. Each FILE, each file of each DIR, and each file
    in a ZIP archive is a workbook, a text, or JSON. What has no problem of severity error gets
    into the round's version of its record; what has one is sent back, and what contradicts
    another copy waits: both are kept as received, and what was accepted before stays. Files that
    were collected before change nothing.
    """
    from xlsync.base.problems import has_error
    from xlsync.report.rounds import collection_lines, outcome_table
    from xlsync.rounds import collect as collect_files

    with settings.repository() as repository:
        with progress_bar("读取") as progress:
            collection = collect_files(
                repository,
                settings.forms,
                round_name,
                paths,
                progress,
                returning=folder is not None,
                replacing=replacing,
            )
        written = _write_back(settings, repository, collection, folder) if folder else []
    if as_json:
        write_json(
            {
                "round": collection.round,
                "commit": collection.commit,
                "resolved": list(collection.resolved),
                "returned": [str(path) for path in written],
                "forms": [one.as_json() for one in collection.outcomes],
            }
        )
    else:
        print_report(collection_lines(collection, written), outcome_table(collection))
        _print_refusals(collection)
    if any(has_error(one.problems) for one in collection.outcomes):
        sys.exit(FOUND_ERRORS)


def _write_back(
    settings: Settings, repository: Repository, collection: Collection, folder: Path
) -> list[Path]:
    """Write the workbooks that go back; one that is there already is written anew."""
    from xlsync.base.files import make_folder, write_file

    make_folder(folder)
    written = []
    for name, data in collection.copies:
        write_file(folder / name, data)
        written.append(folder / name)
    waiting = [(collection.round, collection.disputed())]
    return written + write_conflicts(settings, repository, folder, waiting)


def _print_refusals(collection: Collection) -> None:
    """Why forms were not accepted."""
    refused = [
        (f"{one.path} {one.place}".rstrip(), one.problems, one.is_text)
        for one in collection.outcomes
        if not one.is_accepted
    ]
    if refused:
        print_problems(refused)
