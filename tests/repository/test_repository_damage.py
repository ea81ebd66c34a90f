"""Repositories that were damaged, or made by somebody who means harm: one line, nothing outside."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from typing import TYPE_CHECKING

import pytest
from dulwich.objects import Blob, Commit, Tree
from dulwich.repo import Repo
from running import invoke, record, save

from xlsync.base.errors import XlsyncError
from xlsync.base.files import within
from xlsync.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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


def _packs(folder: Path, suffix: str) -> list[Path]:
    return sorted((folder / "objects" / "pack").glob(f"*{suffix}"))


def _each(suffix: str, change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        for path in _packs(folder, suffix):
            data = path.read_bytes()
            path.chmod(0o644)
            path.write_bytes(change(data))

    return damage


def _head(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "HEAD").write_text(text) and None


def _branch(data: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / "refs" / "heads" / "main").write_bytes(data) and None


def _config(text: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        with (folder / "config").open("a") as file:
            file.write(text)

    return damage


def _link(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("/dev/zero")

    return damage


def _fifo(folder: Path) -> None:
    (folder / "packed-refs").unlink(missing_ok=True)
    os.mkfifo(folder / "packed-refs")


DAMAGES: dict[str, Callable[[Path], None]] = {
    "pack empty": _each(".pack", lambda _: b""),
    "pack cut in half": _each(".pack", lambda data: data[: len(data) // 2]),
    "pack without its head": _each(".pack", lambda data: data[12:]),
    "pack of another version": _each(
        ".pack", lambda data: data[:4] + struct.pack(">I", 9) + data[8:]
    ),
    "pack all zeros": _each(".pack", lambda data: bytes(len(data))),
    "pack with one byte changed": _each(
        ".pack", lambda data: data[:40] + bytes([data[40] ^ 255]) + data[41:]
    ),
    "index empty": _each(".idx", lambda _: b""),
    "index cut": _each(".idx", lambda data: data[:100]),
    "index all ones": _each(".idx", lambda data: b"\xff" * len(data)),
    "index of another version": _each(".idx", lambda data: data[:4] + b"\0\0\0\x09" + data[8:]),
    "index gone": lambda folder: [path.unlink() for path in _packs(folder, ".idx")] and None,
    "pack gone": lambda folder: [path.unlink() for path in _packs(folder, ".pack")] and None,
    "branch empty": _branch(b""),
    "branch is no hash": _branch(b"hello\n"),
    "branch of nothing": _branch(b"1" * 40 + b"\n"),
    "branch is binary": _branch(b"\0\xff\n"),
    "branch names itself": _branch(b"ref: refs/heads/main\n"),
    "HEAD empty": _head(""),
    "HEAD is no hash": _head("nothing\n"),
    "HEAD leads outside": _head("ref: ../../etc/passwd\n"),
    "HEAD names itself": _head("ref: HEAD\n"),
    "HEAD has no end": _link("HEAD"),
    "config has no end": _link("config"),
    "config is none": _config("[core\nhello\n"),
    "config includes": _config("[include]\n\tpath = /dev/zero\n"),
    "config of SHA-256": _config(
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n"
    ),
    "config of another version": _config("[core]\n\trepositoryformatversion = 7\n"),
    "packed refs has no end": _link("packed-refs"),
    "packed refs is a pipe": _fifo,
    "objects gone": lambda folder: shutil.rmtree(folder / "objects" / "pack"),
}


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
