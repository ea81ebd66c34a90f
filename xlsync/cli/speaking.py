"""Help and usage errors in the language that is spoken.

Code describes commands and options in English; what is shown of them is looked up at the moment
when it is shown, by the command's name and the option's text. Click's own words go the same way.
"""

from __future__ import annotations

from typing import Any

import click
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

from xlsync.base.language import command_help, told

PROGRAM = "xlsync"
_ENGLISH = "xlsync.english"
_SPOKEN = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.types,
)


def teach_click() -> None:
    """Let click look up its own words where it would ask gettext."""
    for module in _SPOKEN:
        for name, function in (("_", told), ("ngettext", _counted)):
            if hasattr(module, name):
                setattr(module, name, function)


def _counted(one: str, many: str, count: int) -> str:
    return told(one if count == 1 else many)


def localize(command: click.Command, name: str) -> click.Command:
    """The command with the help of itself, its options and its subcommands as they are spoken."""
    command.help = command_help(name or PROGRAM, _english(command))
    for param in command.params:
        if isinstance(param, click.Option):
            param.help = told(_english(param))
    for key, inner in getattr(command, "commands", {}).items():
        localize(inner, f"{name} {key}" if name else key)
    return command


def _english(described: Any) -> str:  # noqa: ANN401 - a command or an option
    """The help as the code has it, whatever was shown of it before."""
    if not hasattr(described, _ENGLISH):
        setattr(described, _ENGLISH, described.help or "")
    text: str = getattr(described, _ENGLISH)
    return text
