"""Plain git works on the repository: it checks it, clones it, packs it anew."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from xlsync.base.errors import XlsyncError
from xlsync.repository import Changes, Repository, layout

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="no git here")

ROUND = "2023/一上"
NASTY = [".git", ".GIT ", "..", ".", "CON", "a/b", "", "git~1", ".gitmodules", ".gitattributes"]
NASTY += [
    "\\\\server",
    "C:",
    "a\nb",
    "-x",
    ".g\u200cit",
    "é",
    "e\u0301",
    "\ud800",
    "长" * 200,
    "x.",
]
SORTED = ["a", "a-b", "a.b", "ab", "a0", "A", "道", "道路"]


def put(repository: Repository, names: list[str], value: int = 0) -> str | None:
    changes = Changes(repository.snapshot(), ROUND)
    for number, name in enumerate(names):
        changes.put_record(f"id{number}", name, name, {"name": number, "value": value})
        digest = changes.put_received(name, f"bytes {number}".encode())
        changes.put_document(layout.receipt_path(ROUND, digest), {"name": number})
    return repository.commit(changes, f"提交 {value}")


@pytest.mark.parametrize("names", [NASTY, SORTED])
def test_git_finds_nothing_wrong_with_any_name(
    repository: Repository, git: Callable[..., str], names: list[str]
) -> None:
    put(repository, names)
    assert git("fsck", "--strict", "--full", "--no-dangling") == ""
    listing = git("ls-tree", "-r", "-z", "main").split("\0")[:-1]
    assert len(listing) == 1 + 3 * len(names)
    assert {line.split()[0] for line in listing} == {"100644"}
    paths = [line.partition("\t")[2] for line in listing]
    assert all(path.count("/") in (0, 4, 5) for path in paths)
    assert len(repository.snapshot().records(ROUND)) == len(names)


def test_a_clone_has_the_files(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    put(repository, NASTY)
    git("clone", "-q", str(tmp_path / "库"), str(tmp_path / "clone"), folder=tmp_path)
    snapshot = repository.snapshot()
    for entry in snapshot.records(ROUND).values():
        assert (tmp_path / "clone" / entry.path).read_bytes() == snapshot.record_bytes(entry)
    for received in snapshot.received(ROUND):
        data = (tmp_path / "clone" / snapshot.arrangement.stored(received.path)).read_bytes()
        assert data == snapshot.received_bytes(received)
    with pytest.raises(XlsyncError, match="working copy"):
        Repository.open(tmp_path / "clone")


def test_a_bare_clone_is_a_repository(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    commit = put(repository, ["a"])
    git("clone", "-q", "--bare", str(tmp_path / "库"), str(tmp_path / "copy"), folder=tmp_path)
    with Repository.open(tmp_path / "copy") as copy:
        assert copy.snapshot().commit == commit
        assert put(copy, ["a"], 1) is not None
        assert [step.kind for step in copy.log("id0")] == ["changed", "added"]


def test_git_log_shows_the_commits(repository: Repository, git: Callable[..., str]) -> None:
    put(repository, ["a"], 1)
    put(repository, ["a"], 2)
    shown = git("log", "--format=%an <%ae> %s %B").split()
    assert shown[:4] == ["xlsync", "<xlsync@localhost>", "提交", "2"]
    assert git("reflog", "show", "main", "--format=%gs").splitlines()[0] == "commit: 提交 2"
    assert git("diff", "--stat", "main~1", "main", "--", "rounds").count(".json") == 1


def test_git_packs_it_anew_while_it_is_read(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    for value in range(4):
        put(repository, SORTED, value)
    snapshot = repository.snapshot()
    entries = snapshot.records(ROUND)
    git("gc", "-q", "--prune=now")
    assert len(list((tmp_path / "库" / "objects" / "pack").glob("*.pack"))) == 1
    assert {snapshot.record(entry)["value"] for entry in entries.values()} == {3}
    assert put(repository, SORTED, 5) is not None
    assert len(repository.log("id0")) == 5
    assert git("fsck", "--strict", "--no-dangling") == ""


def test_a_missing_object_is_named(repository: Repository, tmp_path: Path) -> None:
    put(repository, ["a"])
    for pack in (tmp_path / "库" / "objects" / "pack").glob("*.idx"):
        pack.unlink()
    with pytest.raises(XlsyncError, match="已损坏（commit"):
        Repository.open(tmp_path / "库")


def test_one_commit_is_one_pack_of_what_is_new(
    repository: Repository, git: Callable[..., str], tmp_path: Path
) -> None:
    put(repository, SORTED)
    packs = tmp_path / "库" / "objects" / "pack"
    before = set(packs.glob("*.idx"))
    changes = Changes(repository.snapshot(), ROUND)
    changes.put_record("id0", "a", "a", {"new": 1})
    changes.put_record("id1", "a-b", "a-b", {"name": 1, "value": 0})
    repository.commit(changes, "one")
    (added,) = set(packs.glob("*.idx")) - before
    kinds = [line.split()[1] for line in git("verify-pack", "-v", str(added)).splitlines()]
    # The root, rounds, year, round and group: five folders lead to one record.
    assert sorted(kinds[:7]) == ["blob", "commit", *["tree"] * 5]
    assert not list((tmp_path / "库" / "objects").glob("??/*"))


@pytest.mark.parametrize("kind", ["none", "file", "empty", "git", "marker", "newer", "list"])
def test_what_is_no_repository_is_refused_in_one_line(
    tmp_path: Path, git: Callable[..., str], kind: str
) -> None:
    folder = tmp_path / "folder"
    if kind == "file":
        folder.write_text("x")
    elif kind != "none":
        folder.mkdir()
    if kind in ("git", "marker", "newer", "list"):
        git("init", "-q", "--bare", "-b", "main", folder=folder)
    texts = {"marker": "{", "newer": '{"format": 3}', "list": "[]"}
    if kind in texts:
        work = tmp_path / "work"
        git("clone", "-q", str(folder), str(work), folder=tmp_path)
        (work / "xlsync.json").write_text(texts[kind], encoding="utf-8")
        git("add", ".", folder=work)
        git("commit", "-qm", "x", folder=work)
        git("push", "-q", "origin", "HEAD:main", folder=work)
    with pytest.raises(XlsyncError, match=r"\A[^\n]+\Z"):
        Repository.open(folder)


def test_init_makes_the_folder_or_refuses(tmp_path: Path) -> None:
    Repository.init(tmp_path / "a" / "b").close()
    Repository.open(tmp_path / "a" / "b").close()
    with pytest.raises(XlsyncError, match="is not empty"):
        Repository.init(tmp_path / "a")
    with pytest.raises(XlsyncError, match="is not empty"):
        Repository.init(tmp_path / "a" / "b")
    (tmp_path / "file").write_text("x")
    with pytest.raises(XlsyncError, match="is a file, not a folder"):
        Repository.init(tmp_path / "file")
