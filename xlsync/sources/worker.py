"""The child process that reads one file and tells its grid as JSON.

Standard input holds the file, standard output takes the grid; the argument names the module of
this package whose ``read`` makes it. Time and memory are limited where the system can do so; on
Windows only the parent's time limit holds.
"""

from __future__ import annotations

import sys
from importlib import import_module

from xlsync.base.grid import Workbook
from xlsync.base.problems import problem
from xlsync.sources import wire
from xlsync.sources.xlsx.budget import UnreadableError

MAX_MEMORY = 192 * 1024 * 1024
"""Bytes of data; interpreter and library together take up to 60 MB before the file is read, and a
document of sixteen forms needs no more than that."""

MAX_SECONDS = 5
"""Processor time; it holds as well where the parent is gone and its limit with it. A form takes a
fifth of a second, sixteen of them in a document half a one."""

SLOW = {"pdf": 8}
"""The same for what takes longer: sixteen forms, printed, take four seconds."""


def main(module: str) -> None:
    """Read standard input, write standard output; any other failure ends the process."""
    # The library is loaded first: what it maps for itself is no fault of the file.
    reader = import_module(f"xlsync.sources.{module}")
    _limit(SLOW.get(module, MAX_SECONDS))
    try:
        workbook: Workbook = reader.read(sys.stdin.buffer.read())
    except UnreadableError as error:
        workbook = Workbook(problems=[problem(error.code, str(error))])
    sys.stdout.buffer.write(wire.packed(workbook))


def _limit(seconds: int) -> None:
    try:
        import resource  # noqa: PLC0415 - there is none on Windows
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


if __name__ == "__main__":
    main(sys.argv[1])
