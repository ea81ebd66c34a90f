"""The commands by which a coordinator decides: correct, move, cancel, close and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import (
    DAY,
    by_option,
    forms_option,
    json_option,
    preview_option,
    repo_option,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from xlsync.rounds.deciding.coordinator import Coordinator, Dated, DecisionMade
    from xlsync.rounds.state.closing import Closed


_SHARED = (
    pass_settings,
    forms_option(),
    repo_option(),
    json_option,
    preview_option,
    by_option,
    click.option(
        "--reason", metavar="TEXT", required=True, help="Why; it is kept in the repository."
    ),
)


def _deciding(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every decision takes: a round, a reason, a name, a preview; and how it is told."""
    for add in (*_SHARED, click.argument("round_name", metavar="ROUND")):
        command = add(command)
    return command


def _about_project(command: Callable[..., Any]) -> Callable[..., Any]:
    """A decision about one project, called by its id, a title or a part of one."""
    return _deciding(click.argument("project", metavar="PROJECT")(command))


class _Assignment(click.ParamType[tuple[str, str]]):
    """``FIELD=VALUE``."""

    name = "assignment"

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click's own signature
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, str]:
        """Name and text, parted at the first ``=``."""
        name, sign, text = str(value).partition("=")
        if not sign or not name.strip():
            self.fail(f"“{value}”应写成 栏目=值", param, ctx)
        return name.strip(), text


@click.command()
@_about_project
@click.option(
    "--set",
    "values",
    metavar="FIELD=VALUE",
    multiple=True,
    type=_Assignment(),
    help="A field and what it is to say; repeatable. A cell of a table: ROW/COLUMN=VALUE; "
    "with +1 as its row (+2, …) a row is added.",
)
@click.option(
    "--remove-row",
    "removed",
    metavar="ROW",
    multiple=True,
    help="A row of a table that is taken out, by its name or number; repeatable.",
)
def correct(
    settings: Settings,
    round_name: str,
    project: str,
    *,
    values: tuple[tuple[str, str], ...],
    removed: tuple[str, ...],
    reason: str,
    **how: Any,
) -> None:
    """Correct what a project says, be it accepted or only sent out.

    ROUND is a year and a name, such as 2023/一上; PROJECT an id, a title or a part of one. Who
    did it, when and why is kept, and seen in log, status and export. Where what the unit sends
    later leaves a place alone, the correction stands.
    """
    _tell(settings, lambda by: by.correct(round_name, project, values, reason, removed), **how)


@click.command()
@_about_project
def cancel(settings: Settings, round_name: str, project: str, *, reason: str, **how: Any) -> None:
    """Cancel a project: it is neither waited for nor exported nor summed up.

    What it says is kept; restore takes it in again.
    """
    _tell(settings, lambda by: by.cancel(round_name, project, reason), **how)


@click.command()
@_about_project
def restore(settings: Settings, round_name: str, project: str, *, reason: str, **how: Any) -> None:
    """Take a cancelled project in again, with what it said."""
    _tell(settings, lambda by: by.restore(round_name, project, reason), **how)


@click.command()
@_about_project
@click.option("--unit", metavar="TEXT", required=True, help="The new unit.")
def move(
    settings: Settings,
    round_name: str,
    project: str,
    *,
    unit: str,
    reason: str,
    **how: Any,
) -> None:
    """Give a project to another unit; its id stays."""
    _tell(settings, lambda by: by.move(round_name, project, unit, reason), **how)


@click.command()
@_about_project
@click.option("--title", metavar="TEXT", required=True, help="The new name.")
def rename(
    settings: Settings,
    round_name: str,
    project: str,
    *,
    title: str,
    reason: str,
    **how: Any,
) -> None:
    """Give a project another name; its id stays."""
    _tell(settings, lambda by: by.rename(round_name, project, title, reason), **how)


@click.command()
@_deciding
@click.argument("due", metavar="DATE", type=DAY)
def deadline(
    settings: Settings,
    round_name: str,
    due: dt.datetime,
    *,
    reason: str,
    **how: Any,
) -> None:
    """Set until when a round is to come back; DATE is such as 2024-10-31."""
    day = due.date().isoformat()
    _tell(settings, lambda by: by.deadline(round_name, day, reason), **how)


@click.command()
@_deciding
def close(settings: Settings, round_name: str, *, reason: str, as_json: bool, **how: Any) -> None:
    """Close a round: what comes later is told and kept, and not taken in.

    Nothing of a closed round can be changed or undone until reopen opens it again.
    """
    with settings.repository() as repository:
        _print(api.close_round(repository, round_name, reason=reason, **how), as_json=as_json)


@click.command()
@_deciding
def reopen(settings: Settings, round_name: str, *, reason: str, as_json: bool, **how: Any) -> None:
    """Open a closed round again.

    What came meanwhile gets in when it is collected again; received writes such files.
    """
    with settings.repository() as repository:
        _print(api.reopen_round(repository, round_name, reason=reason, **how), as_json=as_json)


def _tell(
    settings: Settings,
    decide: Callable[[Coordinator], DecisionMade | Dated],
    *,
    by: str | None,
    is_preview: bool,
    as_json: bool,
) -> None:
    with settings.repository() as repository:
        made = decide(api.coordinator(repository, settings.forms, by=by, is_preview=is_preview))
    _print(made, as_json=as_json)


def _print(made: DecisionMade | Dated | Closed, *, as_json: bool) -> None:
    from xlsync.report.words.decided import decided_lines

    if as_json:
        write_json(made.as_json())
    else:
        print_report(decided_lines(made))
