"""The command diff: what changed between files, rounds or records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.cli.context import Settings, pass_settings, print_report, progress_bar, write_json
from xlsync.cli.options import (
    PATH,
    dry_run_option,
    force_option,
    forms_option,
    json_option,
    level_option,
    repo_option,
    under_option,
)
from xlsync.cli.reading import end, tell_nothing_there

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlsync.records import RecordDelta


@click.command()
@click.argument("old")
@click.argument("new")
@json_option
@click.option(
    "--html",
    metavar="FILE",
    type=PATH,
    help="Write a page that stands alone, for a screen, a phone or paper.",
)
@click.option(
    "--xlsx",
    metavar="FILE",
    type=PATH,
    help="Write a workbook with old beside new, and the funds by unit with a chart.",
)
@force_option
@dry_run_option
@under_option
@level_option
@repo_option()
@forms_option()
@pass_settings
def diff(
    settings: Settings,
    old: str,
    new: str,
    *,
    as_json: bool,
    html: Path | None,
    xlsx: Path | None,
    force: bool,
    under: str | None,
    level: int | None,
) -> None:
    """Show what changed from OLD to NEW.

    Each is a file or folder that exists, a round such as 2023/一上, or one record as
    [ROUND/]RECORD[@REV] (see log and show). Two records are compared with each other; of several,
    those with the same id are. Differences are no problem: they do not change the exit code.
    """
    if not force:
        api.refuse_existing(filter(None, [html, xlsx]))
    with progress_bar("read", beside_output=True) as progress:
        comparison = api.compare_sides(old, new, settings.repo, settings.forms, progress)
    for _ in comparison.empty:
        tell_nothing_there()
    deltas = comparison.deltas
    unit_of: Callable[[str], str] = str
    if deltas is not None and (under or level):
        with settings.repository() as repository:
            tree = api.units(repository)
        wanted, unit_of = tree.filter(under), tree.rolled(level)
        deltas = [one for one in deltas if wanted(str(one.group))]
    if deltas is not None:
        if html:
            api.write_page(html, (old, new), deltas, unit_of, force=force)
        if xlsx:
            api.write_revisions(xlsx, (old, new), deltas, unit_of, force=force)
        if as_json:
            _print_json(deltas)
        else:
            _print_lines(deltas, unit_of, in_short=bool(html or xlsx))
        _tell_waiting(comparison.waiting)
    end(comparison.files)


def _print_json(deltas: list[RecordDelta]) -> None:
    from xlsync.report.words.deltas import as_json as deltas_json

    write_json(deltas_json(deltas))


def _print_lines(
    deltas: list[RecordDelta], unit_of: Callable[[str], str], *, in_short: bool
) -> None:
    """Every record, and the sums; only these where the records stand in a file."""
    from xlsync.report.words.deltas import delta_lines, summary
    from xlsync.report.words.funds import funds, funds_table
    from xlsync.report.words.lines import line

    if not in_short:
        print_report(delta_lines(deltas))
    print_report([line(summary(deltas), "bold")], funds_table(funds(deltas, unit_of)))


def _tell_waiting(waiting: list[tuple[str, str]]) -> None:
    """Name what did not come back yet, of which nobody knows whether it changed."""
    import sys

    from xlsync.report.words.deltas import waiting_lines
    from xlsync.report.words.terminal import console, print_lines

    print_lines(console(sys.stderr), waiting_lines(waiting))
