"""The command remind: drafts and letters for units that still owe something; nothing is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import (
    DAY,
    PATH,
    force_option,
    forms_option,
    json_option,
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
@click.option(
    "-o", "--output", metavar="DIR", type=PATH, help="The folder for drafts, letters and overview."
)
@preview_option
@under_option
@zip_option
@sender_option
@click.option("--contact", metavar="TEXT", help="To whom workbooks are to be sent, in any words.")
@click.option(
    "--today",
    metavar="DATE",
    type=DAY,
    help="The day by which dates have passed.",
)
@click.option("--password", metavar="TEXT", default="", help="Protect the sheets with a password.")
@force_option
@json_option
@repo_option()
@forms_option()
@pass_settings
def remind(
    settings: Settings,
    round_name: str,
    *,
    output: Path | None,
    is_preview: bool,
    under: str | None,
    zipped: bool,
    sender: str | None,
    contact: str | None,
    today: dt.datetime | None,
    password: str,
    force: bool,
    as_json: bool,
) -> None:
    """Write a mail draft, a letter and an overview for what units still owe of a round.

    There is a draft (.eml) and a letter (.docx) for each unit with projects that did not come
    back or have to be corrected. Drafts carry the workbooks that never came back; addresses are
    those of the list of units (see units). Mail programs open them as unsent: nothing is sent.
    """
    from xlsync.report.notices.mailing import draft_lines, notice_lines
    from xlsync.report.words.lines import line, visible

    if output is None and not is_preview:
        raise click.UsageError("请用 -o 指明写到哪个文件夹，或用 -n 只看会催哪些单位")
    with settings.repository() as repository:
        closing = api.round_closing(repository, round_name)
        made = api.remind(
            repository,
            round_name,
            None if is_preview else output,
            settings.forms,
            under=under,
            sender=sender,
            contact=contact,
            zipped=zipped,
            password=password,
            force=force,
            today=today.date() if today else None,
        )
    if as_json:
        write_json(made.as_json())
        return
    if closing is not None:
        print_report([line(visible(f"{round_name} 已封存（{closing.said}），不催报。"), "yellow")])
    nothing = [line(visible(f"{round_name}：没有要催的单位。"))]
    print_report([*(notice_lines(made.notices) if made.notices else nothing)])
    print_report(draft_lines(made.paths))
