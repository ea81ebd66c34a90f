"""The command line: arguments, exit codes and progress; the work is done below.

Exit codes: 0 clean or warnings only, 1 a problem of severity error, 2 wrong usage, 3 a broken
set-up, which is said in one line on standard error.
"""

from __future__ import annotations

import click

from xlsync import __version__
from xlsync.cli.collect import collect
from xlsync.cli.decide import cancel, correct, deadline, move, rename, restore
from xlsync.cli.demo import demo
from xlsync.cli.desk import desk
from xlsync.cli.diff import diff
from xlsync.cli.distribute import distribute
from xlsync.cli.ending import Program, prepare_streams
from xlsync.cli.export import export
from xlsync.cli.forms import forms
from xlsync.cli.generate import generate
from xlsync.cli.history import log, show
from xlsync.cli.init import init
from xlsync.cli.options import forms_option, lang_option, repo_option
from xlsync.cli.papers import print_command, review
from xlsync.cli.read import read
from xlsync.cli.received import received
from xlsync.cli.remind import remind
from xlsync.cli.rounds import rounds, undo
from xlsync.cli.safekeeping import backup, check, recover
from xlsync.cli.speaking import teach_click
from xlsync.cli.status import status
from xlsync.cli.sync import merge, sync
from xlsync.cli.units import roster, units


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="xlsync")
@lang_option
@forms_option()
@repo_option(envvar="XLSYNC_REPO")
def cli() -> None:
    """Official performance-goal forms as Excel workbooks, canonical JSON and history.

    Exit codes: 0 clean or warnings only, 1 a problem of severity error in what was read,
    2 wrong usage, 3 a broken set-up such as a missing repository or a bad form file.
    """


teach_click()

for command in (
    forms,
    generate,
    read,
    diff,
    init,
    distribute,
    collect,
    received,
    status,
    log,
    show,
    export,
    print_command,
    review,
    correct,
    move,
    rename,
    cancel,
    restore,
    deadline,
    undo,
    rounds,
    units,
    roster,
    remind,
    merge,
    sync,
    check,
    backup,
    recover,
    demo,
    desk,
):
    cli.add_command(command)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; by default with the arguments of the program."""
    prepare_streams()
    cli(arguments)
