"""The command tick: what has to be seen of a round, and that somebody has seen it."""

from __future__ import annotations

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import (
    by_option,
    forms_option,
    json_option,
    preview_option,
    repo_option,
    under_option,
)


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.argument("marks", metavar="[MARK]...", nargs=-1)
@click.option("--back", "is_back", is_flag=True, help="Take it back: nobody has seen it yet.")
@click.option("--all", "is_all", is_flag=True, help="List what was ticked off, too.")
@under_option
@by_option
@preview_option
@json_option
@repo_option()
@forms_option()
@pass_settings
def tick(
    settings: Settings,
    round_name: str,
    marks: tuple[str, ...],
    *,
    is_back: bool,
    is_all: bool,
    under: str | None,
    by: str | None,
    is_preview: bool,
    as_json: bool,
) -> None:
    """List the warnings of what a round accepted, or tick some off.

    Without MARK the warnings are listed that nobody has ticked off yet, each with its mark. With
    the marks, or the beginnings of them, they are ticked off: somebody has looked. The sheet 提醒
    of the ledger (status -o), once it is collected, does the same for many.
    """
    from xlsync.report.words.round_list import ticked_lines, warning_lines, warnings_table

    with settings.repository() as repository:
        found = api.round_warnings(repository, round_name, settings.forms, under=under)
        if marks:
            wanted = api.named_marks(found, marks)
            made = api.tick(
                *(repository, round_name, wanted, settings.forms),
                by=by,
                is_done=not is_back,
                is_preview=is_preview,
            )
            if as_json:
                write_json(made.as_json())
            else:
                print_report(ticked_lines(round_name, made, is_back=is_back))
            return
    shown = [one for one in found if is_all or one.is_open]
    if as_json:
        write_json([one.as_json() for one in shown])
    else:
        print_report(warning_lines(round_name, found), warnings_table(shown))
