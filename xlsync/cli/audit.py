"""The commands audit and ceilings: what holds for the projects of a round together."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_problems, print_report, write_json
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import (
    PATH,
    cluster_option,
    dry_run_option,
    force_option,
    forms_option,
    json_option,
    new_option,
    preview_option,
    repo_option,
    under_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("round_name", metavar="ROUND")
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, help="Write the findings as a workbook (.xlsx)."
)
@force_option
@dry_run_option
@under_option
@json_option
@cluster_option
@repo_option()
@forms_option()
@pass_settings
def audit(
    settings: Settings,
    round_name: str,
    *,
    output: Path | None,
    force: bool,
    under: str | None,
    as_json: bool,
) -> None:
    """Check what holds for the projects of a round together.

    The rules stand in the mapping of each form: sums of units against the ceiling list (see
    ceilings), amounts against those of another form of the same project, repeated projects.
    """
    from xlsync.report.books.audits import audit_lines

    with settings.repository() as repository:
        made = api.audit(repository, round_name, settings.forms, under=under)
    if output is not None:
        api.write_audit(output, made, force=force)
    if as_json:
        write_json(made.as_json())
    else:
        print_report(audit_lines(made))
    if made.count(api.Severity.ERROR):
        sys.exit(FOUND_ERRORS)


@click.group()
def ceilings() -> None:
    """Keep the ceiling list of a round: up to how much units may ask for."""


@ceilings.command("import")
@click.argument("round_name", metavar="ROUND")
@click.argument("path", metavar="FILE", type=PATH)
@new_option
@preview_option
@repo_option()
@forms_option()
@pass_settings
def import_ceilings(
    settings: Settings, round_name: str, path: Path, *, is_new: bool, is_preview: bool
) -> None:
    """Read the ceiling list of a round in, in place of the former one.

    FILE is a workbook, or values set apart by commas or tabs: a row a unit, with the columns 单位
    and 控制数, or whatever the rules of the forms call it. A row 合计 is for the whole round.
    """
    from xlsync.report.books.audits import ceiling_lines
    from xlsync.report.words.lines import line

    with settings.repository() as repository:
        found = api.read_ceilings(repository, path, settings.forms)
        if found.problems:
            print_problems([(str(path), found.problems, False)])
        if api.has_error(found.problems):
            sys.exit(FOUND_ERRORS)
        lines = found.lines
        commit = api.keep_ceilings(
            repository, round_name, lines, is_new=is_new, is_preview=is_preview
        )
    if is_preview:
        print_report(ceiling_lines(lines))
        return
    told = f"已记入版本库：{commit[:10]}" if commit else "没有变化"
    print_report([line(f"{round_name} 控制数 {len(lines)} 项，{told}。")])


@ceilings.command("list")
@click.argument("round_name", metavar="ROUND")
@json_option
@repo_option()
@pass_settings
def list_ceilings(settings: Settings, round_name: str, *, as_json: bool) -> None:
    """Show the ceiling list that is kept for a round."""
    from xlsync.report.books.audits import ceiling_lines
    from xlsync.report.words.lines import line

    with settings.repository() as repository:
        found = api.ceilings(repository, round_name)
    if as_json:
        write_json([one.as_json() for one in found])
    else:
        print_report(ceiling_lines(found) if found else [line(f"{round_name} 没有控制数名单。")])
