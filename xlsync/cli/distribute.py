"""The command distribute: a workbook for each project of a roster, and a ledger of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import (
    Settings,
    pass_settings,
    print_findings,
    print_left,
    print_report,
    progress_bar,
    write_json,
)
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import (
    DAY,
    PATH,
    cluster_option,
    forms_option,
    json_option,
    new_option,
    preview_option,
    repo_option,
    sender_option,
    under_option,
    zip_option,
)

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option("--form", "form_id", metavar="FORM", required=True, help="The id of the form.")
@click.option(
    "--roster",
    metavar="FILE",
    type=PATH,
    required=True,
    help="The list of projects, one row each: a workbook, or values set apart by commas or tabs.",
)
@click.option(
    "-o", "--output", metavar="DIR", type=PATH, required=True, help="The folder for the workbooks."
)
@click.option("--from", "last", metavar="ROUND", help="Fill in the answers of an earlier round.")
@click.option(
    "--due",
    metavar="DATE",
    type=DAY,
    help="Until when workbooks are to come back, such as 2024-10-31.",
)
@click.option("--contact", metavar="TEXT", help="To whom they are to be sent, in any words.")
@click.option("--password", metavar="TEXT", default="", help="Protect the sheets with a password.")
@click.option("--all", "again", is_flag=True, help="Make the workbooks of unchanged projects too.")
@click.option("--force", is_flag=True, help="Write over files that were changed since.")
@new_option
@click.option(
    "--yes", "confirmed", is_flag=True, help="What is doubtful about the roster has been seen."
)
@preview_option
@under_option
@click.option("--mail", is_flag=True, help="Write a mail draft and a letter for each unit.")
@zip_option
@sender_option
@json_option
@cluster_option
@repo_option()
@forms_option()
@pass_settings
def distribute(
    settings: Settings,
    round_name: str,
    form_id: str,
    roster: Path,
    output: Path,
    *,
    last: str | None,
    due: dt.datetime | None,
    contact: str | None,
    password: str,
    again: bool,
    force: bool,
    is_new: bool,
    confirmed: bool,
    is_preview: bool,
    under: str | None,
    mail: bool,
    zipped: bool,
    sender: str | None,
    as_json: bool,
) -> None:
    """Write a workbook for each project of a roster, and note what went out.

    ROUND is a year and a name, such as 2024/一上. The roster has a column for each field of the
    form that it knows, in any order, and may have one for ids; its fields are filled in and
    locked. There is a folder for each unit in DIR. Run again, only projects that are new or were
    changed in the roster get a workbook; what was accepted already is corrected by the roster.
    What is wrong or doubtful about the roster is told before anything is written: an error has to
    be mended, a doubt confirmed with --yes.
    """
    from xlsync.report.notices.mailing import draft_lines, no_draft_lines
    from xlsync.report.words.roster_findings import findings_lines, findings_table
    from xlsync.report.words.sentences import distribution_lines, unit_table

    form = settings.forms.find(form_id)
    with settings.repository() as repository, progress_bar("生成") as progress:
        done = api.distribute(
            repository,
            form,
            roster,
            round_name,
            output,
            last=last,
            due=due.date().isoformat() if due else None,
            contact=contact or None,
            password=password,
            again=again,
            force=force,
            is_new=is_new,
            confirmed=confirmed,
            is_preview=is_preview,
            under=under,
            forms=settings.forms,
            progress=progress,
        )
        is_mailed = mail or zipped
        drafts = (
            api.write_sent(repository, form, done, sender=sender, zipped=zipped)
            if is_mailed and not (done.held or is_preview)
            else []
        )
    if as_json:
        write_json(done.as_json())
    elif not done.held:
        posted = [*draft_lines(drafts), *(no_draft_lines(done) if is_mailed else ())]
        print_report([*distribution_lines(done), *posted], unit_table(done))
        if done.carried:
            print_left(done.carried)
    if done.problems and not as_json:
        print_findings(findings_lines(done.problems, held=done.held), findings_table(done.problems))
    if done.held:
        sys.exit(FOUND_ERRORS)
