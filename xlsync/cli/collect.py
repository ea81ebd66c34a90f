"""The command collect: returned files into a round."""

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
