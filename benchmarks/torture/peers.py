"""What other libraries do with the same files: each asked for every cell, in its simplest way."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from torture.measuring import MAX_SECONDS, ran

if TYPE_CHECKING:
    from pathlib import Path

_SHEETS = (".xlsx", ".xls", ".ods")

PEERS: dict[str, tuple[str, dict[tuple[str, ...], str]]] = {
    "openpyxl": (
        "openpyxl",
        {
            (".xlsx",): "import openpyxl\n"
            "for sheet in openpyxl.load_workbook(path).worksheets:\n"
            "    for row in sheet.iter_rows(values_only=True): pass"
        },
    ),
    "calamine": (
        "python-calamine",
        {
            _SHEETS: "import python_calamine\n"
            "book = python_calamine.CalamineWorkbook.from_path(path)\n"
            "for name in book.sheet_names: book.get_sheet_by_name(name).to_python()"
        },
    ),
    "pandas": (
        "pandas",
        {
            (".xlsx",): "import pandas; pandas.read_excel(path, sheet_name=None, header=None)",
            (".txt",): "import pandas; pandas.read_csv(path, sep='\\t', header=None)",
            (".json",): "import pandas; pandas.read_json(path)",
            (".jsonl",): "import pandas; pandas.read_json(path, lines=True)",
        },
    ),
}
"""For each, its package and what reads a file, by the ending of the file."""


def installed() -> dict[str, str]:
    """The peers that are here, with their versions."""
    found = {}
    for name, (package, _) in PEERS.items():
        try:
            found[name] = version(package)
        except PackageNotFoundError:
            continue
    return found


def asked(name: str, path: Path) -> str:
    """How a peer fares with a file, for a table; a dash for what it does not read."""
    script = next((one for ends, one in PEERS[name][1].items() if path.suffix in ends), None)
    if script is None:
        return "–"
    done = ran(sys.executable, "-W", "ignore", "-c", f"path = {str(path)!r}\n{script}")
    cost = f"{done.seconds:.1f} s, {done.megabytes} MB"
    if done.seconds >= MAX_SECONDS - 1:
        return f"given up: {cost}"
    if done.code < 0:
        return f"died of signal {-done.code}: {cost}"
    if done.code:
        error = next((one for one in reversed(done.stderr.splitlines()) if one.strip()), "")
        return f"{error.partition(':')[0].rpartition('.')[2][:40]}: {cost}"
    return f"read: {cost}"
