"""The command that walks the whole way on the samples."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import click

from xlsync.cli.context import Settings, pass_settings, print_report
from xlsync.cli.options import PATH

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("folder", metavar="[DIR]", default="xlsync-demo", type=PATH)
@pass_settings
def demo(settings: Settings, folder: Path) -> None:
    """Walk the whole way on the sixteen sample forms.

    Text, records, workbooks, two submission rounds, status and diff: every step says what it
    does, with which command you do the same, and where its files lie. All of it stays in DIR,
    a new or empty folder, xlsync-demo by default.
    """
    from xlsync.demo import run

    # A newcomer may have called it by a path; then the commands shown must bear that path.
    program = "xlsync" if shutil.which("xlsync") else sys.argv[0]
    run(settings.forms, folder, print_report, program)
