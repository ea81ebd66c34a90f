"""Two processes that commit at once, and one that is killed in the middle."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import pytest

from xlsync.base.errors import XlsyncError
from xlsync.repository import Changes, Repository, writing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROUND = "2023/一上"

_ONCE = """
import sys, time
from xlsync.repository import Changes, MovedError, Repository
_, path, name = sys.argv
with Repository.open(path) as repository:
    changes = Changes(repository.snapshot(), "2023/一上")
    changes.put_record(name, "g", "t", {"x": name})
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        print(repository.commit(changes, "race"))
    except MovedError:
        print("moved")
"""

_UNTIL_DONE = """
import sys
from xlsync.repository import Changes, MovedError, Repository
_, path, name = sys.argv
print("ready", flush=True)
sys.stdin.readline()
for turn in range(5):
    while True:
        with Repository.open(path) as repository:
            changes = Changes(repository.snapshot(), "2023/一上")
            changes.put_record(f"{name}{turn}", "g", "t", {"x": turn})
            try:
                print(repository.commit(changes, "race"))
                break
            except MovedError:
                pass
"""


def race(script: str, path: Path, names: list[str]) -> list[str]:
    """Start the script once for each name, let all go at once, return what they print."""
    runners = [
        subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", script, str(path), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for name in names
    ]
    for runner in runners:
        assert runner.stdout is not None
        assert runner.stdout.readline() == "ready\n"
    for runner in runners:
        assert runner.stdin is not None
        runner.stdin.write("go\n")
        runner.stdin.flush()
    printed = [runner.communicate()[0] for runner in runners]
    assert [runner.returncode for runner in runners] == [0] * len(names)
    return printed


@pytest.mark.parametrize("names", [["a", "b"], ["a", "a"], list("abcd")])
def test_of_commits_at_once_exactly_one_wins(
    repository: Repository, git: Callable[..., str], tmp_path: Path, names: list[str]
) -> None:
    results = [text.strip() for text in race(_ONCE, tmp_path / "库", names)]
    assert results.count("moved") == len(names) - 1
    (winner,) = set(results) - {"moved"}
    assert repository.snapshot().commit == winner
    assert list(repository.snapshot().records(ROUND)) == [names[results.index(winner)]]
    assert git("fsck", "--strict", "--no-dangling") == ""


def test_who_tries_again_loses_nothing(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    race(_UNTIL_DONE, tmp_path / "库", ["a", "b", "c"])
    assert len(repository.snapshot().records(ROUND)) == 15
    assert len(repository.history()) == 16
    assert git("fsck", "--strict", "--no-dangling") == ""


def commit_and_die(path: Path, event_number: int) -> bool:
    """Commit in a child that is gone at its n-th touch of the disk; True when it came through."""
    child = os.fork()
    if child == 0:
        seen = 0

        def count(event: str, _: object) -> None:
            nonlocal seen
            if event == "open" or event.startswith(("os.", "tempfile.")):
                seen += 1
                if seen == event_number:
                    os._exit(9)

        repository = Repository.open(path)
        changes = Changes(repository.snapshot(), ROUND)
        changes.put_record("a", "g", f"t{event_number}", {"x": event_number})
        sys.addaudithook(count)
        repository.commit(changes, "die")
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a child is killed at an exact point by fork")
def test_a_kill_at_any_touch_of_the_disk_leaves_the_repository_whole(
    tmp_path: Path, git: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_PATIENCE", 0.0)
    Repository.init(tmp_path / "first").close()
    locked, path = 0, tmp_path / "first"
    for number in range(1, 200):
        # Each child starts from the same state, or it would touch more and more packs.
        path = shutil.copytree(tmp_path / "first", tmp_path / str(number))
        with Repository.open(path) as repository:
            before = repository.snapshot().commit
            done = commit_and_die(path, number)
            # All or nothing; a child that dies after the branch has moved has committed.
            snapshot = repository.snapshot()
            records = [snapshot.record(e) for e in snapshot.records(ROUND).values()]
            assert records == ([] if snapshot.commit == before else [{"x": number}])
            assert records or not done
            changes = Changes(repository.snapshot(), ROUND)
            changes.put_record("b", "g", "t", {"x": number})
            lock = path / "refs" / "heads" / "main.lock"
            locked += lock.exists()
            assert repository.commit(changes, "next") is not None
        if done:
            break
    assert 10 < number < 199
    assert locked > 0
    with Repository.open(path) as repository:
        assert set(repository.snapshot().records(ROUND)) == {"a", "b"}
    assert git("fsck", "--strict", "--no-dangling", folder=path) == ""


def test_a_lock_that_goes_away_is_waited_for(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "库" / "refs" / "heads" / "main.lock"
    lock.touch()
    monkeypatch.setattr(writing.time, "sleep", lambda _: lock.unlink())
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_record("a", "g", "t", {})
    assert repository.commit(changes, "after the lock") is not None


def test_a_full_disk_is_said_in_one_line(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    changes = Changes(repository.snapshot(), ROUND)
    changes.put_record("a", "g", "t", {})
    before = repository.snapshot().commit
    monkeypatch.setattr(tempfile, "mkstemp", full)
    with pytest.raises(XlsyncError, match="No space left on device"):
        repository.commit(changes, "full")
    monkeypatch.undo()
    assert repository.snapshot().commit == before
    assert repository.commit(changes, "again") is not None


def test_an_old_lock_is_broken_at_once_and_told(
    repository: Repository, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lock = tmp_path / "库" / "refs" / "heads" / "main.lock"
    lock.touch()
    os.utime(lock, (1_700_000_000, 1_700_000_000))
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_received("a.txt", b"a")
    assert repository.commit(changes, "after the lock") is not None
    assert [one.getMessage() for one in caplog.records if "main.lock" in one.getMessage()]
    assert not list(lock.parent.glob("*.lock"))
    caplog.clear()
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_received("b.txt", b"b")
    assert repository.commit(changes, "the next one") is not None
    assert not caplog.records
