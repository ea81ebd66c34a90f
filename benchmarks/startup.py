"""Figures of starting up: processor time of one small command, against Python doing nothing.

Each turn runs `python -c pass`, `xlsync --help`, `xlsync read` of one workbook and `xlsync status`
of a round of forty projects, in this order, so that whatever else the machine does hits all alike.
Told are the median of each, and the median of its ratio to Python alone in the same turn. Modules
are compiled before and forms kept, as from the second run on; the last line has no forms kept.
"""

from __future__ import annotations

import compileall
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import xlsync
from xlsync import api

_TURNS = 9
_PROJECTS = 40
_ROUND = "2023/一上"


def _seconds(arguments: list[str], environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _prepare(folder: Path) -> tuple[Path, Path]:
    """One workbook, and a repository in whose round forty projects came back."""
    form = next(iter(api.forms().values()))
    returned = folder / "returned"
    sample = Path(__file__).parents[1] / "samples" / "changzheng-2023" / "forms.txt"
    known = [one.record for file in api.read(sample) for one in file.readings]
    records = [
        {**known[number % len(known)], "id": f"p{number}", "project_name": f"项目{number}"}
        for number in range(_PROJECTS)
    ]
    paths = list(api.write_workbooks(form, records, returned))
    with api.init(folder / "repository") as repository:
        api.collect(repository, _ROUND, [returned])
        assert len(api.status(repository, _ROUND)) == _PROJECTS  # noqa: S101 - what is measured
    return paths[0], folder / "repository"


def main() -> None:
    """Print the figures."""
    root = Path(xlsync.__file__).parent
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        environment |= {"XDG_CACHE_HOME": name, "LOCALAPPDATA": name}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        sys.pycache_prefix = environment["PYTHONPYCACHEPREFIX"]
        compileall.compile_dir(root, quiet=2)
        workbook, repository = _prepare(folder)
        read = ["-m", "xlsync", "read", str(workbook)]
        status = ["-R", str(repository), "status", _ROUND]
        ways = {
            "python -c pass": ["-c", "pass"],
            "xlsync --help": ["-m", "xlsync", "--help"],
            "xlsync read FILE": read,
            f"xlsync status, {_PROJECTS} projects": ["-m", "xlsync", *status],
        }
        times: dict[str, list[float]] = {way: [] for way in ways}
        for arguments in ways.values():
            _seconds(arguments, environment)
        for _ in range(_TURNS):
            for way, arguments in ways.items():
                times[way].append(_seconds(arguments, environment))
        times["xlsync read FILE, no form kept"] = made = []
        for _ in range(_TURNS):
            for path in folder.rglob("*.form"):
                path.unlink()
            made.append(_seconds(read, environment))
    alone = times["python -c pass"]
    print(
        f"Python {sys.version.split()[0]}, xlsync {xlsync.__version__}; medians of {_TURNS} turns"
    )
    for way, seconds in times.items():
        ratio = statistics.median(one / other for one, other in zip(seconds, alone, strict=True))
        print(f"{way:32} {statistics.median(seconds) * 1000:7.0f} ms   {ratio:5.1f} times python")


if __name__ == "__main__":
    main()
