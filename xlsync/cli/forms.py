"""The command forms: which kinds of forms are at hand."""

from __future__ import annotations

import click

from xlsync.cli.context import Settings, pass_settings, write_json
from xlsync.cli.options import forms_option, json_option


@click.command()
@json_option
@forms_option()
@pass_settings
def forms(settings: Settings, *, as_json: bool) -> None:
    """List the forms that are installed, and those of --forms DIR."""
    rows = [
        {"form": form.id, "title": form.mapping.title, "template": str(form.template_path)}
        for form in settings.forms.values()
    ]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        click.echo(f"{row['form']}  {row['title']}  ({row['template']})")
