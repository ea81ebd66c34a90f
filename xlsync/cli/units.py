"""The commands units and roster: the lists that a coordinator keeps, in and out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import (
    Settings,
    pass_settings,
    print_problems,
    print_report,
    write_json,
    written,
)
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import (
    PATH,
    dry_run_option,
    force_option,
    forms_option,
    json_option,
    preview_option,
    repo_option,
    under_option,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def units() -> None:
    """Keep the list of units: names, units above them, contacts, phones, mail addresses."""


@units.command("import")
@click.argument("path", metavar="FILE", type=PATH)
@preview_option
@repo_option()
@pass_settings
def import_units(settings: Settings, path: Path, *, is_preview: bool) -> None:
    """Read a list of units in, in place of the former one.

    FILE is a workbook, or values set apart by commas or tabs: a row a unit, with the columns
    单位, 上级单位, 联系人, 电话, 邮箱.
    """
    from xlsync.report.words.lines import line

    found = api.read_units(path)
    if found.problems:
        print_problems([(str(path), found.problems, False)])
    if api.has_error(found.problems):
        sys.exit(FOUND_ERRORS)
    count = f"单位名单：{len(found.tree.units)} 个单位"
    if is_preview:
        print_report([line(f"{count}。")])
        return
    with settings.repository() as repository:
        commit = api.keep_units(repository, found.tree)
    print_report([line(f"{count}，{f'已记入版本库：{commit[:10]}' if commit else '没有变化'}。")])


@units.command("list")
@under_option
@json_option
@repo_option()
@pass_settings
def list_units(settings: Settings, *, under: str | None, as_json: bool) -> None:
    """Show the list of units, each below the one that it belongs to."""
    from xlsync.report.words.unit_lines import unit_lines

    with settings.repository() as repository:
        tree = api.units(repository)
    wanted = tree.filter(under)
    if as_json:
        write_json([one.as_json() for one in tree if wanted(one.name)])
    else:
        print_report(unit_lines(tree, wanted))


@units.command("export")
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, required=True, help="The workbook (.xlsx)."
)
@force_option
@dry_run_option
@repo_option()
@pass_settings
def export_units(settings: Settings, *, output: Path, force: bool) -> None:
    """Write the list of units as a workbook that can be changed and read in again."""
    from xlsync.report.words.lines import line, visible

    with settings.repository() as repository:
        tree = api.units(repository)
    api.write_units(output, tree, force=force)
    print_report([line(visible(f"{len(tree.units)} 个单位，{written(output)}。"))])


@click.group()
def roster() -> None:
    """Work with rosters, the lists of projects that distribute takes."""


@roster.command("export")
@click.argument("round_name", metavar="ROUND")
@click.option(
    "-o", "--output", metavar="FILE", type=PATH, required=True, help="The workbook (.xlsx)."
)
@click.option("--form", "form_id", metavar="FORM", help="Which form, where the round has several.")
@under_option
@force_option
@dry_run_option
@repo_option()
@forms_option()
@pass_settings
def export_roster(
    settings: Settings,
    round_name: str,
    *,
    output: Path,
    form_id: str | None,
    under: str | None,
    force: bool,
) -> None:
    """Write the projects of a round as a roster with their ids, to be distributed again.

    It has the columns that the last roster fixed, as the projects say them now.
    """
    from xlsync.report.words.lines import line, visible

    with settings.repository() as repository:
        made = api.write_roster(
            repository,
            round_name,
            output,
            settings.forms,
            form_id=form_id,
            under=under,
            force=force,
        )
    left = f"，已取消的 {made.left_out} 个没有写入" if made.left_out else ""
    print_report([line(visible(f"{len(made.rows)} 个项目{left}，{written(output)}。"))])
