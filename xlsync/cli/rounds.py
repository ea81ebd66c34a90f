"""The commands rounds and undo: what rounds there are, and taking back what was done last."""

from __future__ import annotations

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import forms_option, json_option, preview_option, repo_option


@click.command()
@json_option
@repo_option()
@pass_settings
def rounds(settings: Settings, *, as_json: bool) -> None:
    """List the rounds of the repository, each with where its projects stand."""
    from xlsync.report.words.round_list import overview_lines, overview_table

    with settings.repository() as repository:
        found = api.round_states(repository)
    if as_json:
        write_json([one.as_json() for one in found])
    else:
        print_report(overview_lines(found), overview_table(found))


@click.command()
@click.argument("revision", metavar="[REV]", required=False)
@click.option("--reason", metavar="TEXT", default="", help="Why; it is kept in the repository.")
@preview_option
@json_option
@repo_option()
@forms_option()
@pass_settings
def undo(
    settings: Settings, revision: str | None, *, reason: str, is_preview: bool, as_json: bool
) -> None:
    """Take back the last collection, distribution or decision, by a new commit.

    What happened since to the same projects is kept and named. REV is another one of these
    commits, as log shows it; an undoing is undone in the same way. With --dry-run it is only
    said what would be taken back.
    """
    from xlsync.report.words.round_list import undone_lines

    with settings.repository() as repository:
        made = api.undo(repository, revision, settings.forms, reason=reason, is_preview=is_preview)
    if as_json:
        write_json(made.as_json())
    else:
        print_report(undone_lines(made))
