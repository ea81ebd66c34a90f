"""The command line: arguments, exit codes and progress; the work is done below.

Exit codes: 0 clean or warnings only, 1 a problem of severity error, 2 wrong usage, 3 a broken
set-up, which is said in one line on standard error.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlsync import __version__
from xlsync.cli.context import Settings
from xlsync.cli.demo import demo
from xlsync.cli.files import diff, forms, generate, read
from xlsync.cli.repo import collect, init, log, show, status
from xlsync.errors import XlsyncError

BROKEN_SETUP = 3

_PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xlsync")
@click.option("--forms", "forms_folder", type=_PATH, help="A folder with forms of your own.")
@click.option(
    "-R",
    "--repo",
    type=_PATH,
    envvar="XLSYNC_REPO",
    default=Path(),
    help="The repository; by default $XLSYNC_REPO or the current folder.",
)
@click.pass_context
def cli(context: click.Context, forms_folder: Path | None, repo: Path) -> None:
    """Official performance-goal forms as Excel workbooks, canonical JSON and history."""
    context.obj = Settings(forms_folder, repo)


for command in (forms, generate, read, diff, init, collect, status, log, show, demo):
    cli.add_command(command)


def main() -> None:
    """Run the command line; a broken set-up ends in one line and exit code 3."""
    try:
        cli()
    except XlsyncError as error:
        click.echo(f"xlsync: {error}", err=True)
        sys.exit(BROKEN_SETUP)
