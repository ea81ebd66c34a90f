"""Distributing, killed at any touch of the disk: the next run finishes what was begun."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
from functools import partial
from typing import TYPE_CHECKING

import pytest
from killing import exit_code, in_child, killed_at, needs_fork, touches_of
from roster_files import as_csv, projects
from running import FORM, FORMS

from xlsync.reader import read
from xlsync.repository import Repository, writing
from xlsync.repository.layout import SEAL
from xlsync.repository.sealing import new_seal, seal_keys
from xlsync.rounds.kept.ledger import issued_record, issues
from xlsync.rounds.roster import read_roster
from xlsync.rounds.sending.distributing import Distribution, distribute
from xlsync.rounds.sending.sendings import Wishes
from xlsync.sources import open_table, xlsx

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = [needs_fork, pytest.mark.slow]

OFFICIAL = FORMS[FORM]
ROUND = "2024/一上"
COUNT = int(os.environ.get("XLSYNC_TEST_PROJECTS", "12"))
TRIALS = int(os.environ.get("XLSYNC_TEST_KILLS", "24"))
"""Half of the children die in a first run, half in one that goes on."""

ROSTER = as_csv(projects(COUNT))


def send(repository: Path, folder: Path) -> Distribution:
    roster = read_roster(OFFICIAL, open_table(".csv", ROSTER))
    with Repository.open(repository) as opened:
        return distribute(opened, OFFICIAL, roster, Wishes(ROUND, folder))


def check(repository: Path, folder: Path) -> None:
    """The repository is whole, every workbook is there once, and the ledger tells the truth."""
    done = subprocess.run(
        ["git", "fsck", "--strict", "--no-dangling"],
        cwd=repository,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"")
    with Repository.open(repository) as opened:
        snapshot = opened.snapshot()
        ledger = issues(snapshot, ROUND)
        (key,) = seal_keys(snapshot)
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.xlsx")}
        assert len(ledger) == len(there) == COUNT
        assert {one.last.file for one in ledger.values()} == there
        for record_id, one in ledger.items():
            (reading,) = read([OFFICIAL], xlsx.read((folder / str(one.last.file)).read_bytes()))
            manifest = reading.manifest
            assert manifest is not None
            assert manifest.is_sealed_by(key)
            assert (manifest.record, manifest.issue, manifest.base) == (
                record_id,
                "1",
                one.last.base,
            )
            assert [issue.number for issue in one.issues] == [1]
            assert reading.record == issued_record(snapshot, ROUND, record_id, 1)


def test_a_kill_at_any_touch_of_the_disk_leaves_a_run_that_the_next_one_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_PATIENCE", 0.0)
    Repository.init(tmp_path / "first", {SEAL: new_seal()}).close()
    # What is made once stays made in the children.
    send(shutil.copytree(tmp_path / "first", tmp_path / "warm"), tmp_path / "warm-out")
    copy = shutil.copytree(tmp_path / "first", tmp_path / "whole")
    whole = touches_of(lambda: send(copy, tmp_path / "whole-out"), tmp_path / "count")
    chance = random.Random(5)  # noqa: S311 - where to kill, not a secret
    kills = 0
    for trial in range(TRIALS):
        repository = shutil.copytree(tmp_path / "first", tmp_path / f"r{trial}")
        folder = tmp_path / f"o{trial}"
        lock = repository / "refs" / "heads" / "main.lock"
        for _ in range(2):
            code = killed_at(chance.randint(1, whole), partial(send, repository, folder))
            kills += code == -signal.SIGKILL
            # A run that dies while it moves the branch leaves its lock, which is said; see
            # test_repository_races.
            lock.unlink(missing_ok=True)
        done = send(repository, folder)
        assert len(done.sendings) == COUNT
        check(repository, folder)
    assert kills > TRIALS


def test_two_at_once_into_one_folder_end_as_one(tmp_path: Path) -> None:
    for trial in range(4):
        repository, folder = tmp_path / f"r{trial}", tmp_path / f"o{trial}"
        Repository.init(repository, {SEAL: new_seal()}).close()
        children = [in_child(partial(send, repository, folder)) for _ in range(3)]
        assert [exit_code(child) for child in children] == [0, 0, 0]
        check(repository, folder)
        with Repository.open(repository) as opened:
            assert len(opened.history()) == 2
