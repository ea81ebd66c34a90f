"""What happened to a record, told over commits, rounds, renames, removals and merges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from xlsync.repository import Changes, Repository, RevisionKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROUND = "2023/一上"
LATER = "2023/二上"


def put(repository: Repository, where: str, *records: tuple[str, str, str, Any]) -> str | None:
    changes = Changes(repository.snapshot(), where)
    for record in records:
        changes.put_record(*record)
    return repository.commit(changes, f"put {where}\n\nmore")


def test_a_log_tells_every_kind_newest_first(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    first = put(repository, ROUND, ("a", "g", "t", {"x": 1}), ("b", "g", "t", {"x": 1}))
    put(repository, ROUND, ("b", "g", "t", {"x": 2}))
    third = put(repository, ROUND, ("a", "g", "t", {"x": 2}))
    put(repository, ROUND, ("a", "h", "u", {"x": 2}))
    put(repository, LATER, ("a", "h", "u", {"x": 2}))
    clone = tmp_path / "clone"
    git("clone", "-q", str(tmp_path / "库"), str(clone), folder=tmp_path)
    git("rm", "-q", f"rounds/{ROUND}/h/u.a.json", folder=clone)
    git("commit", "-qm", "withdrawn", folder=clone)
    git("push", "-q", folder=clone)

    log = repository.log("a")
    assert [(step.kind, step.round) for step in log] == [
        (RevisionKind.REMOVED, ROUND),
        (RevisionKind.ADDED, LATER),
        (RevisionKind.RENAMED, ROUND),
        (RevisionKind.CHANGED, ROUND),
        (RevisionKind.ADDED, ROUND),
    ]
    assert [step.path for step in log] == [
        f"rounds/{ROUND}/h/u.a.json",
        f"rounds/{LATER}/h/u.a.json",
        f"rounds/{ROUND}/h/u.a.json",
        f"rounds/{ROUND}/g/t.a.json",
        f"rounds/{ROUND}/g/t.a.json",
    ]
    assert (log[4].commit, log[3].commit) == (first, third)
    assert log[0].author == "G <g@h>"
    assert log[4].author == "xlsync <xlsync@localhost>"
    assert log[4].message == f"put {ROUND}\n\nmore"
    assert log[3].blob == repository.snapshot(third).records(ROUND)["a"].blob
    assert repository.log("a", LATER) == [log[1]]
    assert repository.log("nobody") == []


def test_times_carry_the_local_zone(repository: Repository) -> None:
    (commit,) = repository.history()
    assert commit.time.utcoffset() == datetime.now().astimezone().utcoffset()
    assert timedelta(0) <= datetime.now(UTC) - commit.time < timedelta(minutes=1)


def test_the_author_comes_from_the_git_configuration(repository: Repository, home: Path) -> None:
    text = '[user]\n\tname = "张 ‹三›<\\n"\n\temail = zhang@example.org\n'
    (home / ".gitconfig").write_text(text, encoding="utf-8")
    put(repository, ROUND, ("a", "g", "t", {}))
    assert repository.history()[0].author == "张 ‹三› <zhang@example.org>"


def test_history_is_newest_first(repository: Repository) -> None:
    ids = [put(repository, ROUND, ("a", "g", "t", {"x": turn})) for turn in range(5)]
    assert [commit.commit for commit in repository.history()][:5] == ids[::-1]


def test_a_merge_tells_each_change_once(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    put(repository, ROUND, ("a", "g", "t", {"x": 1}), ("b", "g", "t", {"x": 1}))
    clone = tmp_path / "clone"
    git("clone", "-q", str(tmp_path / "库"), str(clone), folder=tmp_path)
    (clone / "rounds" / ROUND / "g" / "t.a.json").write_text('{"x": 2}', encoding="utf-8")
    git("commit", "-qam", "by hand", folder=clone)
    put(repository, ROUND, ("b", "g", "t", {"x": 2}))
    git("pull", "-q", "--no-rebase", "--no-edit", folder=clone)
    git("push", "-q", folder=clone)
    assert len(repository.history()) == 5
    for record_id, message in (("a", "by hand"), ("b", f"put {ROUND}\n\nmore")):
        log = repository.log(record_id)
        assert [step.kind for step in log] == [RevisionKind.CHANGED, RevisionKind.ADDED]
        assert log[0].message == message


@pytest.mark.parametrize("turns", [60])
def test_many_commits_of_one_file_are_told_in_order(repository: Repository, turns: int) -> None:
    for turn in range(turns):
        put(repository, ROUND, ("a", "g", "t", {"x": turn}))
    blobs = [step.blob for step in repository.log("a")]
    assert len(set(blobs)) == turns
