"""The command that walks the whole way on the samples."""

from __future__ import annotations

import shlex
import shutil
import sys
from typing import TYPE_CHECKING

import click

from xlsync import api
from xlsync.base.acting import is_preview
from xlsync.cli.context import Settings, pass_settings, print_report
from xlsync.cli.options import PATH, dry_run_option

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("folder", metavar="[DIR]", default="xlsync-demo", type=PATH)
@click.option("--season", is_flag=True, help="Play a whole season of forty projects instead.")
@dry_run_option
@pass_settings
def demo(settings: Settings, folder: Path, *, season: bool) -> None:
    """Walk the whole way on the sixteen sample forms.

    Text, records, workbooks, two submission rounds, status and diff: every step says what it
    does, with which command you do the same, and where its files lie. All of it stays in DIR,
    a new or empty folder, xlsync-demo by default. With --season it is a year's work: workbooks
    go out to six units, come back in batches with all that goes wrong, and go out again.
    """
    from xlsync.demo import run, run_season

    if is_preview():
        api.refuse_full(folder)
        click.echo(f"演示的全部文件将放在 {folder.resolve()}。")
        return

    if season:
        run_season(settings.forms, folder, print_report, _run)
        return

    # A newcomer may have called it by a path, or as a module; the commands shown must work so too.
    own = sys.argv[0]
    called = f"{sys.executable} -m xlsync" if own.endswith("__main__.py") else own
    program = "xlsync" if shutil.which("xlsync") else called
    run(settings.forms, folder, print_report, program)


def _run(words: list[str]) -> int:
    """Run a command of this program and say what it was."""
    from xlsync.cli import cli
    from xlsync.cli.ending import FOUND_ERRORS

    click.echo(f"  $ xlsync {shlex.join(words)}")
    try:
        cli.main(words, prog_name="xlsync", standalone_mode=False)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else FOUND_ERRORS
    return 0
