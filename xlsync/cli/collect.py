"""The command collect: returned files into a round, and what goes back to the units."""

from __future__ import annotations

import sys
from itertools import chain
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.base.language import told
from xlsync.cli.context import (
    Settings,
    pass_settings,
    print_problems,
    print_report,
    progress_bar,
    write_json,
)
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import (
    PATH,
    cluster_option,
    forms_option,
    json_option,
    new_option,
    preview_option,
    repo_option,
    sender_option,
    zip_option,
)
from xlsync.cli.reading import note_passed

if TYPE_CHECKING:
    from pathlib import Path

    from xlsync.rounds.returned.collecting import Collection


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
    help="A file counts as it is, whole, if it is the only one of its project.",
)
@click.option(
    "--correction",
    "correcting",
    is_flag=True,
    help="JSON and texts are the coordinator's own corrections, and stand above the answers.",
)
@click.option(
    "--mail",
    "mailed",
    is_flag=True,
    help="With --return: write a mail draft and a letter for each unit, too.",
)
@zip_option
@sender_option
@click.option("--contact", metavar="TEXT", help="To whom workbooks are to be sent, in any words.")
@new_option
@preview_option
@json_option
@cluster_option
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
    is_new: bool,
    correcting: bool,
    mailed: bool,
    zipped: bool,
    sender: str | None,
    contact: str | None,
    is_preview: bool,
    as_json: bool,
) -> None:
    """Read returned files into a round, as one commit.

    ROUND is a year and a name, such as 2023/一上. Each FILE, each file of each DIR, and each file
    in a ZIP archive is a workbook, a text, or JSON. What has no problem of severity error gets
    into the round's version of its record: what a unit sent last counts, other people's changes
    are merged, and every place that changed or was taken from another copy is told. What has an
    error is sent back, and what contradicts another copy waits: both are kept as received, and
    what was accepted before stays. Only what is new or still open is shown.
    """
    from xlsync.report.books.audits import finding_lines
    from xlsync.report.notices.mailing import draft_lines
    from xlsync.report.words.rounds import collection_lines, outcome_table, review_lines

    if (mailed or zipped) and folder is None:
        raise click.UsageError("--mail 和 --zip 要与 --return 一起用，以指明写到哪个文件夹")
    with settings.repository() as repository:
        with progress_bar("读取") as progress:
            collection = api.collect(
                repository,
                round_name,
                paths,
                settings.forms,
                returning=folder is not None,
                replacing=replacing,
                is_new=is_new,
                correcting=correcting,
                is_preview=is_preview,
                progress=progress,
            )
        written = []
        if folder is not None and not is_preview:
            written = api.write_returned(
                *(repository, collection, folder, settings.forms),
                mailed=mailed,
                zipped=zipped,
                sender=sender,
                contact=contact,
            )
    note_passed(collection.passed)
    if replacing and any(path.is_dir() for path in paths):
        click.echo(told("--replace asks again only of files that are named themselves"), err=True)
    if collection.unreached:
        reason = told(collection.unreached)
        note = f"the workers do not reach the store of originals, they got the files: {reason}"
        click.echo(told(note), err=True)
    if as_json:
        write_json(collection.as_json(written))
    else:
        print_report(review_lines(collection.reviews))
        print_report(collection_lines(collection, written), outcome_table(collection))
        print_report(draft_lines(written))
        print_report(finding_lines(collection.findings))
        _print_findings(collection)
    found = (one.problems for one in collection.outcomes)
    if any(map(api.has_error, chain(found, (one.problems for one in collection.reviews)))):
        sys.exit(FOUND_ERRORS)


def _print_findings(collection: Collection) -> None:
    """What was found in forms that are new or still open: errors, and warnings to be seen."""
    found = (
        (f"{one.path} {one.place}".rstrip(), one.problems, one.is_text)
        for one in collection.news()
        if one.problems
    )
    first = next(found, None)
    if first is not None:
        print_problems(chain([first], found))
