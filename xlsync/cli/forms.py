"""The command forms: which kinds of forms are at hand, what is wrong with one, a draft of one."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.base.language import told
from xlsync.cli.context import Settings, pass_settings, write_json
from xlsync.cli.ending import FOUND_ERRORS
from xlsync.cli.options import PATH, dry_run_option, force_option, forms_option, json_option

if TYPE_CHECKING:
    from pathlib import Path


@click.group(invoke_without_command=True)
@json_option
@forms_option()
@pass_settings
@click.pass_context
def forms(context: click.Context, settings: Settings, *, as_json: bool) -> None:
    """List the forms that are installed, and those of --forms DIR."""
    if context.invoked_subcommand is not None:
        return
    rows = api.list_forms(settings.forms)
    if as_json:
        write_json(rows)
        return
    for row in rows:
        click.echo(f"{row['form']}  {row['title']}  ({row['template']})")
        if row["purpose"]:
            since = f"{row['since']} 年起，单位{row['unit']}，{row['basis']}"
            click.echo(f"    {row['purpose']}（{since}）")
        if row["alike"] and row["differs"]:
            click.echo(f"    与 {'、'.join(row['alike'])} 同名：{row['differs']}")


@forms.command()
@click.argument("folder", metavar="DIR", type=PATH)
def check(folder: Path) -> None:
    """Say everything that is wrong with the forms of a folder, with file, table and key.

    DIR holds templates/ and mappings/. A form without a mistake in its files is also put to the
    proof: a blank workbook is made of it and read back. Exits with 1 where something is wrong.
    What a draft left open, marked with # ?, is named as well.
    """
    found = False
    checked = list(api.check_forms(folder))
    for path, doubt in api.form_doubts(folder):
        click.echo(f"{path}:{doubt.line}: 存疑（# ?）：{doubt.remark}")
    for form_id, mistakes in checked:
        for mistake in mistakes:
            click.echo(told(mistake))
        found = found or bool(mistakes)
        count = f"{len(mistakes)} wrong" if mistakes else "nothing wrong"
        click.echo(told(f"{form_id}: {count}"))
    if found:
        sys.exit(FOUND_ERRORS)


@forms.command()
@click.argument("official", metavar="OFFICIAL.xlsx", type=PATH)
@click.option(
    "-o", "--output", metavar="DIR", type=PATH, required=True, help="The folder for the draft."
)
@click.option("--id", "form_id", metavar="ID", default="draft", help="The id of the new form.")
@click.option("--sheet", metavar="NAME", help="The sheet; by default the first that is visible.")
@force_option
@dry_run_option
@forms_option()
@pass_settings
def draft(
    settings: Settings,
    official: Path,
    output: Path,
    *,
    form_id: str,
    sheet: str | None,
    force: bool,
) -> None:
    """Draft a form from an official blank workbook.

    Writes templates/ID.toml and mappings/ID.toml into DIR: what the sheet looks like, and what
    its cells probably mean, by the labels that the forms at hand know. What was not certain is
    marked with a remark that begins with a question mark. Correct the two files by hand, then
    check them with `xlsync forms check DIR`.
    """
    made = api.draft_form(official, form_id, sheet=sheet, forms=settings.forms)
    for path in api.write_draft(made, form_id, output, force=force):
        click.echo(str(path))
    for remark in made.remarks:
        click.echo(remark, err=True)
