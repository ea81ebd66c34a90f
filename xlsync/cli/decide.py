"""The commands by which a coordinator decides: correct, cancel, restore, move, rename, deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import forms_option, json_option, repo_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from xlsync.rounds.coordinator import Coordinator, Decided

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_round_argument = click.argument("round_name", metavar="ROUND")
_project_argument = click.argument("project", metavar="PROJECT")


def deciding(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every decision takes: a reason, a name, a preview, and how it is told."""
    for add in (
        pass_settings,
        forms_option(),
        repo_option(),
        json_option,
        click.option(
            "-n", "--dry-run", "is_preview", is_flag=True, help="只显示会做什么，不写入。"
        ),
        click.option("--by", metavar="NAME", help="经办人；默认为 git 的 user.name 或登录名。"),
        click.option("--reason", metavar="TEXT", required=True, help="理由，记入版本库。"),
    ):
        command = add(command)
    return command


def _tell(
    settings: Settings,
    decide: Callable[[Coordinator], Decided],
    *,
    by: str | None,
    is_preview: bool,
    as_json: bool,
) -> None:
    from xlsync.report.decided import decided_lines
    from xlsync.rounds.coordinator import Coordinator

    with settings.repository() as repository:
        made = decide(Coordinator(repository, settings.forms, by, is_preview))
    if as_json:
        write_json(made.as_json())
    else:
        print_report(decided_lines(made))
