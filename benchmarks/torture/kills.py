"""A round in which commands are killed at random moments, and run again.

What counts is the state afterwards: the records of a run that nobody killed, in a sound repository.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from torture.measuring import Ran, ran, xlsync
from xlsync import api
from xlsync.demo.staff import type_in

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).parents[2] / "samples"
ROUND = "2023/一上"
FORM = "project-goal-2023"


@dataclass(slots=True)
class Kills:
    """How often a command was killed, and what came of it."""

    killed: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Stage:
    """A command, the folder before it, and what it comes to when nobody kills it."""

    name: str
    before: Path
    seconds: float
    records: str


def try_kills(folder: Path, count: int, seed: int) -> Kills:
    """Kill commands at random moments, each on a fresh copy of the repository before it."""
    found, chance = Kills(), random.Random(seed)  # noqa: S311 - moments, no secrets
    stages = _stages(folder)
    for number in range(count):
        stage = stages[number % len(stages)]
        town = folder / "试"
        shutil.rmtree(town, ignore_errors=True)
        shutil.copytree(stage.before, town)
        command = [sys.executable, "-m", "xlsync", *_words(stage.name, town)]
        quiet = subprocess.DEVNULL
        wait = chance.uniform(0.2, 1.1) * stage.seconds
        with subprocess.Popen(command, stdout=quiet, stderr=quiet) as running:
            try:
                running.wait(wait)
                found.finished[stage.name] += 1
            except subprocess.TimeoutExpired:
                running.kill()
                found.killed[stage.name] += 1
        if said := _difference(town, stage):
            found.wrong.append(f"{stage.name}, killed after {wait:.2f} s: {said}")
    return found


_STAGES: dict[str, Callable[[Path], list[str]]] = {
    "distribute": lambda at: [
        *(ROUND, "--form", FORM, "--roster", str(SAMPLES / "名册.csv"), "--yes", "--force"),
        *("-o", str(at / "下发")),
    ],
    "collect": lambda at: [ROUND, str(at / "收到")],
    "sync": lambda at: [str(at / "共享")],
}
"""The commands of a round in their order, each with its words in a folder."""


def _words(name: str, town: Path) -> list[str]:
    return ["-R", str(town / "库"), name, *_STAGES[name](town)]


def _stages(folder: Path) -> list[_Stage]:
    """Play the round once, and keep the folder as it was before each command."""
    town = folder / "原"
    (town / "收到").mkdir(parents=True)
    for name in ("库", "共享"):
        _done(xlsync("init", str(town / name)))
    stages = []
    for name in _STAGES:
        before = folder / f"前-{name}"
        shutil.copytree(town, before)
        began = time.monotonic()
        _done(xlsync(*_words(name, town)))
        seconds = time.monotonic() - began
        if name == "distribute":
            _answer(town)
        stages.append(_Stage(name, before, seconds, _records(town)))
    return stages


def _done(what: Ran) -> None:
    if what.code > 1 or what.is_traceback:
        raise RuntimeError(what.stdout + what.stderr)


def _answer(town: Path) -> None:
    """Fill in what went out, as staff would."""
    form = api.forms().find(FORM)
    filled = [
        json.loads(path.read_text("utf-8")) for path in sorted((SAMPLES / "一上").glob("*.json"))
    ]
    for number, path in enumerate(sorted((town / "下发").rglob("*.xlsx"))):
        for record in filled:
            if form.title(record) in path.name:
                data = type_in(form, path.read_bytes(), record)
                (town / "收到" / f"{number}.xlsx").write_bytes(data)


def _records(town: Path) -> str:
    """Every accepted record, as JSON lines."""
    target = town / "全部.jsonl"
    target.unlink(missing_ok=True)
    done = xlsync("-R", str(town / "库"), "export", ROUND, "-o", str(target))
    return target.read_text("utf-8") if target.exists() else done.stdout + done.stderr


def _difference(town: Path, stage: _Stage) -> str:
    """What is wrong after the command was run again; empty where nothing is."""
    again = xlsync(*_words(stage.name, town))
    if again.is_traceback or again.code > 1:
        return f"the next run ends with {again.code}: {again.stderr[-200:]}"
    if _records(town) != stage.records:
        return "other records than in a run that nobody killed"
    checked = xlsync("-R", str(town / "库"), "check")
    if checked.code:
        return f"check: {(checked.stdout + checked.stderr)[-200:]}"
    sound = ran("git", "-C", str(town / "库"), "fsck", "--strict")
    return f"git fsck: {sound.stderr[-200:]}" if sound.code else ""
