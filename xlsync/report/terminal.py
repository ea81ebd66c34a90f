"""Output for programs: JSON on a stream, the same bytes whatever the locale.

It stands apart from :mod:`xlsync.report.terminal`, because a program that reads JSON should not
wait for what draws on screens to be imported.
"""

from __future__ import annotations

import io
import json
import os
from typing import TYPE_CHECKING, TextIO

from rich import box
from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsync.base.record import Json
    from xlsync.report.lines import Line

BOX = box.SQUARE


def write_json(stream: TextIO, value: Json, *, on_one_line: bool = False) -> None:
    """Write a JSON value and a line feed, in UTF-8 unless the stream is a terminal.

    What the encoding cannot hold (on a GBK console, or a broken character anywhere) is escaped
    as JSON does it, so that the output stays valid. ``on_one_line`` is for JSON Lines.
    """
    binary = None if stream.isatty() else getattr(stream, "buffer", None)
    encoding = "utf-8" if binary else stream.encoding or "utf-8"
    text = _text(value, encoding, indent=None if on_one_line else 2)
    if binary is None:
        stream.write(text)
    else:
        stream.flush()
        binary.write(text.encode())
        binary.flush()


def _text(value: Json, encoding: str, *, indent: int | None) -> str:
    text = json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent, allow_nan=False)
    return f"{text}\n"


"""The border of tables; GBK has all its characters."""

_PIPE_WIDTH = 1_000
"""Columns where there is no screen: wide enough that nothing is wrapped for another program."""


def console(stream: TextIO) -> Console:
    """A console on a stream, in colour only on a terminal and where ``NO_COLOR`` is not set."""
    if isinstance(stream, io.TextIOWrapper):
        # An escape and not "?", because two characters that both became "?" would look alike.
        stream.reconfigure(errors="backslashreplace")
    is_terminal = stream.isatty()
    in_colour = is_terminal and not os.environ.get("NO_COLOR")
    return Console(
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
