"""The torture kit: hostile files, damaged repositories, killed commands, coordinators at random.

`python -m torture` tries all of it and prints docs/torture.md; `python -m torture WORD…` only the
files in whose name one of the words stands. Exit code 1 where anything is lost, silently wrong,
over budget, or ends in a traceback. docs/mutations.md is the part that drives office programs.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

from torture import peers
from torture.files import HOSTILE
from torture.kills import ROUND, SAMPLES, try_kills
from torture.measuring import Ran, xlsync
from torture.repositories import DAMAGES

MAX_SECONDS, MAX_MEGABYTES = 5.0, 200
"""Processor time beyond that of an empty run, and peak memory."""

SECONDS_A_MEMBER = 0.002
"""What each file in an archive may take besides: twenty thousand of them are that many files."""

KILLS, SEED = 60, 20261129
TIMES = 20
"""How many times as many random histories as in the suite the model tests play."""

MODELS = ["tests/rounds/test_joining_properties.py", "tests/rounds/test_rounds_order.py"]
ROOT = Path(__file__).parents[2]


def main(words: list[str]) -> int:
    """Try everything, and say how much of it went wrong."""
    print("# Torture\n")
    print(f"{__doc__.splitlines()[0]} Made by `make torture` on {dt.datetime.now(dt.UTC).date()}, "
          f"Python {platform.python_version()}, {os.cpu_count()} cores.\n")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        wrong = {"hostile files": hostile_files(Path(folder), words)}
        if not words:
            wrong["damaged repositories"] = damaged_repositories(Path(folder))
            wrong["killed commands"] = killed_commands(Path(folder))
            wrong["models of coordinators"] = coordinators()
    print("\n## In all\n")
    print("| part | lost, silently wrong, over budget, or ended in a traceback |\n|---|---|")
    print("".join(f"| {part} | {count} |\n" for part, count in wrong.items()), end="")
    return any(wrong.values())


def members(path: Path) -> int:
    """How many files an archive holds that is meant to hold files; 0 for anything else."""
    if path.suffix != ".zip":
        return 0
    try:
        with zipfile.ZipFile(path) as archive:
            return len(archive.namelist())
    except zipfile.BadZipFile:  # damaged on purpose
        return 0


def hostile_files(folder: Path, words: list[str]) -> int:
    """Read each file with xlsync and with its peers; the count of those that went wrong."""
    others = peers.installed()
    named = "".join(f" {name} {version} |" for name, version in others.items())
    print("## Hostile files\n")
    print(
        f"Each by `xlsync read` in a process of its own: a clear error within {MAX_SECONDS:.0f} s of "
        f"processor time (start-up not counted) and {MAX_MEGABYTES} MB; a file of an archive may "
        "take 2 ms more. The peers are asked for every cell, within 60 s and 4 GB.\n"
    )
    print(f"| file | bytes | seconds | MB | errors | what is said |{named}")
    print("|---|---|---|---|---|---|" + "---|" * len(others))
    empty = folder / "空.txt"
    empty.touch()
    xlsync("read", str(empty))  # fills the caches
    start = xlsync("read", str(empty)).seconds
    tried: Counter[str] = Counter()
    for name, (file, make) in HOSTILE.items():
        if words and not any(word in name for word in words):
            continue
        path = folder / file
        path.write_bytes(make())
        found = xlsync("read", str(path))
        told = [one for line in found.stdout.splitlines() for one in json.loads(line)["problems"]]
        errors = [one["message"] for one in told if one["severity"] == "error"]
        seconds = max(0.0, found.seconds - start)
        outcome = _outcome(found, seconds, path, errors)
        tried[outcome] += 1
        mark = "" if outcome == _CLEAR else f"**{outcome}** "
        said = (errors or [""])[0][:60].replace("|", "/")
        cells = [f"{mark}{name}", f"{path.stat().st_size:,}", f"{seconds:.1f}", found.megabytes]
        cells += [len(errors), said, *(peers.asked(one, path) for one in others)]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
        path.unlink()
    counts = ", ".join(f"{outcome} {count}" for outcome, count in tried.items())
    print(f"\nTried {tried.total()}: {counts}.\n")
    return tried.total() - tried[_CLEAR]


_CLEAR = "clear error"


def _outcome(found: Ran, seconds: float, path: Path, errors: list[str]) -> str:
    if found.is_traceback:
        return "traceback"
    if not errors or found.code != 1:
        return "silently wrong"
    allowed = MAX_SECONDS + SECONDS_A_MEMBER * members(path)
    return "over budget" if seconds > allowed or found.megabytes > MAX_MEGABYTES else _CLEAR


def damaged_repositories(folder: Path) -> int:
    """Damage a repository in each way; every command says so in one line and exit code 3."""
    sound = folder / "sound"
    xlsync("init", str(sound))
    for path in sorted((SAMPLES / "一上").glob("*.json"))[:2]:
        xlsync("-R", str(sound), "collect", ROUND, str(path))
    wrong = []
    commands = [["status", ROUND], ["check"], ["export", ROUND, "-o", str(folder / "x.csv")]]
    for name, damage in DAMAGES.items():
        town = folder / "damaged"
        shutil.copytree(sound, town)
        damage(town)
        for words in commands:
            done = xlsync("-R", str(town), *words)
            if done.is_traceback or done.code != 3 or len(done.stderr.strip().splitlines()) != 1:  # noqa: PLR2004 - the exit code of a broken set-up
                wrong.append(f"{name}, {words[0]}: {done.code} {done.stderr[-200:]}")
        shutil.rmtree(town)
    print("## Damaged repositories\n")
    print(f"Tried {len(DAMAGES)} ways, each with {len(commands)} commands. Anything but one clear "
          f"line and exit code 3: {len(wrong)}.\n")  # fmt: skip
    print("".join(f"- {one}\n" for one in wrong))
    return len(wrong)


def killed_commands(folder: Path) -> int:
    """Kill commands at random moments; the next run finishes the work."""
    found = try_kills(folder, KILLS, SEED)
    print("## Killed commands\n")
    print("Each is killed (SIGKILL) at a random moment and run again; then the records are those "
          "of a run that nobody killed, and `xlsync check` and `git fsck` are clean.\n")  # fmt: skip
    print("| command | killed | finished before | lost or wrong |\n|---|---|---|---|")
    for name in found.killed:
        bad = sum(one.startswith(name) for one in found.wrong)
        print(f"| {name} | {found.killed[name]} | {found.finished[name]} | {bad} |")
    print("".join(f"\n- {one}" for one in found.wrong))
    return len(found.wrong)


def coordinators() -> int:
    """Play the model tests of two coordinators with many more histories than the suite does."""
    print("## Coordinators at random\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *MODELS]
    setting = os.environ | {"XLSYNC_EXAMPLES": str(TIMES)}
    done = subprocess.run(
        command, cwd=ROOT, env=setting, capture_output=True, text=True, check=False
    )
    ended = "all held" if not done.returncode else f"failed:\n\n```\n{done.stdout[-2000:]}\n```"
    print(f"{TIMES} times the random histories of the suite, by {' and '.join(MODELS)}: {ended}.")
    return bool(done.returncode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
