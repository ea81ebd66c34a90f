"""The command line: arguments, exit codes and progress; the work is done below.

Exit codes: 0 clean or warnings only, 1 a problem of severity error, 2 wrong usage, 3 what
cannot be done as things stand, said in one line on standard error.
"""

from __future__ import annotations

import click

from xlsync import __version__
from xlsync.cli.ending import Program, prepare_streams
from xlsync.cli.options import forms_option, lang_option, repo_option
from xlsync.cli.speaking import teach_click

_COMMANDS = {
    "audit": ("audit", "ceilings"),
    "collect": ("collect",),
    "decide": ("cancel", "close", "correct", "deadline", "move", "rename", "reopen", "restore"),
    "demo": ("demo",),
    "desk": ("desk",),
    "diff": ("diff",),
    "distribute": ("distribute",),
    "export": ("export",),
    "forms": ("forms",),
    "generate": ("generate",),
    "history": ("log", "show"),
    "init": ("init",),
    "library": ("library",),
    "papers": ("print", "review"),
    "read": ("read",),
    "received": ("received",),
    "remind": ("remind",),
    "rollup": ("sum",),
    "rounds": ("rounds", "undo"),
    "safekeeping": ("backup", "check", "recover", "upgrade"),
    "status": ("status",),
    "sync": ("merge", "sync"),
    "tick": ("tick",),
    "units": ("roster", "units"),
    "year": ("year",),
}
"""The commands by the module that holds them; imported when one is called: start-up counts."""


@click.group(
    cls=Program,
    homes={name: module for module, names in _COMMANDS.items() for name in names},
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="xlsync")
@lang_option
@forms_option()
@repo_option(envvar="XLSYNC_REPO")
def cli() -> None:
    """Official performance-goal forms as Excel workbooks, canonical JSON and history.

    Exit codes: 0 clean or warnings only, 1 a problem of severity error in what was read,
    2 wrong usage such as an unknown project or field, 3 what cannot be done as things stand, such
    as a missing repository, a bad form file or a closed round.
    """


teach_click()


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; by default with the arguments of the program."""
    prepare_streams()
    cli(arguments)
