"""Repositories that were damaged, or made by somebody who means harm: one line, nothing outside."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo
from running import invoke, record, save
from torture.repositories import DAMAGES

from xlsync.base.errors import XlsyncError
from xlsync.base.files import within
from xlsync.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

ROUND = "2023/一上"


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """A repository with one round and three commits."""
    folder = tmp_path / "town"
    assert invoke("init", folder).exit_code == 0
    for name in ("一号", "二号"):
        file = save(tmp_path / f"{name}.json", record(name))
        assert invoke("-R", folder, "collect", ROUND, file).exit_code == 0
    return folder


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_repository_is_said_in_one_line(town: Path, name: str) -> None:
    DAMAGES[name](town)
    for command in (["status", ROUND], ["log", "一号"], ["sync", town]):
        done = invoke("-R", town, *command)
        assert done.exit_code == 3, (command, done.output, done.exception)
        assert len(done.stderr.strip().splitlines()) == 1
        assert "Traceback" not in done.output


def _hostile(folder: Path, path: list[bytes], data: bytes = b"{}") -> None:
    """A commit on top of the branch with a file at a path that no git makes."""
    with Repo(str(folder)) as repo:
        head = repo.refs[b"HEAD"]
        former = repo[head]
        blob = Blob.from_string(data)
        repo.object_store.add_object(blob)
        mode, sha = 0o100644, blob.id
        above = [repo[former.tree]]
        for name in path[:-1]:
            known = above[-1]
            above.append(repo[known[name][1]] if name in known else Tree())
        for name, tree in zip(reversed(path), reversed(above), strict=True):
            made = tree.copy()
            made.add(name, mode, sha)
            repo.object_store.add_object(made)
            mode, sha = 0o040000, made.id
        commit = Commit()
        commit.tree, commit.parents = sha, [head]
        commit.author = commit.committer = b"x <x@x>"
        commit.author_time = commit.commit_time = 1_700_000_000
        commit.author_timezone = commit.commit_timezone = 0
        commit.message = b"harm\n"
        repo.object_store.add_object(commit)
        repo.refs[b"refs/heads/main"] = commit.id


YEAR = [b"rounds", b"2023", "一上".encode()]
KEY = b"0123456789abcdef"
HARM = {
    "a folder that leads up": [*YEAR, b"..", b"t.abc.json"],
    "a file that leads up": [*YEAR, "单位".encode(), b"../../../t.abc.json"],
    "a received key that leads up": [b"received", *YEAR[1:], b"../../ab", b"f.xlsx"],
    "a received file that leads up": [b"received", *YEAR[1:], KEY, b"../../f.xlsx"],
    "a hidden git folder": [*YEAR, b".GIT", b"t.abc.json"],
    "a back-slash": [*YEAR, "单位".encode(), b"..\\..\\t.abc.json"],
}


@pytest.mark.parametrize("name", HARM)
def test_names_that_lead_outside_are_refused_when_fetched(
    town: Path, tmp_path: Path, name: str
) -> None:
    shared = tmp_path / "shared"
    shutil.copytree(town, shared)
    _hostile(shared, HARM[name])
    done = invoke("-R", town, "sync", shared)
    assert done.exit_code == 3
    assert "不允许的文件名" in done.stderr
    assert invoke("-R", town, "status", ROUND).exit_code == 0


@pytest.mark.parametrize("name", HARM)
def test_nothing_is_written_outside_from_a_hostile_repository(
    town: Path, tmp_path: Path, name: str
) -> None:
    _hostile(town, HARM[name])
    out = tmp_path / "a" / "b" / "out"
    out.parent.mkdir(parents=True)
    before = {path for path in tmp_path.rglob("*") if town not in path.parents}
    for command in (["export", ROUND, "-o", out], ["received", ROUND, "-o", out]):
        done = invoke("-R", town, *command)
        assert "Traceback" not in done.output
        assert done.exit_code in {0, 3}
    after = {path for path in tmp_path.rglob("*") if town not in path.parents}
    assert all(out == path or out in path.parents for path in after - before)


@pytest.mark.parametrize(
    "name", ["..", ".", "", "a/../../b", "/etc/x", "a//b", "C:x", "a\\b", "a\0b", "../x.json"]
)
def test_a_path_never_leaves_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(XlsyncError, match="文件名"):
        within(tmp_path, name)


@pytest.mark.parametrize("name", ["一.xlsx", "单位/一.xlsx", "a/b/c", "..x", "a…b"])
def test_a_plain_name_is_taken_as_it_is(tmp_path: Path, name: str) -> None:
    assert within(tmp_path, name) == tmp_path / name


def test_git_itself_says_that_what_we_write_is_sound(town: Path) -> None:
    subprocess.run(["git", "-C", str(town), "fsck", "--strict"], check=True, capture_output=True)
    with Repository.open(town) as repository:
        assert repository.snapshot().records(ROUND)
