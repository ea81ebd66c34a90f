"""The command diff: what changed between files, rounds or records."""

from __future__ import annotations

import click

from xlsync.cli.context import Settings, pass_settings, print_report, write_json
from xlsync.cli.options import forms_option, json_option, repo_option
from xlsync.cli.reading import end
from xlsync.cli.sides import compare_sides


@click.command()
@click.argument("old")
@click.argument("new")
@json_option
@repo_option()
@forms_option()
@pass_settings
def diff(settings: Settings, old: str, new: str, *, as_json: bool) -> None:
    """Show what changed from OLD to NEW.

    Each is a file or folder that exists, a round such as 2023/一上, or one record as
    [ROUND/]RECORD[@REV] (see log and show). Two records are compared with each other; of several,
    those with the same id are. Differences are no problem: they do not change the exit code.
    """
    from xlsync.report.deltas import as_json as deltas_json
    from xlsync.report.deltas import delta_lines

    comparison = compare_sides(settings, old, new)
    if comparison.deltas is not None:
        if as_json:
            write_json(deltas_json(comparison.deltas))
        else:
            print_report(delta_lines(comparison.deltas))
    end(comparison.files)
