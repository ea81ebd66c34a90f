"""Try every hostile file on `xlsync read`, each in a process of its own, and print a table.

`python -m torture [WORD…]`: only the files in whose name one of the words stands. Exit code 1 where
a file ends in a traceback or in silence, or is over the budget of time or memory.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from torture.files import HOSTILE

MAX_SECONDS, MAX_MEGABYTES = 5.0, 200
"""Processor time beyond that of an empty run, and peak memory."""

SECONDS_A_MEMBER = 0.002
"""What each file in an archive may take besides: twenty thousand of them are that many files."""

# A process inherits the peak of the one that starts it; this one is small.
_LAUNCHER = """
import json, os, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
lines = done.stdout.splitlines()
told = [one for line in lines for one in json.loads(line)["problems"]]
json.dump({
    "code": done.returncode,
    "seconds": used.ru_utime + used.ru_stime,
    "megabytes": used.ru_maxrss // 1024,
    "traceback": b"Traceback" in done.stderr,
    "errors": sum(one["severity"] == "error" for one in told),
    "first": next((one["message"] for one in told if one["severity"] == "error"), ""),
}, sys.stdout)
"""


def tried(path: Path) -> dict[str, object]:
    """What comes of one file."""
    command = [sys.executable, "-m", "xlsync", "read", str(path)]
    done = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, *command], capture_output=True, check=True
    )
    found: dict[str, object] = json.loads(done.stdout)
    return found


def members(path: Path) -> int:
    """How many files an archive holds that is meant to hold files; 0 for anything else."""
    if path.suffix != ".zip" or not zipfile.is_zipfile(path):
        return 0
    with zipfile.ZipFile(path) as archive:
        return len(archive.namelist())


def main(words: list[str]) -> int:
    """Try the files, and say how many of them went wrong."""
    wrong = 0
    print("| file | bytes | seconds | MB | errors | what is said |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder, "空.txt")
        empty.touch()
        tried(empty)  # fills the caches
        start = float(str(tried(empty)["seconds"]))
        for name, (file, make) in HOSTILE.items():
            if words and not any(word in name for word in words):
                continue
            path = Path(folder, file)
            path.write_bytes(make())
            found = tried(path)
            seconds = max(0.0, float(str(found["seconds"])) - start)
            is_wrong = (
                found["traceback"]
                or found["code"] != 1
                or seconds > MAX_SECONDS + SECONDS_A_MEMBER * members(path)
                or int(str(found["megabytes"])) > MAX_MEGABYTES
            )
            wrong += bool(is_wrong)
            mark = "**wrong** " if is_wrong else ""
            size = path.stat().st_size
            said = str(found["first"])[:60].replace("|", "/")
            print(
                f"| {mark}{name} | {size:,} | {seconds:.1f} | {found['megabytes']} "
                f"| {found['errors']} | {said} |",
                flush=True,
            )
            path.unlink()
    print(f"\n{wrong} wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
