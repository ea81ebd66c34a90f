"""Where reports meet a screen: lines and tables on a console."""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.report.words.lines import Line

BOX = box.SQUARE
"""The border of tables; GBK has all its characters."""


_PIPE_WIDTH = 1_000
"""Columns where there is no screen: wide enough that nothing is wrapped for another program."""


class _Console(Console):
    """A console that leaves it to the program how a run ends."""

    def on_broken_pipe(self) -> None:
        """Pass on that nobody reads any more."""
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def console(stream: TextIO) -> Console:
    """A console on a stream, in colour only on a terminal and where ``NO_COLOR`` is not set."""
    if isinstance(stream, io.TextIOWrapper):
        # An escape and not "?", because two characters that both became "?" would look alike.
        stream.reconfigure(errors="backslashreplace")
    is_terminal = stream.isatty()
    in_colour = is_terminal and not os.environ.get("NO_COLOR")
    return _Console(
        file=stream,
        force_terminal=is_terminal,
        color_system="auto" if in_colour else None,
        width=None if is_terminal else _PIPE_WIDTH,
        markup=False,
        highlight=False,
        emoji=False,
    )


def print_lines(target: Console, lines: Iterable[Line]) -> None:
    """Print report lines; long ones are left to the terminal to wrap."""
    for spans in lines:
        target.print(Text.assemble(*spans), soft_wrap=True)
