"""A file that starts the page by a double click, as each system wants it."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from xlsync import api

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAME = "绩效申报工作台"
_DESKTOPS = ("桌面", "Desktop")
_EXECUTABLE = 0o755


def write_shortcut(folder: Path | None, arguments: Sequence[str], *, force: bool = False) -> Path:
    """Write the file, with ``force`` over one that says something else, and give its path.

    It starts this very program with these arguments; ``folder`` is the user's desktop by default.

    Raises:
        XlsyncError: when it cannot be written, or another one is there already.
    """
    command = [sys.executable, "-m", "xlsync", *arguments]
    if sys.platform == "win32":
        ending, text = ".bat", _batch(command)
    elif sys.platform == "darwin":
        ending, text = ".command", f"#!/bin/sh\nexec {shlex.join(command)}\n"
    else:
        ending, text = ".desktop", _entry(command)
    path = (folder or _desktop()) / f"{_NAME}{ending}"
    if not (force or (path.is_file() and path.read_text("utf-8", "replace") == text)):
        api.refuse_existing([path])
    api.write_text(path, text)
    if os.name != "nt" and path.exists():
        path.chmod(_EXECUTABLE)
    return path


def _desktop() -> Path:
    found = (Path.home() / name for name in _DESKTOPS)
    return next((one for one in found if one.is_dir()), Path.home())


def _batch(command: Sequence[str]) -> str:
    """The window stays open where the program ends with an error, so that it can be read."""
    # A sign of percent would be the beginning of a variable.
    line = " ".join(f'"{one.replace("%", "%%")}"' for one in command)
    return f"@echo off\r\nchcp 65001 >nul\r\n{line}\r\nif errorlevel 1 pause\r\n"


def _entry(command: Sequence[str]) -> str:
    """A desktop entry; it quotes as specifications.freedesktop.org/desktop-entry-spec says."""
    return (
        "[Desktop Entry]\nType=Application\n"
        f"Name={_NAME}\nExec={' '.join(map(_quoted, command))}\nTerminal=true\n"
    )


def _quoted(word: str) -> str:
    escaped = word
    for sign in '\\"`$':
        escaped = escaped.replace(sign, f"\\{sign}")
    # What is a string in such a file doubles its strokes once more; % begins a code.
    return '"' + escaped.replace("\\", "\\\\").replace("%", "%%") + '"'
